import hashlib

import pytest

from prill.build.scripts import Diversion, ScriptReport, classify_script, diversions, report_scripts

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


def test_each_script_is_reported() -> None:
    content = b"#!/bin/sh\nset -e\nldconfig\nexit 0\n"
    assert report_scripts("libdemo1", [("postinst", content), ("prerm", b"#!/bin/sh\nset -e\n")]) == (
        ScriptReport(
            package="libdemo1",
            script="postinst",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            does=("loader-cache",),
        ),
        ScriptReport(
            package="libdemo1",
            script="prerm",
            size=17,
            sha256=hashlib.sha256(b"#!/bin/sh\nset -e\n").hexdigest(),
            does=(),
        ),
    )


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (b"\x7fELF\x02\x01", ("program",)),
        (b"#!/usr/bin/perl\nuse strict;\n", ("other-language",)),
        (b"#!/bin/sh\nupdate-alternatives --install /a b /c 1\n/usr/sbin/ldconfig\n", ("alternatives", "loader-cache")),
        (b'#!/bin/sh\nif [ "$1" = configure ]; then rm -rf /srv/x; fi\n', ("own-code",)),
        (b"#!/bin/sh\n# Automatically added by dh_installsystemd/1\nz\n# End automatically added section\n", ("systemd",)),
        (b"#!/bin/sh\n# Automatically added by dh_strange/1\nz\n# End automatically added section\n", ("dh_strange",)),
        (b'#!/bin/sh\ncase "$1" in\n configure) ;;\n abort-upgrade|abort-remove) ;;\n *) echo no >&2; exit 1;;\nesac\n', ()),
        (b"#!/bin/sh\n$1 /etc\n", ("own-code",)),
    ],
)  # fmt: skip
def test_a_script_is_classified_by_what_it_calls(script: bytes, expected: tuple[str, ...]) -> None:
    assert classify_script(script) == expected


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
