"""An Alpine root file system: apk's database as apk writes it, BusyBox and musl as Debian builds them."""

from pathlib import Path

import pytest

from debs import fetch, member
from images import file, folder, symlink
from inspected import ELF, inspect_layers, paths, remark, said
from prill.model.fact_values import CLibrary, ImageKind, ProgramFound, Release
from prill.model.facts import ImageFacts

pytestmark = pytest.mark.archive

APPLETS = ("sh", "ash", "wget", "vi", "ls", "cat")


def installed(name: str, version: str, *paths: str) -> str:
    lines = [f"P:{name}", f"V:{version}", "A:x86_64", "L:MIT", "m:Somebody <x@example.test>"]
    for path in paths:
        above, _, own = path.rpartition("/")
        lines += [f"F:{above}", f"R:{own}", "a:0:0:755"]
    return "\n".join(lines) + "\n\n"


@pytest.fixture(scope="module")
def facts(test_cache: Path) -> ImageFacts:
    busybox, musl = fetch(test_cache, "bookworm", "amd64", ["busybox-static", "musl"])
    database = installed("alpine-baselayout", "3.6.5-r0", "etc/passwd", "etc/group")
    database += installed("musl", "1.2.5-r0", "lib/ld-musl-x86_64.so.1")
    database += installed("busybox", "1.36.1-r29", "bin/busybox") + installed("apk-tools", "2.14.4-r0", "sbin/apk")
    return inspect_layers(
        [
            file("etc/os-release", 'ID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\n'),
            file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n"),
            file("etc/group", "root:x:0:root\nnobody:x:65534:\n"),
            file("lib/apk/db/installed", database),
            file("bin/busybox", member(busybox, "*bin/busybox"), mode=0o755),
            *(symlink(f"bin/{name}", "/bin/busybox") for name in APPLETS),
            file("sbin/apk", ELF, mode=0o755),
            file("lib/ld-musl-x86_64.so.1", member(musl, "*lib/x86_64-linux-musl/libc.so"), mode=0o755),
            symlink("lib/libc.musl-x86_64.so.1", "ld-musl-x86_64.so.1"),
            folder("tmp", mode=0o1777),
        ],
        user="65534",
    )


def test_what_it_is(facts: ImageFacts):
    kind, release = facts.value(ImageKind), facts.value(Release)
    assert kind is not None
    assert kind.kind == "alpine-like"
    assert release is not None
    assert release.support is not None
    assert (release.version, release.support.ends, release.support.status) == ("3.20.3", "2026-04-01", "ended")
    assert facts.value(CLibrary) == CLibrary(name="musl", version="1.2.3")


def test_busybox_alone_is_alike_though_it_can_unpack_packages_of_others(test_cache: Path):
    (busybox,) = fetch(test_cache, "bookworm", "amd64", ["busybox-static"])
    facts = inspect_layers([file("bin/busybox", member(busybox, "*bin/busybox"), mode=0o755)])
    kind = facts.value(ImageKind)
    assert kind is not None
    assert (kind.kind, kind.reasons[0]) == ("alpine-like", "BusyBox in place of the usual tools, no package manager")
    assert {value.name for _, value in said(facts, "package-managers") if isinstance(value, ProgramFound)} == {
        "dpkg",
        "rpm",
    }


def test_its_shells_are_applets(facts: ImageFacts):
    found = {path: value.how for path, value in said(facts, "shells") if isinstance(value, ProgramFound)}
    assert found == {"bin/busybox": "applet", "bin/sh": "applet", "bin/ash": "applet"}
    assert {"bin/busybox", "bin/wget"} <= set(paths(facts, "downloaders"))
    assert paths(facts, "package-managers") == ["bin/busybox", "bin/busybox", "sbin/apk"]
    versions = {value.version for _, value in said(facts, "shells") if isinstance(value, ProgramFound)}
    assert versions == {"busybox 1.35.0"}


def test_who_it_runs_as(facts: ImageFacts):
    assert remark(facts, "run-as") == [("good", "it runs as nobody (65534), not as root")]
    assert remark(facts, "unpackaged-total") == [("good", "every program and library belongs to a package")]
