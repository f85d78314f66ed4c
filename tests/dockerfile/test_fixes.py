import pytest

from prill.api.lint import LintOptions
from prill.api.lint_fix import fix_data
from prill.dockerfile.engine import Selection
from prill.dockerfile.fixes import apply_fixes
from prill.model.finding import Edit, Finding, Fix, Location, Severity

PLACE = Location(path="a", line=1, column=1, end_line=1, end_column=1, start_byte=0, end_byte=0)


def finding(*edits: tuple[int, int, str]) -> Finding:
    fix = Fix(message="m", edits=tuple(Edit(start=start, end=end, text=text) for start, end, text in edits))
    return Finding(rule="r", severity=Severity.INFO, message="m", location=PLACE, fixes=(fix,))


@pytest.mark.parametrize(
    ("fixes", "text", "waiting"),
    [
        ([((0, 1, "A"),), ((1, 2, "B"),)], "ABcdef", 0),
        ([((0, 2, "X"),), ((1, 3, "Y"),)], "Xcdef", 1),
        ([((1, 3, "Y"),), ((0, 2, "X"),)], "aYdef", 1),
        ([((2, 2, "+"),), ((2, 2, "-"),)], "ab+cdef", 1),
        ([((2, 2, "+"),), ((2, 2, "+"),)], "ab+cdef", 0),
        ([((2, 2, "+"),), ((2, 3, "C"),)], "ab+cdef", 1),
        ([((3, 3, "+"),), ((2, 5, "C"),)], "abc+def", 1),
        ([((2, 5, "C"),), ((3, 3, "+"),)], "abCf", 1),
        ([((2, 5, "C"),), ((5, 5, "+"),)], "abC+f", 0),
        ([((4, 5, "E"), (0, 1, "A")), ((2, 3, "C"),)], "AbCdEf", 0),
        ([((4, 5, "E"),), ((0, 1, "A"), (4, 6, "Z"))], "abcdEf", 1),
        ([((0, 1, "A"),), ((0, 1, "A"), (5, 6, "F"))], "AbcdeF", 0),
    ],
)
def test_fixes_that_clash_wait(fixes: list[tuple[tuple[int, int, str], ...]], text: str, waiting: int):
    fixed = apply_fixes("abcdef", [finding(*edits) for edits in fixes])
    assert (fixed.text, fixed.waiting) == (text, waiting)


def test_thousands_of_fixes_are_applied_at_once():
    places = range(0, 60_000, 3)
    fixed = apply_fixes("abc" * 20_000, [finding((place, place + 1, "A")) for place in places])
    assert (fixed.text, fixed.applied) == ("Abc" * 20_000, 20_000)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("MAINTAINER Ann <ann@example>", 'LABEL org.opencontainers.image.authors="Ann <ann@example>"'),
        ('MAINTAINER "Ann B"', 'LABEL org.opencontainers.image.authors="Ann B"'),
        ("maintainer  Ann", 'LABEL org.opencontainers.image.authors="Ann"'),
        ("MAINTAINER Ann's", 'LABEL org.opencontainers.image.authors="Ann\'s"'),
        ('MAINTAINER Ann "B"', None),
        ("MAINTAINER a$b", None),
        ("MAINTAINER a\\b", None),
        ("ONBUILD MAINTAINER a", None),
    ],
)
def test_a_maintainer_becomes_a_label_where_no_character_means_more_there(before: str, after: str | None):
    options = LintOptions(selection=Selection(only=frozenset({"maintainer"})))
    data = f"FROM a:1\n{before}\n".encode()
    assert fix_data(data, "D", options).data == data
    fixed = fix_data(data, "D", options, unsafe=True).data
    assert fixed == f"FROM a:1\n{after or before}\n".encode()


def test_a_maintainer_with_the_files_own_escape_stays():
    options = LintOptions(selection=Selection(only=frozenset({"maintainer"})))
    data = b"# escape=`\nFROM a:1\nMAINTAINER a`b\n"
    assert fix_data(data, "D", options, unsafe=True).data == data


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FROM --platform=$TARGETPLATFORM a:1", "FROM a:1"),
        ("FROM  --platform=${TARGETPLATFORM}   a:1 AS b", "FROM  a:1 AS b"),
        ("FROM --platform=$BUILDPLATFORM a:1", "FROM --platform=$BUILDPLATFORM a:1"),
        ("FROM --platform=${TARGETPLATFORM:-linux/arm64} a:1", "FROM --platform=${TARGETPLATFORM:-linux/arm64} a:1"),
        ("ARG TARGETPLATFORM=x/y\nFROM --platform=$TARGETPLATFORM a:1", "ARG TARGETPLATFORM=x/y\nFROM --platform=$TARGETPLATFORM a:1"),
    ],
)  # fmt: skip
def test_what_from_takes_anyway_is_left_out(before: str, after: str):
    options = LintOptions(selection=Selection(only=frozenset({"redundant-target-platform"})))
    assert fix_data(f"{before}\n".encode(), "D", options).data == f"{after}\n".encode()


@pytest.mark.parametrize("blank", ["\u2028", "\u00a0", "\u3000"])
def test_a_key_that_the_equals_sign_would_tear_apart_stays(blank: str):
    data = f"FROM a:1\nENV A{blank}B c\nENV D e\n".encode()
    options = LintOptions(selection=Selection(only=frozenset({"legacy-key-value"})))
    assert fix_data(data, "Dockerfile", options).data == data.replace(b"D e", b"D=e")
