"""Trivy leaves out of an image in a registry what Prill's OpenVEX says does not affect it, and nothing else."""

import json
from pathlib import Path

import pytest

from advisories import built
from images import file, image_of
from prill.model import ImageReference
from prill.model.vulnerability_match import MatchState
from prill.oci.destinations import Destination, write_image
from prill.vuln.records import Affected, Record, VersionRange
from run_prill import Prill
from scanners import find_trivy, run_scanner
from trivy_database import write_trivy_database

pytestmark = pytest.mark.compat
_STATUS = (
    "Package: libssl3\nStatus: install ok installed\nVersion: 3.0.11\nArchitecture: amd64\nSource: openssl\n"
    "Maintainer: Somebody <somebody@example.test>\nDescription: a package\n\n"
)
_FILES = [
    file("etc/os-release", 'ID=debian\nVERSION_ID="12"\n'),
    file("etc/debian_version", "12.5\n"),
    file("var/lib/dpkg/status", _STATUS),
    file("app/node_modules/lodash/package.json", json.dumps({"name": "lodash", "version": "4.17.20"})),
]
_AFFECTED = (("Debian:12", "openssl"), ("npm", "lodash"))
_NOT = (("CVE-1", "pkg:deb/debian/libssl3"), ("CVE-2", "pkg:npm/lodash"))


def records() -> list[Record]:
    """Return two vulnerabilities, each in both packages."""
    affected = tuple(Affected(kind, name, (VersionRange("", "9.0"),), (), MatchState.FIXED) for kind, name in _AFFECTED)
    return [Record(id=id_, affected=affected) for id_ in ("CVE-1", "CVE-2")]


def test_what_prill_states_trivy_believes(registry: str, test_cache: Path, tmp_path: Path, run: Prill):
    trivy, image = find_trivy(), image_of(_FILES)
    home = write_trivy_database(records(), tmp_path / "trivy", program=test_cache / "write-bolt" / "write_bolt")
    database, _ = built(tmp_path / "a.db", *records())
    archive = Destination.parse(f"docker-archive:{tmp_path / 'image.tar'}")
    write_image(archive, blobs=image.store, entries=image.entries, name=ImageReference.parse("app:1"))
    for id_, package in _NOT:
        words = ("--package", package, "--justification", "component_not_present", "--reason", "x", "--owner", "me")
        run("vex", "add", tmp_path / "said.json", id_, *words, "--expires", "2999-01-31")
    name, own = f"{registry}/gold/app:1", tmp_path / "own.json"
    run("push", str(archive), name, "--plain-http")
    options = ("--db", database, "--no-archive", "--allow-gaps", "--plain-http", "--vex", tmp_path / "said.json")
    run("scan", f"registry:{name}", *options, "--format", "openvex", "-o", own)

    def found(*words: str | Path) -> set[tuple[str, str]]:
        offline = ("--skip-db-update", "--skip-java-db-update", "--offline-scan", "--scanners", "vuln")
        command = (trivy, "image", "-q", "--insecure", *offline, "--cache-dir", home, "--format", "json", *words, name)
        results = json.loads(run_scanner(*command, home=tmp_path)).get("Results", ())
        return {(one["VulnerabilityID"], one["PkgName"]) for each in results for one in each.get("Vulnerabilities", ())}

    assert found() == {(id_, package) for id_ in ("CVE-1", "CVE-2") for package in ("libssl3", "lodash")}
    assert found("--vex", own) == {("CVE-1", "lodash"), ("CVE-2", "libssl3")}
