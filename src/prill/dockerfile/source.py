"""The text of a file, and where in it something stands.

Bytes become text in a way that loses none: what is not UTF-8 becomes a surrogate of its own (PEP 383). Offsets count
characters of that text; `Source.position` turns one into a line, a column and a byte.
"""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import NamedTuple

__all__ = ["Position", "Source", "Span", "Word"]


class Span(NamedTuple):
    """The characters from ``start`` up to, not including, ``end``."""

    start: int
    end: int


class Word(NamedTuple):
    """A piece of text without its quotes or continuations, and where it stands in the source."""

    text: str
    span: Span


class Position(NamedTuple):
    """A place: line and column count from 1 and in characters; ``byte`` is the offset in the file."""

    line: int
    column: int
    byte: int


_MOST_BYTES = 4
_MARK = "\ufeff"
_STEP = 1024


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))


def _marks(text: str) -> tuple[int, ...]:
    return tuple(accumulate((_size(text[place : place + _STEP]) for place in range(0, len(text), _STEP)), initial=0))


class Source(NamedTuple):
    """A file's text, and the offsets where its lines begin; a line feed alone ends a line.

    A byte order mark is a character of the text, and of no line: editors do not show it, and count no column for it.
    ``marks`` are the bytes before every 1024th character, where a character may be more than one byte.
    """

    name: str
    text: str
    lines: tuple[int, ...]
    marks: tuple[int, ...] = ()

    @classmethod
    def of(cls, data: bytes, name: str = "Dockerfile") -> "Source":
        """Take any bytes; nothing is refused."""
        text = data.decode("utf-8", "surrogateescape")
        lines = [1 if text.startswith(_MARK) else 0]
        end = text.find("\n") + 1
        while end:
            lines.append(end)
            end = text.find("\n", end) + 1
        return cls(name, text, tuple(lines), () if text.isascii() else _marks(text))

    @property
    def data(self) -> bytes:
        """The bytes that the text was made of."""
        return self.text.encode("utf-8", "surrogateescape")

    def line(self, offset: int) -> int:
        """Return the number of the line that ``offset`` is in, from 1."""
        return bisect_right(self.lines, offset) or 1

    def byte(self, offset: int) -> int:
        """Return how many bytes are before ``offset``."""
        if not self.marks:
            return offset
        mark = min(offset // _STEP, len(self.marks) - 1)
        return self.marks[mark] + _size(self.text[mark * _STEP : offset])

    def position(self, offset: int) -> Position:
        """Return where ``offset`` is."""
        line = self.line(offset)
        return Position(line, max(1, offset - self.lines[line - 1] + 1), self.byte(offset))

    def line_text(self, line: int) -> str:
        """Return a line by its number, without what ends it; "" beyond the last."""
        if not 0 < line <= len(self.lines):
            return ""
        end = self.lines[line] if line < len(self.lines) else len(self.text)
        return self.text[self.lines[line - 1] : end].rstrip("\r\n")

    def longer_lines(self, limit: int) -> Iterator[Span]:
        """Yield the lines of more than ``limit`` bytes, without what ends them."""
        if len(self.text) * _MOST_BYTES <= limit:
            return
        for start, end in pairwise((*self.lines, len(self.text) + 1)):
            if (end - start) * _MOST_BYTES > limit and _size(self.text[start : end - 1]) > limit:
                yield Span(start, end - 1)

    def slice(self, span: Span) -> str:
        """Return the text of ``span`` as it is written."""
        return self.text[span.start : span.end]
