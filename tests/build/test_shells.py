"""A shell is found by name, by content under any name, and where a link leads to one."""

import pytest

from deb_files import File, Folder, HardLink, Item, Link
from listed import listing_of
from prill.build.placed import Placed
from prill.build.shells import SHELL_NAMES, has_shell_name, shell_in, shells
from prill.catalogue.programs import Mark, kinds_by_name, marks

DASH = File(b"\x7fELF\2\1\1" + bytes(64) + b"\0 is a %sshell builtin\0", mode=0o755)
BUSYBOX = File(b"\x7fELF\2\1\1" + bytes(64) + b"BusyBox v1.37.0 (Debian)\0", mode=0o755)
OTHER = File(b"\x7fELF\2\1\1" + bytes(64), mode=0o755)


def found(files: dict[str, Item]) -> tuple[str, ...]:
    return shells({entry.path: Placed(entry, "p") for entry in listing_of("p", files).entries})


@pytest.mark.parametrize(
    "path",
    ["usr/bin/dash", "usr/bin/sh", "usr/lib/klibc/bin/sh", "usr/lib/plan9/bin/rc", "opt/bin/zsh", "busybox/busybox"],
)
def test_by_name_where_programs_are_looked_for(path: str):
    assert has_shell_name(path)
    assert found({path: OTHER}) == (path,)
    assert found({path: File(b"#!/usr/bin/python3\n", mode=0o755)}) == (path,)
    assert found({path: File(b"x", mode=0o644)}) == ()
    assert found({path: Folder()}) == ()


@pytest.mark.parametrize("path", ["usr/share/doc/bash", "usr/bin/bashful", "usr/lib/sh", "etc/init.d/rc"])
def test_names_elsewhere_say_nothing(path: str):
    assert found({path: OTHER}) == ()


@pytest.mark.parametrize("program", [DASH, BUSYBOX], ids=["dash", "busybox"])
def test_by_content_under_any_name(program: File):
    assert found({"usr/libexec/helper": program}) == ("usr/libexec/helper",)
    assert found({"usr/bin/tool": File(program.content, mode=0o644)}) == ()
    assert found({"usr/lib/x86_64-linux-gnu/libdash.so.1": program}) == ()


def test_a_text_that_names_a_shell_is_none():
    assert found({"usr/bin/tool": File(b"#!/bin/python3\n# GNU bash, version 5\n", mode=0o755)}) == ()


def test_links_to_one():
    files: dict[str, Item] = {
        "usr/bin/tool": DASH,
        "usr/bin/second": Link("first"),
        "usr/bin/first": Link("/usr/bin/tool"),
        "usr/bin/hard": HardLink("usr/bin/tool"),
        "usr/bin/round": Link("round"),
        "usr/bin/python": Link("/usr/bin/none"),
        "usr/bin/sh": Link("nowhere"),
    }
    assert found(files) == ("usr/bin/first", "usr/bin/hard", "usr/bin/second", "usr/bin/sh", "usr/bin/tool")


@pytest.mark.parametrize("mark", [one for one in marks() if one.program.kind in {"shell", "multi-call"}], ids=str)
def test_every_mark_of_the_catalogue_is_looked_for(mark: Mark):
    assert shell_in("usr/bin/x", memoryview(b"\x7fELF" + bytes(8) + mark.text + b"\0"))


def test_names_are_the_catalogues():
    kinds = {"shell", "multi-call"}
    assert [name for name in SHELL_NAMES if not kinds & {one.kind for one in kinds_by_name(name)}] == []
    from prill.catalogue.data_files import load_data  # noqa: PLC0415

    tables, _, _ = load_data("programs")
    named = {name for kind in kinds for program in tables[kind].values() for name in program["names"]}
    assert {name for name in named if not set(name) & set("*[")} <= SHELL_NAMES
