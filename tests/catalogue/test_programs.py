"""Programs by name, and by marks that are tested on what Debian ships."""

from pathlib import Path

import pytest

from debs import fetch, member
from prill.catalogue.programs import KINDS, ProgramKind, kinds_by_name, marks
from prill.inspection.readers.programs import PROGRAMS, ProgramEvidence
from prill.model import FileKind, FileStat

# For each program with a mark: Debian's package and the file in it.
REAL = {
    "bash": ("bash", "*bin/bash"),
    "dash": ("dash", "*bin/dash"),
    "zsh": ("zsh", "*bin/zsh"),
    "ksh": ("ksh93u+m", "*bin/ksh93"),
    "mksh": ("mksh", "*bin/mksh"),
    "posh": ("posh", "usr/bin/posh"),
    "fish": ("fish", "usr/bin/fish"),
    "tcsh": ("tcsh", "*bin/tcsh"),
    "yash": ("yash", "usr/bin/yash"),
    "rc": ("rc", "usr/bin/rc.byron"),
    "sash": ("sash", "*bin/sash"),
    "elvish": ("elvish", "usr/bin/elvish"),
    "busybox": ("busybox", "*bin/busybox"),
    "toybox": ("toybox", "*bin/toybox"),
    "wget": ("wget", "usr/bin/wget"),
    "socat": ("socat", "usr/bin/socat"),
    "gdb": ("gdb", "usr/bin/gdb"),
    "strace": ("strace", "usr/bin/strace"),
    "openssh": ("openssh-server", "usr/sbin/sshd"),
    "dropbear": ("dropbear-bin", "usr/sbin/dropbear"),
}


class Content:
    def __init__(self, path: str, data: bytes, mode: int = 0o755) -> None:
        self.path = path
        self.data = data
        self.stat = FileStat(path=path, kind=FileKind.FILE, mode=mode, size=len(data))

    def open(self):
        from io import BytesIO  # noqa: PLC0415

        return BytesIO(self.data)


def read(data: bytes, path: str = "srv/x", mode: int = 0o755) -> ProgramEvidence:
    return PROGRAMS.read(Content(path, data, mode))


@pytest.fixture(scope="module")
def programs(test_cache: Path) -> dict[str, bytes]:
    packages = [package for package, _ in REAL.values()]
    debs = dict(zip(sorted(packages), fetch(test_cache, "bookworm", "amd64", packages), strict=True))
    return {name: member(debs[package], path) for name, (package, path) in REAL.items()}


def test_every_mark_is_tested_on_something_real():
    assert {mark.program.name for mark in marks()} == set(REAL)


@pytest.mark.archive
def test_each_is_known_by_its_content_and_as_nothing_else(programs: dict[str, bytes]):
    for name, data in programs.items():
        assert [one.name for one in read(data).found] == [name], name


@pytest.mark.archive
def test_busybox_tells_its_version_and_applets(programs: dict[str, bytes]):
    found = read(programs["busybox"])
    assert found.found[0].version == "1.35.0"
    assert {"ash", "sh", "wget", "vi", "[", "zcat"} <= set(found.applets)
    assert all(part.isprintable() for part in found.applets)


@pytest.mark.archive
def test_toybox_tells_its_applets(programs: dict[str, bytes]):
    found = set(read(programs["toybox"]).applets)
    assert {"wget", "netcat", "ftpget", "host", "acpi", "base32"} <= found
    assert "sh" not in found


def test_a_mark_that_lies_across_two_parts_is_found():
    at = (4 << 20) - 5
    assert [one.name for one in read(b"\x7fELF" + b"\0" * at + b"GNU bash, version" + b"\0" * 100).found] == ["bash"]


def test_what_nobody_may_run_is_not_searched():
    data = b"\x7fELF GNU bash, version"
    assert read(data, mode=0o644) == ProgramEvidence()
    assert read(data, path="usr/lib/libx.so.1") == ProgramEvidence()
    assert read(b"#!/bin/sh\n") == ProgramEvidence(script=True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bash", [ProgramKind("shell", "bash")]),
        ("python3.11", [ProgramKind("interpreter", "python")]),
        ("gcc-12", [ProgramKind("compiler", "gcc")]),
        ("x86_64-linux-gnu-gcc-12", [ProgramKind("compiler", "gcc")]),
        ("nc.openbsd", [ProgramKind("downloader", "netcat")]),
        ("bashful", []),
        ("gccgo", []),
        ("libpython3.11.so", []),
    ],
)
def test_names(name: str, expected: list[ProgramKind]):
    assert list(kinds_by_name(name)) == expected


def test_kinds_are_what_the_facts_are_named_after():
    assert len(set(KINDS)) == len(KINDS) == 8
