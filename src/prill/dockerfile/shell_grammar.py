"""Shell text by ``tree-sitter-bash``, in time that grows with the text's length.

The grammar mends what it cannot read by trying ways around it, which takes the square of a text's length: 60 KB that
nobody would write take half a minute. Texts that people write take some two hundred nanoseconds a character.
"""

import time
from functools import cache
from typing import TYPE_CHECKING

from prill.errors import PrillError

if TYPE_CHECKING:
    from tree_sitter import Parser, Tree

__all__ = ["TooIntricate", "parse_shell"]

_SHORT = 2048
"""So many characters cannot take long: 35 ms, if nobody would write them."""
_SECONDS = 0.05
_SECONDS_A_CHARACTER = 20e-6
_PIECE = 64 << 10


class TooIntricate(PrillError):
    """A shell text takes the grammar too long."""


@cache
def _parser() -> "Parser":
    import tree_sitter_bash  # noqa: PLC0415 - loaded when there is something to parse
    from tree_sitter import Language, Parser  # noqa: PLC0415

    return Parser(Language(tree_sitter_bash.language()))


def parse_shell(text: bytes) -> "Tree":
    """Return the tree of a text; raise `TooIntricate` once it took a hundred times what it should."""
    parser = _parser()
    if len(text) <= _SHORT:
        return parser.parse(text)
    end = time.process_time() + _SECONDS + len(text) * _SECONDS_A_CHARACTER

    def read(offset: int, _point: object) -> bytes:
        return text[offset : offset + _PIECE]

    try:
        return parser.parse(read, progress_callback=lambda _offset, _failed: time.process_time() > end)
    except ValueError as error:
        parser.reset()
        raise TooIntricate(f"{len(text)} bytes of shell are too intricate to be read") from error
