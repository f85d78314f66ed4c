import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.views.columns import WIDTH, cut, folded, table
from prill.views.sizes import human_size


@given(st.lists(st.tuples(st.text(max_size=150), st.text(max_size=150), st.integers(0, 10**12)), max_size=5))
def test_a_table_fits_and_keeps_its_numbers(rows: list[tuple[str, str, int]]):
    lines = table(("ONE", "OTHER", "NUMBER"), [(*texts, str(number)) for *texts, number in rows], texts=2).split("\n")
    assert len(lines) == len(rows) + 1
    assert all(len(line) <= WIDTH and line.isprintable() for line in lines)
    assert all(line.endswith(str(number)) for line, (*_, number) in zip(lines[1:], rows, strict=True))


def test_numbers_that_leave_no_room_are_still_whole():
    assert table(("A", "N"), [("text" * 9, "1" * 120)], texts=1).endswith("  texttex…  " + "1" * 120)


def test_folded():
    assert folded("add util-linux and sed", 14, lines=3) == ("add util-linux", "and sed")
    assert folded("one two three four", 9, lines=2) == ("one two", "three fo…")
    assert folded("a" * 25, 10, lines=2) == ("aaaaaaaaaa", "aaaaaaaaa…")
    assert folded("", lines=2) == ("",)


@given(st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" ")), st.integers(8, 40), st.integers(1, 4))
def test_what_is_folded_fits(text: str, width: int, lines: int):
    found = folded(text, width, lines=lines)
    assert 1 <= len(found) <= lines
    assert all(len(line) <= width for line in found)


def test_cut():
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdefg", 6) == "abcde…"


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (391_234, "391.2 kB"),
        (999_949, "999.9 kB"),
        (999_960, "1.0 MB"),
        (48_000_000, "48.0 MB"),
        (999_999_999, "1.0 GB"),
        (12 * 10**15, "12000.0 TB"),
    ],
)
def test_sizes(size: int, expected: str):
    assert human_size(size) == expected
