"""Which diversions a package has once it is installed, by the text of its scripts."""

import pytest

from prill.build.diversions import Diversion, diversions, lasting_diversions

MOLLY_GUARD = b"""#!/bin/sh
set -e
case "$1" in
    install|upgrade)
        for cmd in pm-hibernate ; do
            dpkg-divert --package molly-guard --rename --remove /sbin/$cmd
        done
        for cmd in halt reboot ; do
            dpkg-divert --package molly-guard --divert /lib/molly-guard/$cmd --rename /sbin/$cmd
        done
    ;;
esac
"""

VIM_LIKE = b"""#!/bin/sh
set -e
cur="ed9"
docs=/usr/share/ed/$cur
aside() {
  dpkg-divert --package ed-docs --add --rename \\
    --divert "$1.small" "$1"
}
newer() {
  old="ed$(echo ${1%.*} | tr -d .)"
  [ "$old" != "$cur" ]
}
if [ "$1" != "upgrade" ] || newer $2; then
  aside $docs/help
  aside $docs/tags
fi
"""


def test_diversions_of_a_loop_are_found_and_removals_are_not() -> None:
    assert diversions("molly-guard", MOLLY_GUARD) == (
        (
            Diversion(package="molly-guard", source="sbin/halt", target="lib/molly-guard/halt"),
            Diversion(package="molly-guard", source="sbin/reboot", target="lib/molly-guard/reboot"),
        ),
        (),
    )


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("dpkg-divert --add --divert /bin/b /bin/a", Diversion(package="own", source="bin/a", target="bin/b")),
        ("dpkg-divert --divert=/bin/b --add /bin/a", Diversion(package="own", source="bin/a", target="bin/b")),
        ("dpkg-divert --add --rename /bin/a", Diversion(package="own", source="bin/a", target="bin/a.distrib")),
        ("dpkg-divert --package p --quiet /bin/a", Diversion(package="p", source="bin/a", target="bin/a.distrib")),
        ('f=a\ndpkg-divert --package="p" --no-rename --divert "/bin/$f.real" --add "/bin/$f"',
         Diversion(package="p", source="bin/a", target="bin/a.real")),
    ],
)  # fmt: skip
def test_the_forms_of_the_call(call: str, expected: Diversion) -> None:
    assert diversions("own", f"#!/bin/sh\n{call}\n".encode()) == ((expected,), ())


@pytest.mark.parametrize(
    "call",
    [
        "dpkg-divert --remove --rename /bin/a",
        "dpkg-divert --truename /bin/a",
        "x=$(dpkg-divert --listpackage /bin/a)",
        "dpkg-divert --add --divert /lib64/ld.so.usr-is-merged /lib64/ld.so",
        "echo dpkg-divert --add /bin/a",
    ],
)
def test_calls_that_divert_nothing_in_an_image(call: str) -> None:
    assert diversions("own", f"#!/bin/sh\n{call}\n".encode()) == ((), ())


@pytest.mark.parametrize(
    ("call", "shown"),
    [
        ('dpkg-divert --package dash --divert "$distrib" --add $dfile', "--package dash --divert … --add …"),
        ("dpkg-divert --add relative", "--add relative"),
        ("dpkg-divert --add /a /b", "--add /a /b"),
        ("dpkg-divert --add", "--add"),
    ],
)
def test_a_call_that_is_not_literal_becomes_a_note(call: str, shown: str) -> None:
    found, (note,) = diversions("dash", f"#!/bin/sh\n{call}\n".encode())
    assert found == ()
    assert note == f"dpkg-divert {shown} could not be read without running the script"


def test_diversions_of_a_function_are_those_of_its_calls() -> None:
    assert diversions("ed-docs", VIM_LIKE) == (
        tuple(
            Diversion(package="ed-docs", source=f"usr/share/ed/ed9/{name}", target=f"usr/share/ed/ed9/{name}.small")
            for name in ("help", "tags")
        ),
        (),
    )


def script(*calls: str) -> bytes:
    return "\n".join(("#!/bin/sh", *(f"dpkg-divert {call}" for call in calls), "")).encode()


A = Diversion(package="own", source="bin/a", target="bin/b")


@pytest.mark.parametrize(
    ("preinst", "postinst", "found"),
    [
        (script("--divert /bin/b --add /bin/a"), b"", (A,)),
        (b"", script("--divert /bin/b --add /bin/a"), (A,)),
        (script("--divert /bin/b --add /bin/a"), script("--divert /bin/b --remove /bin/a"), ()),
        (script("--divert /bin/b --add /bin/a"), script("--remove /bin/a"), ()),
        (script("--divert /bin/b --add /bin/a"), script("--divert /bin/c --remove /bin/a"), (A,)),
        (script("--divert /bin/b --add /bin/a"), script("--package other --remove /bin/a"), (A,)),
        (script("--divert /bin/b --add /bin/a"), script("--remove /bin/a", "--divert /bin/b --add /bin/a"), (A,)),
        (script("--remove /bin/a", "--divert /bin/b --add /bin/a"), script("--remove $x"), (A,)),
    ],
)
def test_what_the_postinst_takes_away_does_not_last(
    preinst: bytes, postinst: bytes, found: tuple[Diversion, ...]
) -> None:
    assert lasting_diversions("own", preinst, postinst) == (found, ())


@pytest.mark.parametrize(
    ("preinst", "note"),
    [
        (script("--package other --add /bin/a"), "dpkg-divert of /bin/a in the name of other is left out"),
        (script("--local --add /bin/a"), "dpkg-divert of /bin/a in the name of nobody is left out"),
        (b"#!/usr/bin/perl\nsystem qw(dpkg-divert --add /bin/a);\n",
         "dpkg-divert in what is no shell script could not be read without running the script"),
        (script("--add /bin/$1") + b":;" * (1 << 19),
         "dpkg-divert in the last part of a script that is too long could not be read without running the script"),
    ],
)  # fmt: skip
def test_what_is_left_out_becomes_a_note(preinst: bytes, note: str) -> None:
    assert lasting_diversions("own", preinst, b"") == ((), (note,))
