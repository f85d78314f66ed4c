"""Offsets and an editor's positions, there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("lsprotocol", reason="needs the extra prill[lsp]")

from lsprotocol.types import Position

from prill.cli.language_server.positions import Lines

TEXTS = st.text(st.characters(exclude_categories=("Cs",)) | st.sampled_from("\r\n\x0c\u2028🐋é"), max_size=40)


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 7), ("utf-16", 4), ("utf-32", 3)])
def test_columns_count_code_units(encoding: str, column: int):
    lines = Lines("a\néx🐋z", encoding)
    assert lines.position(5) == Position(1, column)
    assert lines.offset(Position(1, column)) == 5


def test_lines_end_as_the_protocol_says_and_nowhere_else():
    lines = Lines("a\rb\r\nc\nd\x0ce\u2028f\x85g", "utf-16")
    assert [lines.position(offset).line for offset in (0, 2, 5, 7, 9, 11, 13)] == [0, 1, 2, 3, 3, 3, 3]


def test_beyond_the_end_is_the_end():
    lines = Lines("ab\r\nc", "utf-16")
    assert lines.offset(Position(0, 99)) == 2
    assert lines.offset(Position(9, 0)) == 5
    assert lines.position(99) == Position(1, 1)


def test_within_a_character_is_before_it():
    assert Lines("🐋", "utf-16").offset(Position(0, 1)) == 0
    assert Lines("é", "utf-8").offset(Position(0, 1)) == 0


@given(TEXTS, st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_there_and_back(text: str, encoding: str):
    lines = Lines(text, encoding)
    for offset in range(len(text) + 1):
        inside = text[offset - 1 : offset + 1] == "\r\n" and offset > 0
        assert lines.offset(lines.position(offset)) == offset - inside
