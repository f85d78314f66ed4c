import hashlib

import pytest

from prill.build.scripts import ScriptReport, classify_script, report_scripts


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
        (b"#!/bin/sh\nturn_off() {\n systemctl stop $1\n}\nturn_off x\n", ("systemd",)),
    ],
)  # fmt: skip
def test_a_script_is_classified_by_what_it_calls(script: bytes, expected: tuple[str, ...]) -> None:
    assert classify_script(script) == expected
