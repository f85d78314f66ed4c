"""The text of a string of YAML, JSON or HCL, with the place in the file of each of its characters.

Double and single quotes as YAML has them, of which JSON's and HCL's are a part, and YAML's block scalars, ``|`` and
``>``.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from prill.model.regex import regex

__all__ = ["Character", "block_scalar", "quoted_scalar"]

Character = tuple[str, int, int]
"""A character, and from where to where it stands in the file."""

_DOUBLE = regex(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_SINGLE = regex(r"'((?:[^']|'')*)'")
_PART = regex(
    r"""(?P<joined>\\\r?\n[ \t]*)
    | \\(?P<pair>u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})
    | \\(?:x(?P<two>[0-9a-fA-F]{2})|u(?P<four>[0-9a-fA-F]{4})|U(?P<eight>[0-9a-fA-F]{8})|(?P<one>.))
    | (?P<folded>[ \t]*(?:\r?\n[ \t]*)+)
    | (?P<plain>.)""",
    re.VERBOSE | re.DOTALL,
)
_SINGLE_PART = regex(r"(?P<one>'')|(?P<folded>[ \t]*(?:\r?\n[ \t]*)+)|(?P<plain>.)", re.DOTALL)
_ESCAPES = {"0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b"}
_LAST = 0x10FFFF


def quoted_scalar(text: str, place: int) -> tuple[tuple[Character, ...], int] | None:
    """Read the string whose quote stands at ``place``, and return where the text goes on; None for one without end."""
    double = text[place] == '"'
    found = (_DOUBLE if double else _SINGLE).match(text, place)
    if found is None:
        return None
    parts = (_PART if double else _SINGLE_PART).finditer(text, found.start(1), found.end(1))
    return tuple(chain.from_iterable(map(_unescaped, parts))), found.end()


def _unescaped(part: re.Match[str]) -> Iterator[Character]:
    kind, written = part.lastgroup, part[part.lastgroup or 0]
    start, end = part.span()
    if kind == "folded":
        breaks = written.count("\n")
        yield from ((char, start, end) for char in ("\n" * (breaks - 1) if breaks > 1 else " " if breaks else written))
    elif kind == "plain":
        yield written, start, end
    elif kind == "one":
        yield ("'" if written == "''" else _ESCAPES.get(written, written)), start, end
    elif kind == "pair":
        high, low = int(written[1:5], 16), int(written[7:], 16)
        yield chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00), start, end
    elif kind != "joined":
        code = int(written, 16)
        yield (chr(code) if code <= _LAST and not 0xD800 <= code <= 0xDFFF else "\ufffd"), start, end  # noqa: PLR2004 - surrogates


def block_scalar(lines: Sequence[str], start: int, *, folded: bool) -> tuple[Character, ...]:
    """Read the lines of a block, the first of which begins at ``start``; blank lines before and behind stay."""
    indent = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
    found: list[Character] = []
    blank, before = 0, True  # line breaks that wait, and whether the line before keeps its own
    for number, line in enumerate(lines):
        if folded and not line.strip():
            blank += 1
        else:
            keeps = not folded or line[indent : indent + 1] in {" ", "\t"}
            breaks = blank + 1 if keeps or before or not blank else blank
            if number:
                joint = "\n" if keeps or before or blank else " "
                found += [(joint, start - 1, start)] * (breaks if found or not folded else blank)
            kept = line.rstrip("\r") if folded else line
            found += [(char, start + at, start + at + 1) for at, char in enumerate(kept) if at >= indent]
            blank, before = 0, keeps
        start += len(line) + 1
    return tuple(found)
