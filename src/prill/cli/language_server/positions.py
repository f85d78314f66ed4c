"""Where a character stands for an editor (LSP 3.17, "Position").

Lines end at a line feed, a carriage return, or both; columns count code units of the encoding that client and server
agreed on. Prill counts characters from the start of the text, so this is the one place that converts.
"""

import re
from bisect import bisect_right

from lsprotocol import types as lsp

__all__ = ["Lines"]

_END = re.compile(r"\r\n?|\n")
_CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


class Lines:
    """The lines of a text without lone surrogates, in one of the encodings utf-8, utf-16 and utf-32."""

    def __init__(self, text: str, encoding: str) -> None:
        self._text = text
        self._codec, self._size = _CODECS[encoding]
        ends = list(_END.finditer(text))
        self._starts = [0, *(end.end() for end in ends)]
        self._ends = [*(end.start() for end in ends), len(text)]

    def position(self, offset: int) -> lsp.Position:
        """Return where the character at ``offset`` begins; between the two characters of a line's end, before them."""
        line = bisect_right(self._starts, offset) - 1
        before = self._text[self._starts[line] : min(offset, self._ends[line])]
        return lsp.Position(line, len(before.encode(self._codec)) // self._size)

    def range(self, start: int, end: int) -> lsp.Range:
        """Return the range from ``start`` up to, not including, ``end``."""
        return lsp.Range(self.position(start), self.position(end))

    def offset(self, position: lsp.Position) -> int:
        """Return the offset of a position; one that is beyond its line or the text is at their end."""
        if position.line >= len(self._starts):
            return len(self._text)
        start = self._starts[position.line]
        line = self._text[start : self._ends[position.line]].encode(self._codec)
        return start + len(line[: position.character * self._size].decode(self._codec, "ignore"))
