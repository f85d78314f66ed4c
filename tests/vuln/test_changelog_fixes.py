"""What is fixed between two versions."""

import pytest

from debian_changelogs import OLDER, changelog
from prill.distro.deb.changelog import parse_changelog
from prill.distro.deb.version import InvalidVersion
from prill.vuln.changelog_fixes import ChangelogFixes, fixes_between, named_before, standing_fixes
from prill.vuln.changelog_items import fixes_of


def fixes(*entries: tuple[str, list[str]], end: str = "") -> ChangelogFixes:
    return fixes_of(parse_changelog(changelog("app", *entries, end=end).encode()))


THREE = fixes(
    ("1.0-3", ["CVE-2026-3333 and CVE-2026-1111 again"]),
    ("1.0-2", ["Fix cve-2026-2222, CVE-2026-2223", "CVE-2026-2222 once more"]),
    ("1.0-1", ["CVE-2026-1111"]),
)


def between(found: ChangelogFixes, low: str, high: str) -> tuple[dict[str, list[str]], str]:
    versions, missing = fixes_between(found, low, high)
    return {one.version: [fix.id for fix in one.fixes] for one in versions}, missing


def test_the_versions_above_the_installed_up_to_the_newest_count():
    assert between(THREE, "1.0-1", "1.0-2") == ({"1.0-2": ["CVE-2026-2222", "CVE-2026-2223"]}, "")
    assert between(THREE, "1.0-3", "1.0-3") == ({}, "")
    assert list(between(THREE, "1.0-0", "1.0-9")[0]) == ["1.0-3", "1.0-2", "1.0-1"]


def test_each_id_stands_once_a_version_with_its_first_line():
    assert [(fix.id, fix.line) for fix in THREE.versions[1].fixes] == [
        ("CVE-2026-2222", "* Fix cve-2026-2222, CVE-2026-2223"),
        ("CVE-2026-2223", "* Fix cve-2026-2222, CVE-2026-2223"),
    ]


def test_a_rebuild_sorts_behind_what_was_rebuilt():
    assert between(fixes(("1.0-1+b2", ["Rebuild"]), ("1.0-1", ["CVE-2026-1111"])), "1.0-1", "1.0-1+b2") == (
        {"1.0-1+b2": []},
        "",
    )


def test_an_installed_version_that_the_changelog_does_not_have_is_passed():
    assert between(THREE, "1.0-1.1", "1.0-3")[1] == ""


def test_a_changelog_that_was_cut_above_the_installed_version_is_told_apart():
    cut = fixes(("1.0-3", ["CVE-2026-3333"]), end=OLDER)
    assert between(cut, "1.0-1", "1.0-3") == ({"1.0-3": ["CVE-2026-3333"]}, "is cut off above the installed 1.0-1")
    unmarked = fixes(("1.0-3", ["CVE-2026-3333"]))
    assert between(unmarked, "1.0-1", "1.0-3")[1] == "is cut off above the installed 1.0-1"


@pytest.mark.parametrize("newest", ["1.0-4", "0:1.0-2.1"])
def test_a_changelog_that_is_not_about_the_newest_version_is_told(newest: str):
    assert between(THREE, "1.0-1", newest)[1] == f"does not name {newest}"
    assert between(THREE, "1.0-1", "0:1.0-2")[1] == ""


def test_versions_that_are_none_are_passed_over():
    odd = fixes(("1.0-3", ["CVE-2026-3333"]), ("not_a_version", ["CVE-2026-0001"]), ("1.0-1", []))
    assert between(odd, "1.0-1", "1.0-3") == ({"1.0-3": ["CVE-2026-3333"]}, "")


def test_an_id_may_begin_with_a_space_in_place_of_its_hyphen():
    found = fixes(("1.0-2", ["Regression fix for CVE 2026-33416.", "CVE 2026-1111: mend, see CVE-2026-2222"]))
    assert [(fix.id, fix.within) for fix in found.versions[0].fixes] == [
        ("CVE-2026-1111", ""),
        ("CVE-2026-2222", "CVE-2026-1111"),
        ("CVE-2026-33416", ""),
    ]
    assert fixes(("1.0-2", ["It is not affected by CVE 2026-1111"])).versions[0].fixes == ()


def test_what_was_named_before_is_known():
    assert named_before(THREE, "1.0-1") == {"CVE-2026-1111"}


def test_an_installed_version_that_is_none_is_an_error():
    with pytest.raises(InvalidVersion):
        fixes_between(THREE, "1 0", "2")


@pytest.mark.parametrize("text", ["CVE-2026-111", "CVE-26-11111", "XCVE 2026-1111", "CVE-2026-" + "1" * 30])
def test_what_is_no_id_is_none(text: str):
    assert fixes(("1.0-1", [text])).versions[0].fixes == ()


def read(*lines: str) -> dict[str, tuple[str, str]]:
    """Return what an entry with these lines names: by its id the text, and what that is about."""
    text = "app (1.0-2) unstable; urgency=medium\n\n" + "".join(f"  {line}\n" for line in lines)
    (version,) = fixes_of(
        parse_changelog(f"{text}\n -- A <a@example.org>  Thu, 01 Jan 2026 00:00:00 +0000\n".encode())
    ).versions
    return {fix.id: (fix.line, fix.within) for fix in version.fixes}


def test_the_evidence_is_the_whole_item():
    said = read(
        "* Two things:",
        "  - CVE-2026-1111: a leak that goes",
        "    on below.",
        "  - CVE-2026-2222: another",
        "[ Me ]",
        "* No more",
    )
    assert said == {
        "CVE-2026-1111": ("- CVE-2026-1111: a leak that goes on below.", ""),
        "CVE-2026-2222": ("- CVE-2026-2222: another", ""),
    }


def test_an_id_far_below_has_its_own_line_as_evidence():
    said = read(f"* {'long ' * 80}", "  and CVE-2026-1111")
    assert said == {"CVE-2026-1111": ("and CVE-2026-1111", "")}


@pytest.mark.parametrize(
    "line",
    [
        "- CVE-2026-1111: Apply CVE-2021-4189 fix to another function",
        "* Fix CVE-2026-1111: incomplete fix of CVE-2021-4189",
        "* d/p/CVE-2026-1111.patch: see CVE-2021-4189",
    ],
)
def test_what_is_named_in_the_fix_of_another_may_be_a_mention(line: str):
    assert {id_: within for id_, (_, within) in read(line).items()} == {
        "CVE-2026-1111": "",
        "CVE-2021-4189": "CVE-2026-1111",
    }
    again = read(line, "* Fix CVE-2021-4189")
    assert again["CVE-2021-4189"] == ("* Fix CVE-2021-4189", ""), "an item of its own counts more"


@pytest.mark.parametrize("line", ["* Fix CVE-2026-1111, CVE-2026-2222", "* CVE-2026-1111 and CVE-2026-2222: both"])
def test_several_at_the_beginning_are_all_fixed(line: str):
    assert {within for _, within in read(line).values()} == {""}


@pytest.mark.parametrize(
    "lines",
    [
        ("* Not affected by CVE-2026-1111",),
        ("* We are not affected by CVE-2026-1111, CVE-2026-1112 and CVE-2026-1113.",),
        ("* This version is not vulnerable to", "  CVE-2026-1111"),
        ("* CVE-2026-1111: not affected, the code came later",),
        ("* CVE-2026-1111 does not affect this version",),
        ("* CVE-2026-1111 (not applicable)",),
    ],
)
def test_what_does_not_affect_the_package_is_not_fixed(lines: tuple[str, ...]):
    assert read(*lines) == {}
    assert list(read(*lines, "* Fix CVE-2026-2222")) == ["CVE-2026-2222"]


@pytest.mark.parametrize(
    "line",
    [
        "* Fix CVE-2026-1111; the older releases are not affected",
        "* Not affected by CVE-2025-1000, but fix CVE-2026-1111",
        "* CVE-2026-1111: users without the module are not affected",
        "* Revert to the older parser to fix CVE-2026-1111",
        "* Revert the change that led to a leak (CVE-2026-1111)",
    ],
)
def test_what_is_fixed_beside_such_words_is(line: str):
    assert list(read(line)) == ["CVE-2026-1111"]
    assert list(standing_fixes(fixes(("1.0-2", [line.removeprefix("* ")])).versions)) == ["CVE-2026-1111"]


@pytest.mark.parametrize(
    "words",
    [
        "Revert the fix for CVE-2026-1111",
        "Reverted: fix for CVE-2026-2222 and CVE-2026-1111, as it broke sessions",
        "Revert CVE-2026-1111",
        'Revert "Fix CVE-2026-1111"',
        "Back out the patch for CVE-2026-1111.",
        "Revert debian/patches/CVE-2026-1111.patch",
    ],
)
def test_a_fix_that_a_newer_version_takes_away_does_not_stand(words: str):
    lines = [("1.0-3", [words]), ("1.0-2", ["Fix CVE-2026-1111, CVE-2026-9999"])]
    assert list(standing_fixes(fixes(*lines).versions)) == ["CVE-2026-9999"]
    again = fixes(("1.0-4", ["Fix CVE-2026-1111 again"]), *lines)
    assert standing_fixes(again.versions)["CVE-2026-1111"][1].version == "1.0-4"
    assert "CVE-2026-1111" not in named_before(fixes(lines[0]), "1.0-3")


def test_the_oldest_version_that_fixes_it_is_named():
    versions = fixes(("1.0-3", ["CVE-2026-1111 again"]), ("1.0-2", ["Fix CVE-2026-1111"])).versions
    assert standing_fixes(versions)["CVE-2026-1111"][1].version == "1.0-2"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("CVE-2026-3333, -3334", ("3333", "3334")),
        ("CVE-2026-3333, -3334, and -33355.", ("3333", "3334", "33355")),
        ("CVE-2026-3333 and -3334", ("3333", "3334")),
        ("CVE-2026-{4444,4445, 44466}", ("4444", "4445", "44466")),
        ("CVE-2026-5555/5556", ("5555", "5556")),
        ("CVE-2026-5555/-5556/-5557", ("5555", "5556", "5557")),
        ("CVE-2026-5555,5556", ("5555", "5556")),
        ("d/p/CVE-2026-5555/0001-first.patch", ("5555",)),
        ("d/p/CVE-2026-5555/0001.patch", ("5555",)),
        ("CVE-2026-5555 - 2026 was long", ("5555",)),
        ("CVE-2026-5555, 1234 lines", ("5555",)),
    ],
)
def test_ids_that_are_written_in_short_are_all_read(text: str, numbers: tuple[str, ...]):
    assert list(read(f"* Fix {text}")) == [f"CVE-2026-{number}" for number in sorted(numbers)]


def test_ids_in_short_go_on_below():
    assert list(read("* Fix CVE-2026-3333,", "  -3334")) == ["CVE-2026-3333", "CVE-2026-3334"]
