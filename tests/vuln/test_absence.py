"""Packages whose code is not in the image."""

from collections.abc import Callable

import pytest

from prill.model import FileKind, FileStat
from prill.vuln.absence import absent_code, dismissed_as_absent, is_code, present_code
from scan_reports import DISMISSED, FIXED

PURL = FIXED.package.purl
OWNERS = {
    "usr/lib/x86_64-linux-gnu/libssl.so.3": PURL,
    "usr/share/doc/libssl3/copyright": PURL,
    "usr/bin/other": "pkg:deb/x@1",
}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("usr/bin/openssl", True),
        ("sbin/init", True),
        ("usr/lib/x86_64-linux-gnu/libssl.so.3", True),
        ("usr/lib/python3/dist-packages/yaml/__init__.py", True),
        ("usr/share/java/app.jar", True),
        ("usr/share/doc/libssl3/copyright", False),
        ("etc/ssl/openssl.cnf", False),
        ("usr/share/zoneinfo/UTC", False),
    ],
)
def test_what_runs_or_is_loaded_is_code(path: str, code: bool):  # noqa: FBT001
    assert is_code(path) is code


def there(*paths: str, mode: int = 0o644) -> Callable[[str], FileStat | None]:
    """Return what finds these files, and no others."""
    found = {path: FileStat(path=path, kind=FileKind.FILE, mode=mode) for path in paths}
    return found.get


COPYRIGHT = "usr/share/doc/libssl3/copyright"
LIBRARY = "usr/lib/x86_64-linux-gnu/libssl.so.3"


def test_a_package_without_its_code_is_named_with_the_paths():
    assert absent_code(OWNERS, there(COPYRIGHT)) == {PURL: (LIBRARY,), "pkg:deb/x@1": ("usr/bin/other",)}


def test_its_matches_are_dismissed_with_the_paths_as_evidence():
    marked = dismissed_as_absent(FIXED, (LIBRARY,))
    assert marked.absent == (LIBRARY,)
    assert marked.suppressed_by is not None
    assert (marked.suppressed_by.status, marked.suppressed_by.justification) == (
        "not_affected",
        "vulnerable_code_not_present",
    )
    assert f"/{LIBRARY}" in marked.suppressed_by.reason
    assert marked.suppressed_by.source == "the image's files"


def test_the_rule_that_left_it_out_is_named():
    marked = dismissed_as_absent(FIXED, ("usr/bin/iconv",), ("trim:libc-tools",))
    assert marked.suppressed_by is not None
    assert marked.suppressed_by.reason.endswith("/usr/bin/iconv, left out by trim:libc-tools")
    assert marked.suppressed_by.source == "the build record"


def test_one_file_of_code_that_is_there_is_enough():
    owners = {**OWNERS, "usr/bin/openssl": PURL}
    assert PURL not in absent_code(owners, there("usr/bin/openssl"))


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        ("usr/lib/git-core/git-remote-http", 0o644),
        ("usr/lib/jvm/java-17/bin/java", 0o755),
        ("usr/lib/app/data.bin", 0o644),
        ("usr/share/app/run", 0o755),
        ("etc/cron.daily/app", 0o755),
        ("srv/app.wasm", 0o644),
        ("usr/share/ca-certificates/mozilla/Root.crt", 0o644),
    ],
)
def test_what_may_be_vulnerable_counts_as_code(path: str, mode: int):
    assert absent_code({LIBRARY: PURL, path: PURL}, there(path, mode=mode)) == {}


@pytest.mark.parametrize("path", ["etc/app.conf", "usr/share/man/man1/app.1.gz", "usr/lib/locale/C.utf8/LC_CTYPE"])
def test_settings_and_documentation_are_none(path: str):
    assert absent_code({LIBRARY: PURL, path: PURL}, there(path)) == {PURL: (LIBRARY,)}


def test_what_a_build_left_out_counts_as_missing_and_what_is_there_as_there():
    dropped = {LIBRARY: PURL}
    assert absent_code({COPYRIGHT: PURL}, there(COPYRIGHT)) == {}
    assert absent_code({COPYRIGHT: PURL}, there(COPYRIGHT), dropped) == {PURL: (LIBRARY,)}
    assert absent_code({COPYRIGHT: PURL}, there(COPYRIGHT, LIBRARY), dropped) == {}, "a record cannot hide a file"


def test_a_package_that_never_had_code_is_left_alone():
    assert absent_code({"usr/share/zoneinfo/UTC": PURL}, there()) == {}


def test_another_dismissal_stays():
    assert dismissed_as_absent(DISMISSED, ("usr/bin/app",)).suppressed_by == DISMISSED.suppressed_by


def test_the_code_that_is_there_is_named_programs_and_libraries_first():
    modules = [f"usr/lib/python3/dist-packages/m{number}.py" for number in range(6)]
    owners = dict.fromkeys([*modules, LIBRARY, COPYRIGHT, "usr/bin/openssl", "usr/bin/gone"], PURL)
    found = present_code(owners, there(*modules, LIBRARY, COPYRIGHT, "usr/bin/openssl"))
    assert found == {PURL: ("usr/bin/openssl", LIBRARY, *modules[:3])}
