"""Go programs' build information."""

import io
import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debs import fetch, member
from elf_sections import elf_with, go_build_info, go_program, old_go_program
from prill.binaries.go_build_info import GoModule, find_go_build_info, read_go_build_info
from prill.binaries.sections import ElfSections
from prill.errors import PrillError
from prill.sbom.catalogers.go import GO
from scanned import purls, reasons, related, scan

LINES = (
    "path\texample.test/cmd/tool\n"
    "mod\texample.test/tool\t(devel)\t\n"
    "dep\tgithub.com/Spf13/cobra\tv1.6.1\th1:x=\n"
    "dep\tgolang.org/x/sys\tv0.5.0\n"
    "=>\texample.test/fork/sys\tv0.5.1\th1:y=\n"
    "build\tvcs=git\n"
    "build\tvcs.revision=44384b6d1a747358bd9c3010da3c81cee2801d77\n"
    "build\tvcs.time=2023-02-27T08:05:10Z\n"
)
PURLS = [
    "pkg:golang/example.test/fork/sys@v0.5.1",
    "pkg:golang/example.test/tool@v0.0.0-20230227080510-44384b6d1a74",
    "pkg:golang/github.com/spf13/cobra@v1.6.1",
    "pkg:golang/stdlib@1.22.5",
]


@pytest.mark.parametrize("make", [go_program, old_go_program])
def test_modules_by_the_names_that_osv_knows(make: Callable[[str, str], bytes]):
    sbom = scan({"app/tool": make("go1.22.5", LINES)})
    assert purls(sbom) == PURLS
    assert related(sbom) == [(PURLS[1], PURLS[0]), (PURLS[1], PURLS[2]), (PURLS[1], PURLS[3])]


@pytest.mark.parametrize(
    ("flags", "version"),
    [
        ("-s -w -X main.version=1.2.3 -X main.commit=abc", "v1.2.3"),
        ("-X 'example.test/tool/run.Version=v1.2.3-beta.5'", "v1.2.3-beta.5"),
        ('-X=example.test/tool.gitVersion=v1.2.3 -extldflags \\"-static\\"', "v1.2.3"),
        ('-X \\"main.version=1.2.3\\"', "v1.2.3"),
        ("-X main.version=1.2.3 -X main.Version=1.2.4", ""),
        ("-X example.test/toolbox/version.Version=1.2.3", ""),
        ("-X main.goVersion=1.22.5", ""),
        ("-X main.version=1.2.3.4", ""),
    ],
)
def test_the_version_that_was_linked_in(flags: str, version: str):
    """A work tree knows no tag; what the program says of itself is nearer than a pseudo-version of version 0."""
    lines = LINES + f'build\t-ldflags="{flags}"\n'
    expected = version or "v0.0.0-20230227080510-44384b6d1a74"
    assert f"pkg:golang/example.test/tool@{expected}" in purls(scan({"app/tool": go_program("go1.22.5", lines)}))


@pytest.mark.parametrize(
    ("module", "major"),
    [("example.test/tool/v2", 2), ("example.test/tool/v12", 12), ("gopkg.in/tool.v3", 3), ("example.test/tool.v3", 0)],
)
def test_a_pseudo_version_has_the_major_version_of_the_module(module: str, major: int):
    """Advisories about version 2 begin at 2.0.0, so that v0.0.0 would be below all of them."""
    sbom = scan({"app/tool": go_program("go1.22.5", LINES.replace("example.test/tool\t", f"{module}\t"))})
    assert f"pkg:golang/{module}@v{major}.0.0-20230227080510-44384b6d1a74" in purls(sbom)


def test_a_version_that_go_knows_counts_for_more_than_one_that_was_linked_in():
    lines = LINES.replace("(devel)", "v2.0.0") + 'build\t-ldflags="-X main.version=1.2.3"\n'
    assert "pkg:golang/example.test/tool@v2.0.0" in purls(scan({"app/tool": go_program("go1.22.5", lines)}))


def test_what_is_replaced_is_known():
    found = read_go_build_info(ElfSections(io.BytesIO(go_program("go1.22.5", LINES))))
    assert found is not None
    assert found.modules[1] == GoModule("example.test/fork/sys", "v0.5.1", "h1:y=", replaces="golang.org/x/sys")


@pytest.mark.parametrize("folder", ["./pkg/ext", "../ext", "/src/ext"])
def test_a_module_that_a_folder_replaces_keeps_its_name_and_has_no_version(folder: str):
    """Traefik's programs are built so: what is in the folder is no version that was published."""
    lines = f"dep\texample.test/ext\tv0.0.0-00010101000000-000000000000\n=>\t{folder}\t(devel)\t\n"
    sbom = scan({"app/tool": go_program("go1.22.5", lines)})
    assert purls(sbom) == ["pkg:golang/example.test/ext", "pkg:golang/stdlib@1.22.5"]


@pytest.mark.parametrize(
    ("version", "purl"),
    [
        ("go1.23rc1", "pkg:golang/stdlib@1.23rc1"),
        ("go1.21.0 X:boringcrypto", "pkg:golang/stdlib@1.21.0"),
        ("devel go1.24-abc", None),
    ],
)
def test_the_standard_library(version: str, purl: str | None):
    sbom = scan({"app/tool": go_program(version, "path\tcommand-line-arguments\n")})
    assert purls(sbom) == ([purl] if purl else [])


def test_a_main_module_without_a_commit_has_no_version():
    sbom = scan({"app/tool": go_program("go1.20", "path\tm\nmod\texample.test/m\t(devel)\t\n")})
    assert purls(sbom)[0] == "pkg:golang/example.test/m"


@pytest.mark.parametrize(
    "info",
    [
        b"something else entirely, and long enough",
        b"\xff Go buildinf:\x08\x02" + bytes(16) + b"\xff\xff\xff\xff\x7f",
        b"\xff Go buildinf:\x08\x00" + b"\xff" * 16,
        b"\xff Go buildinf:\x08\x02" + bytes(16) + b"\x03xyz\x00",
    ],
)
def test_forged_build_information_is_a_gap(info: bytes):
    assert "/app/tool: go: " in reasons(scan({"app/tool": elf_with({".go.buildinfo": info})}))


@given(st.binary(max_size=400), st.integers(0, 300))
def test_no_bytes_raise_anything_else(noise: bytes, at: int):
    data = bytearray(go_program("go1.22.5", LINES))
    data[at : at + len(noise)] = noise
    with suppress(PrillError):
        read_go_build_info(ElfSections(io.BytesIO(bytes(data))))


@pytest.mark.parametrize("before", [64, 4096, (1 << 20) - 16, (1 << 20), (3 << 20) + 16])
@pytest.mark.parametrize("magic", [b"MZ\x90\0", b"\xcf\xfa\xed\xfe"])
def test_programs_of_other_systems(magic: bytes, before: int):
    reads_others = b"\xff Go buildinf:not one " + b"\xff Go buildinf:\x08\x02\0\0"
    data = (magic + reads_others).ljust(before, b"\x90") + go_build_info("go1.22.5", LINES) + b"more"
    assert purls(scan({"app/tool.exe": data})) == PURLS


@pytest.mark.parametrize("info", [b"", b"\xff Go buildinf:\x08\0" + bytes(16), b"\xff Go buildinf:\x08\x02"])
def test_programs_of_other_systems_without_it(info: bytes):
    assert find_go_build_info(io.BytesIO(b"MZ".ljust(32, b"\0") + info)) is None


def test_a_program_full_of_magic_numbers_takes_no_time():
    info = (b"\xff Go buildinf:\x08\x02" + bytes(16) + b"\x03xyz\0").ljust(48, b"\0")
    began = time.thread_time()
    assert find_go_build_info(io.BytesIO(b"MZ".ljust(16, b"\0") + info * 400_000)) is None
    assert time.thread_time() - began < 5


def test_a_real_program(trivy_program: str):
    with Path(trivy_program).open("rb") as stream:
        found = read_go_build_info(ElfSections(stream))
    assert found is not None
    assert found.main is not None
    assert found.main.path == "github.com/aquasecurity/trivy"
    assert len(found.modules) > 300


@pytest.mark.archive
@pytest.mark.parametrize("suite", ["bookworm", "trixie", "sid"])
def test_real_programs_of_three_versions_of_go(suite: str, test_cache: Path):
    (deb,) = fetch(test_cache, suite, "amd64", ["gosu"])
    sbom = scan({"opt/renamed": member(deb, "usr/sbin/gosu")}, (GO,))
    found = {package.name: package.version for package in sbom.packages}
    assert "github.com/tianon/gosu" in found
    assert re.fullmatch(r"1\.\d+\.\d+", found["stdlib"])


def test_the_go_toolchain():
    sbom = scan({"usr/local/go/bin/go": go_program("go1.22.5", "path\tcmd/go\n")})
    assert purls(sbom) == ["pkg:golang/stdlib@1.22.5", "pkg:golang/toolchain@1.22.5"]
