"""chisel's manifest."""

import json

import pytest

from prill.archive.codecs import Codec, compress
from prill.model import RelationshipKind
from scanned import only, purls, reasons, related, scan

NOBLE = {"etc/os-release": 'ID=ubuntu\nVERSION_ID="24.04"\n'}
PLACE = "var/lib/chisel/manifest.wall"
LINES: tuple[dict[str, object], ...] = (
    {"jsonwall": "1.0", "schema": "1.0", "count": 7},
    {"kind": "content", "slice": "libc6_libs", "path": "/usr/lib/x86_64-linux-gnu/libc.so.6"},
    {"kind": "content", "slice": "libc6_libs", "path": "/usr/lib/"},
    {"kind": "content", "slice": "python3-yaml_core", "path": "/usr/lib/python3/dist-packages/PyYAML-6.egg-info"},
    {"kind": "package", "name": "libc6", "version": "2.39-0ubuntu8.4", "sha256": "a" * 64, "arch": "amd64"},
    {"kind": "package", "name": "python3-yaml", "version": "6.0.1-2build2", "sha256": "b" * 64, "arch": "amd64"},
    {"kind": "path", "path": "/usr/lib/x86_64-linux-gnu/libc.so.6", "mode": "0755", "slices": ["libc6_libs"]},
    {"kind": "slice", "name": "libc6_config"},
    {"kind": "slice", "name": "libc6_libs"},
)
PURL = "pkg:deb/ubuntu/libc6@2.39-0ubuntu8.4?arch=amd64&distro=ubuntu-24.04"


def wall(lines: tuple[dict[str, object], ...] = LINES) -> bytes:
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


@pytest.mark.parametrize("codec", [Codec.ZSTD, Codec.NONE])
def test_packages_that_slices_were_taken_of(codec: Codec):
    sbom = scan(NOBLE | {PLACE: compress(wall(), codec)})
    assert purls(sbom) == [
        PURL,
        "pkg:deb/ubuntu/python3-yaml@6.0.1-2build2?arch=amd64&distro=ubuntu-24.04",
    ]
    libc = sbom.packages[0]
    assert libc.details.summary == "slices: libc6_config, libc6_libs"
    assert str(libc.details.digest) == f"sha256:{'a' * 64}"
    assert "no source packages" in reasons(sbom)
    assert "no package database" not in reasons(sbom)


def test_the_files_of_slices_are_owned():
    egg = "usr/lib/python3/dist-packages/PyYAML-6.egg-info"
    sbom = scan(NOBLE | {PLACE: compress(wall(), Codec.ZSTD), egg: "Name: PyYAML\nVersion: 6.0.1\n"})
    assert related(sbom, RelationshipKind.OWNED_BY) == [("pkg:pypi/pyyaml@6.0.1", sbom.packages[1].purl)]


def test_a_package_that_dpkg_knows_too_is_one():
    status = "Package: libc6\nSource: glibc\nVersion: 2.39-0ubuntu8.4\nArchitecture: amd64\n"
    lines = (LINES[0], *(line for line in LINES if "libc6" in str(line)))
    sbom = scan(NOBLE | {PLACE: wall(lines), "var/lib/dpkg/status": status})
    assert only(sbom).purl == f"{PURL}&upstream=glibc"
    assert only(sbom).found_by == "dpkg"


def test_a_line_that_cannot_be_read_hides_no_other():
    sbom = scan(NOBLE | {PLACE: wall((*LINES, {"kind": "package", "name": "x"})) + b'{"kind": "package", "na'})
    assert PURL in purls(sbom)
    assert f"/{PLACE}: chisel: chisel's manifest has the package 'x' ''" in reasons(sbom)
    assert f"/{PLACE}: chisel: line 11 of chisel's manifest: " in reasons(sbom)


def test_of_many_lines_that_cannot_be_read_some_are_named():
    sbom = scan(NOBLE | {PLACE: wall() + b"5\n" * 40})
    assert PURL in purls(sbom)
    assert f"/{PLACE}: chisel: more of its lines cannot be read" in reasons(sbom)
    assert len([gap for gap in sbom.gaps if gap.subject == f"/{PLACE}"]) == 22


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", None),
        (b"{}\n", "not with a jsonwall"),
        (wall(LINES[1:]), "not with a jsonwall"),
        (wall(LINES[:1]) + b"{\n", "line 2"),
        (wall((LINES[0], {"kind": "package", "name": "x"})), "the package 'x' ''"),
        (compress(wall(), Codec.ZSTD)[:-9], "ends"),
        (b"\x28\xb5\x2f\xfd" + b"\xff" * 40, "chisel: "),
    ],
)
def test_what_cannot_be_read_is_a_gap(data: bytes, reason: str | None):
    sbom = scan(NOBLE | {PLACE: data})
    assert not sbom.packages
    assert (reason or "no package database") in reasons(sbom)
