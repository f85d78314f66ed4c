import pytest

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
