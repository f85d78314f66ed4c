"""Each named set takes what it should and leaves what it must."""

import re
from pathlib import Path

import pytest

from prill.build.trim import ALWAYS_KEPT, TRIM_SETS, Trimmer, UnknownTrimSet, glob_pattern
from prill.build.trim_reference import trim_reference

PAGE = Path(__file__).resolve().parents[2] / "docs" / "trim.md"

CASES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "docs": (
        ("usr/share/doc/bash/README", "usr/share/doc/a/b/c", "usr/share/doc-base/x", "usr/share/info/a.gz"),
        ("usr/share/doc/libgcc-s1", "usr/share/doc/bash/copyright", "usr/share/common-licenses/GPL-3", "etc/doc/x"),
    ),
    "man": (("usr/share/man/man1/ls.1.gz", "usr/share/man/de/man8/x.8"), ("usr/share/manual/x", "usr/local/man/x")),
    "locales": (
        ("usr/share/locale/de/LC_MESSAGES/x.mo", "usr/share/i18n/charmaps/UTF-8.gz", "usr/lib/locale/de_DE/LC_TIME"),
        ("usr/lib/locale/C.utf8/LC_CTYPE", "usr/share/locale/locale.alias", "usr/share/localedata/x"),
    ),
    "lintian": (("usr/share/lintian/overrides/a", "usr/share/bug/a/control"), ("usr/share/bugs/x",)),
    "gconv": (
        ("usr/lib/x86_64-linux-gnu/gconv/ISO8859-15.so",),
        ("usr/lib/x86_64-linux-gnu/libc.so.6", "usr/lib/gconv/x"),
    ),
    "bash-completion": (
        ("usr/share/bash-completion/completions/git", "usr/share/fish/vendor_completions.d/git.fish"),
        ("usr/share/bash/x",),
    ),
    "debconf": (
        ("usr/share/debconf/x", "etc/cron.daily/apt", "etc/init.d/nginx", "etc/default/nginx", "etc/logrotate.d/x"),
        ("etc/ssl/openssl.cnf", "etc/crontab", "etc/nginx/nginx.conf"),
    ),
    "systemd": (
        ("usr/lib/systemd/system/nginx.service", "usr/lib/tmpfiles.d/x.conf", "usr/lib/udev/rules.d/x"),
        ("usr/lib/x86_64-linux-gnu/libsystemd.so.0", "usr/lib/x86_64-linux-gnu/libudev.so.1"),
    ),
    "terminfo": (
        ("usr/share/terminfo/v/vt52", "usr/lib/terminfo/a/ansi"),
        ("usr/share/terminfo/x/xterm-256color", "usr/lib/terminfo/l/linux", "usr/share/terminfo/s/screen.xterm"),
    ),
    "python-tests": (
        (
            "usr/lib/python3.13/test/test_os.py",
            "usr/lib/python3.13/idlelib/idle_test/x.py",
            "usr/lib/python3.13/a/tests/x",
        ),
        ("usr/lib/python3.13/unittest/mock.py", "usr/lib/python3.13/os.py", "usr/lib/python3.13/doctest.py"),
    ),
    "python-cache": (
        ("usr/lib/python3.13/__pycache__/os.cpython-313.pyc", "usr/lib/python3.13/json/__pycache__/x.pyc"),
        ("usr/lib/python3.13/json/x.pyc",),
    ),
    "libc-tools": (
        (
            "usr/bin/ldd",
            "usr/bin/getent",
            "usr/sbin/ldconfig",
            "usr/lib/x86_64-linux-gnu/getconf/POSIX",
            "usr/lib/x86_64-linux-gnu/libmemusage.so",
            "usr/share/libc-bin/nsswitch.conf",
        ),
        ("usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "usr/bin/python3", "usr/lib64/ld-linux-x86-64.so.2"),
    ),
    "development": (
        ("usr/include/stdio.h", "usr/lib/x86_64-linux-gnu/libc.a", "usr/lib/x86_64-linux-gnu/pkgconfig/x.pc"),
        ("usr/lib/x86_64-linux-gnu/libc.so.6", "usr/lib/python3.13/x.alias"),
    ),
}


@pytest.mark.parametrize(("name", "path"), [(name, path) for name, (gone, _) in CASES.items() for path in gone])
def test_a_set_takes(name: str, path: str):
    assert Trimmer([name]).rule(path) == f"trim:{name}"


@pytest.mark.parametrize(("name", "path"), [(name, path) for name, (_, kept) in CASES.items() for path in kept])
def test_a_set_leaves(name: str, path: str):
    assert Trimmer([name]).rule(path) is None


def test_scripts_go_by_their_first_line():
    trimmer = Trimmer(["scripts"])
    assert trimmer.rule("usr/bin/zgrep", "sh") == "trim:scripts"
    assert trimmer.rule("usr/sbin/update-ca-certificates", "perl") == "trim:scripts"
    assert trimmer.rule("usr/bin/pip", "python3") is None
    assert trimmer.rule("usr/bin/python3") is None
    assert trimmer.rule("usr/share/x/run", "sh") is None


def test_every_set_is_tried_here():
    assert {*CASES, "scripts"} == {one.id for one in TRIM_SETS}
    assert len({one.id for one in TRIM_SETS}) == len(TRIM_SETS)


def test_copyright_stays_whatever_is_asked_for():
    everything = Trimmer([one.id for one in TRIM_SETS], paths=["**"])
    assert everything.rule("usr/share/doc/x/copyright") is None
    assert everything.rule("usr/share/common-licenses/Apache-2.0") is None
    assert everything.rule("usr/share/doc/x/deep/copyright") == "trim:docs"


def test_the_specs_own_globs():
    trimmer = Trimmer(["man"], paths=["usr/share/**", "opt/*"], keep=["usr/share/man/man1/**", "opt/b?"])
    assert trimmer.rule("usr/share/x") == "trim:spec"
    assert trimmer.rule("usr/share/man/man5/x") == "trim:man"
    assert trimmer.rule("usr/share/man/man1/x") is None
    assert trimmer.rule("opt/a") == "trim:spec"
    assert trimmer.rule("opt/bc") is None
    assert trimmer.rule("opt/a/b") is None


def test_no_set_takes_nothing():
    assert Trimmer(()).rule("usr/share/doc/x/README") is None


def test_an_unknown_set():
    with pytest.raises(UnknownTrimSet, match="'doc'") as caught:
        Trimmer(["doc"])
    assert "docs, man" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("a/*/c", "a/b/c", True),
        ("a/*/c", "a/b/b/c", False),
        ("a/**/c", "a/c", True),
        ("a/**/c", "a/b/b/c", True),
        ("a/**", "a/b/c", True),
        ("a/**", "a", False),
        ("**", "a/b", True),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("a.c", "abc", False),
        ("a+(b)[c]", "a+(b)[c]", True),
    ],
)
def test_globs(glob: str, path: str, *, matches: bool):
    assert bool(re.fullmatch(glob_pattern(glob), path)) is matches


def test_the_page_says_what_the_sets_say():
    begin, end = "<!-- sets: written by tools/schema.py -->\n\n", "\n<!-- end of sets -->"
    written = PAGE.read_text().partition(begin)[2].partition(end)[0]
    assert written == trim_reference(), "run make schema"
    assert all(f"### `{one.id}`" in written for one in TRIM_SETS)
    assert all(glob in written for glob in ALWAYS_KEPT)
