"""Which scanner reads what of a build, every package once; docs/build.md says the same."""

from collections import Counter
from pathlib import Path

import pytest

from scanners import debs_of_syft, debs_of_trivy, find_syft, scan_with_syft, try_scanner
from workshop import Workshop, base_files, library, program

pytestmark = pytest.mark.compat

DEBS = Counter([("app", "2.0"), ("base-files", "13.8"), ("libssl3", "3.5-1")])


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    """An image for two architectures."""
    debs = (base_files(architecture="all"), library(architecture="all"), program(architecture="all"))
    shop = Workshop(tmp_path, debs)
    shop.spec(archs=["amd64", "arm64"])
    shop.lock()
    return shop


def build(shop: Workshop, kind: str, *words: str) -> str:
    """Build for amd64, unless ``words`` say otherwise, and return the destination."""
    place = f"{kind}:{shop.root}/image"
    arch = () if "--arch" in words else ("--arch", "amd64")
    shop.good("build", shop.spec_file, "-o", place, *arch, *words)
    return place


@pytest.mark.parametrize("words", [(), ("--no-referrers",)])
@pytest.mark.parametrize("kind", ["oci-dir", "oci-archive"])
def test_syft_reads_what_is_written(shop: Workshop, kind: str, words: tuple[str, ...]):
    report = scan_with_syft(build(shop, kind, *words), shop.root)
    assert debs_of_syft(report) == DEBS
    assert (report["distro"]["id"], report["distro"]["versionID"]) == ("debian", "13")


@pytest.mark.parametrize("words", [(), ("--no-referrers",)])
def test_syft_reads_a_docker_archive(shop: Workshop, words: tuple[str, ...]):
    report = scan_with_syft(build(shop, "docker-archive", *words), shop.root)
    assert debs_of_syft(report) == DEBS
    assert report["source"]["metadata"]["tags"] == ["docker.io/library/image:latest"]


@pytest.mark.parametrize("kind", ["oci-dir", "oci-archive"])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--list-referrers",), "unexpected number of OCI directory manifests (found 6)"),
        (("--arch", "all"), "unexpected media type"),
    ],
)
def test_syft_refuses_a_list_and_several_architectures(shop: Workshop, kind: str, words: tuple[str, ...], said: str):
    """While it does, the index of a layout lists the image alone."""
    refused = try_scanner(find_syft(), "scan", build(shop, kind, *words), "-o", "syft-json", home=shop.root)
    assert refused.returncode != 0
    assert said in refused.stderr


@pytest.mark.parametrize("kind", ["oci-dir", "oci-archive", "docker-archive"])
def test_syft_knows_the_kind_itself(shop: Workshop, kind: str):
    report = scan_with_syft(build(shop, kind).removeprefix(f"{kind}:"), shop.root)
    assert debs_of_syft(report) == DEBS
    assert report["source"]["type"] == "image"


@pytest.mark.parametrize("kind", ["oci-dir", "oci-archive"])
def test_syft_finds_nothing_in_a_list_whose_kind_is_left_out(shop: Workshop, kind: str):
    """Of what it cannot read as an image it makes a folder or a file, and says nothing."""
    report = scan_with_syft(build(shop, kind, "--list-referrers").removeprefix(f"{kind}:"), shop.root)
    assert debs_of_syft(report) == Counter()
    assert report["source"]["type"] in {"directory", "file"}


@pytest.mark.parametrize("words", [(), ("--list-referrers",), ("--no-referrers",), ("--arch", "all")])
def test_trivy_reads_every_layout(shop: Workshop, words: tuple[str, ...]):
    place = build(shop, "oci-dir", *words)
    assert debs_of_trivy(Path(place.removeprefix("oci-dir:")), shop.root) == DEBS


def test_trivy_reads_a_docker_archive(shop: Workshop):
    place = build(shop, "docker-archive")
    assert debs_of_trivy(Path(place.removeprefix("docker-archive:")), shop.root) == DEBS
