"""Trivy and syft read our SBOMs of an image somebody else built: every deb, npm and PyPI package once."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from lock_files import LOCK_FILES
from prill.cli.main import main
from prill.formats.sbom_documents import read_sbom
from prill.model.sbom_diff import ecosystem_of
from scanners import find_syft, find_trivy, run_scanner

pytestmark = pytest.mark.compat

Found = dict[str, Counter[tuple[str, str]]]
TRIVY = {"debian": "deb", "node-pkg": "npm", "python-pkg": "pypi"}
SYFT = {"deb": "deb", "npm": "npm", "python": "pypi"}
OWNED = ("setuptools", "66.1.1")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Path:
    """A real dpkg status with 199 packages; npm and PyPI packages, of which one belongs to a Debian package."""
    root = tmp_path_factory.mktemp("root")
    system, own = "usr/lib/python3/dist-packages", "usr/local/lib/python3.11/site-packages"
    metadata = "Metadata-Version: 2.1\nName: {0}\nVersion: {1}\nLicense: MIT\n"
    files = {
        "var/lib/dpkg/status": (shared_data / "debian" / "bench.dpkg-status").read_text(),
        "etc/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
        f"{system}/setuptools-66.1.1.dist-info/METADATA": metadata.format(*OWNED),
        "var/lib/dpkg/info/python3-setuptools.list": f"/{system}/setuptools-66.1.1.dist-info/METADATA\n",
        f"{own}/requests-2.31.0.dist-info/METADATA": metadata.format("requests", "2.31.0"),
        f"{own}/typing_extensions-4.8.0.dist-info/METADATA": metadata.format("typing_extensions", "4.8.0"),
        **{
            f"app/node_modules/{name}/package.json": json.dumps({"name": name, "version": version, "license": "MIT"})
            for name, version in (("left-pad", "1.3.0"), ("@babel/core", "7.23.0"))
        },
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


@pytest.fixture(params=["cyclonedx@1.4", "cyclonedx@1.5", "cyclonedx", "spdx"])
def document(request: pytest.FixtureRequest, root: Path, tmp_path: Path) -> Path:
    path = tmp_path / f"{str(request.param).partition('@')[0]}.json"
    code = main(
        ["sbom", f"dir:{root}", "--format", request.param, "-o", str(path), "--allow-gaps", "--no-cache", "-q"]
    )  # fmt: skip
    assert code == 0
    return path


def ours(document: Path) -> Found:
    found: Found = {}
    for package in read_sbom(document.read_bytes(), document.name).packages:
        found.setdefault(ecosystem_of(package), Counter())[package.name, package.version] += 1
    assert {name: len(packages) for name, packages in found.items()} == {"deb": 199, "npm": 2, "pypi": 3}
    return found


def test_trivy(document: Path):
    out = document.with_name("trivy.out")
    options = ("--skip-db-update", "--offline-scan", "--list-all-pkgs", "--scanners", "license", "--format", "json")
    run_scanner(find_trivy(), "sbom", "-q", *options, "--output", out, document, home=document.parent)
    found: Found = {}
    for result in json.loads(out.read_bytes())["Results"]:
        for one in result.get("Packages", ()):
            version = one["ID"].partition("@")[2] if result["Type"] == "debian" else one["Version"]
            found.setdefault(TRIVY[result["Type"]], Counter())[one["Name"], version] += 1
    expected = ours(document)
    if document.name.startswith("cyclonedx"):
        # It lies inside the Debian package that it is a part of, where Trivy, as in its own scans, does not count it.
        del expected["pypi"][OWNED]
    assert found == expected


def test_syft(document: Path):
    out = document.with_name("syft.out")
    run_scanner(find_syft(), "convert", document, "-o", f"syft-json={out}", home=document.parent)
    found: Found = {}
    for one in json.loads(out.read_bytes())["artifacts"]:
        if one["type"] in SYFT:
            name = one["name"]
            found.setdefault(SYFT[one["type"]], Counter())[name, one["version"]] += 1
    assert found == ours(document)


LANGUAGES = (
    "cargo", "cocoapods", "composer", "conan", "cran", "gem", "golang", "hackage", "hex", "julia", "maven", "npm", "nuget", "pub",
    "pypi", "swift",
)  # fmt: skip

NOT_TRIVYS = ("pkg:cran/", "pkg:hackage/", "pkg:julia/")
"""Languages that Trivy has no packages of: it passes over them in a document."""


@pytest.fixture(params=["cyclonedx", "spdx"])
def declared(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The SBOM of a project with lock files of every language."""
    for number, (name, text, _) in enumerate(LOCK_FILES):
        folder = tmp_path / "project" / str(number)
        folder.mkdir(parents=True)
        (folder / name).write_text(text)
    path = tmp_path / f"{request.param}.json"
    options = ["--format", request.param, "-o", str(path), "--allow-gaps", "--no-cache", "-q"]
    assert main(["sbom", f"dir:{tmp_path / 'project'}", *options]) == 0
    return path


def plain(purls: Iterable[str]) -> set[str]:
    """Return the purls of packages; the projects themselves are applications."""
    return {purl.partition("?")[0] for purl in purls if purl.startswith(tuple(f"pkg:{kind}/" for kind in LANGUAGES))}


def ours_of(document: Path) -> set[str]:
    found = plain(package.purl for package in read_sbom(document.read_bytes(), document.name).packages)
    assert found == plain(purl for _, _, purls in LOCK_FILES for purl in purls)
    return found


def test_trivy_reads_every_language(declared: Path):
    out = declared.with_name("trivy.out")
    options = ("--skip-db-update", "--offline-scan", "--list-all-pkgs", "--scanners", "license", "--format", "json")
    run_scanner(find_trivy(), "sbom", "-q", *options, "--output", out, declared, home=declared.parent)
    results = json.loads(out.read_bytes())["Results"]
    found = {one["Identifier"]["PURL"] for result in results for one in result.get("Packages", ())}
    assert plain(found) == {purl for purl in ours_of(declared) if not purl.startswith(NOT_TRIVYS)}


def test_syft_reads_every_language(declared: Path):
    out = declared.with_name("syft.out")
    run_scanner(find_syft(), "convert", declared, "-o", f"syft-json={out}", home=declared.parent)
    found = {one["purl"] for one in json.loads(out.read_bytes())["artifacts"]}
    assert plain(found) == ours_of(declared)
