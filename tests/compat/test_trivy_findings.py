"""Trivy, with a database of the same records, finds the same vulnerabilities in the same packages."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from advisories import built, language
from elf_sections import go_program
from images import MadeImage, file, image_of
from jars import jar, manifest, maven
from oracle_records import records_about
from prill.api.open_options import OpenOptions
from prill.api.opening import look_at
from prill.api.sbom import catalogue_owned
from prill.formats.sbom_documents import encode_sbom
from prill.model import ImageReference, Package, Sbom, Subject
from prill.oci.destinations import Destination, write_image
from prill.vuln.database import open_database
from prill.vuln.database_match import match_database
from prill.vuln.providers.osv import PROVIDER
from prill.vuln.providers.provider import SourceFile
from prill.vuln.records import Record
from scanners import find_trivy, run_scanner
from trivy_database import write_trivy_database
from trivy_findings import compare_findings

pytestmark = pytest.mark.compat
_TYPES = {"PyPI": "pypi", "Go": "golang"}
_COUNT = 150


def records_of(path: Path) -> list[Record]:
    return [item for item in PROVIDER.read(SourceFile(path, path.name)) if isinstance(item, Record)]


def packages_at_the_borders(records: list[Record]) -> Iterator[Package]:
    """Yield packages in the versions in which an advisory begins or ends, where one mistake shows."""
    chosen = random.Random(7)  # noqa: S311 - no secret
    for record in chosen.sample(records, _COUNT):
        affected = chosen.choice(record.affected)
        if affected.ecosystem not in _TYPES:
            continue
        versions = [text for one in affected.ranges for text in (one.introduced, one.fixed, one.last_affected)]
        for version in {text for text in versions if text not in ("", "0")}:
            spelled = (
                f"v{version}" if affected.ecosystem == "Go" and not affected.package.startswith("std") else version
            )
            yield language(_TYPES[affected.ecosystem], affected.package, spelled)


@pytest.mark.parametrize("name", ["PyPI-PYSEC.zip", "Go.zip"])
def test_the_same_records_give_the_same_findings(name: str, shared_data: Path, test_cache: Path, tmp_path: Path):
    trivy = find_trivy()
    records = records_of(shared_data / "vuln" / "osv" / name)
    packages = tuple(
        sorted({one.purl: one for one in packages_at_the_borders(records)}.values(), key=lambda one: one.purl)
    )
    home = write_trivy_database(records, tmp_path / "trivy", program=test_cache / "write-bolt" / "write_bolt")
    sbom = Sbom(subject=Subject(name="image"), packages=packages)
    document = tmp_path / "image.cdx.json"
    document.write_bytes(encode_sbom(sbom, "cyclonedx@1.5", tool="prill-1"))
    options = ("--skip-db-update", "--skip-java-db-update", "--offline-scan", "--cache-dir", home, "--format", "json")
    said = json.loads(run_scanner(trivy, "sbom", "-q", *options, document, home=tmp_path))
    theirs = {
        (one["VulnerabilityID"], unquote(one["PkgIdentifier"]["PURL"].partition("?")[0]).lower())
        for result in said.get("Results", ())
        for one in result.get("Vulnerabilities", ())
    }
    path, _ = built(tmp_path / "a.db", *records)
    with open_database(path) as database:
        ours = {
            (match.advisory.id, unquote(match.package.purl).lower())
            for match in match_database(packages, None, database).matches
        }
    assert len(ours) > _COUNT
    assert ours ^ theirs == set()


def _status(name: str, version: str, source: str) -> str:
    return (
        f"Package: {name}\nStatus: install ok installed\nVersion: {version}\nArchitecture: amd64\nSource: {source}\n"
        "Maintainer: Somebody <somebody@example.test>\nDescription: a package\n\n"
    )


def an_image_of_every_kind() -> MadeImage:
    """Return Debian's, npm's, PyPI's, Go's and Maven's packages in one image, prereleases and epochs among them."""
    debs = (
        ("libssl3", "3.0.11-1~deb12u2", "openssl"),
        ("perl-base", "5.36.0-7", "perl"),
        ("vim", "2:9.0.1378-2", "vim"),
    )
    npm = (("left-pad", "1.3.0"), ("css-tree", "1.0.0-alpha.37"), ("css-tree", "1.1.3"), ("@scope/tool", "0.0.1"))
    python = (("Django", "3.2.10"), ("urllib3", "1.26.4"), ("black", "21.4b0"))
    go = "path\texample.test/app\nmod\texample.test/app\tv1.2.3\th1:x\ndep\tgolang.org/x/net\tv0.7.0\th1:x\n"
    web = [
        file(f"web/{place}/node_modules/{name}/package.json", json.dumps({"name": name, "version": version}))
        for place, (name, version) in enumerate(npm)
    ]
    site = "usr/lib/python3.11/site-packages"
    wheels = [
        file(
            f"{site}/{name}-{version}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        for name, version in python
    ]
    return image_of(
        [
            file("etc/os-release", 'ID=debian\nVERSION_ID="12"\n'),
            file("etc/debian_version", "12.5\n"),
            file("var/lib/dpkg/status", "".join(_status(*one) for one in debs)),
            *wheels,
        ],
        [*web, file("app/tool", go_program("go1.20.1", go), mode=0o755)],
        [file("app/lib.jar", jar({**manifest(), **maven("org.example:lib:2.0.1")}))],
    )


def test_a_whole_image_gives_the_same_findings(test_cache: Path, tmp_path: Path):
    image = an_image_of_every_kind()
    archive = tmp_path / "image.tar"
    write_image(
        Destination.parse(f"docker-archive:{archive}"),
        blobs=image.store,
        entries=image.entries,
        name=ImageReference.parse("example.org/app:1"),
    )
    with look_at(f"docker-archive:{archive}", OpenOptions()) as looked:
        sbom, _ = catalogue_owned(looked)
    records = records_about(sbom.packages, sbom.distro)
    database, _ = built(tmp_path / "a.db", *records)
    program = test_cache / "write-bolt" / "write_bolt"
    compared = compare_findings(sbom, database, records, archive, tmp_path, program=program)
    assert {kind: both for kind, (both, _, _) in compared.counts().items()} == {
        "deb": 6,
        "golang": 11,
        "maven": 4,
        "npm": 17,
        "pypi": 12,
    }
    assert (compared.only_theirs, compared.elsewhere) == (frozenset(), frozenset())
    # Trivy asks of a prerelease of npm's that the range names one of the same version; npm's own audit does not.
    assert {purl for _, purl in compared.only_ours} == {"pkg:npm/css-tree@1.0.0-alpha.37"}
