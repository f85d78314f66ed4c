"""The character classes of Go's regular expressions, as ranges of code points.

Syntax: pkg.go.dev/regexp/syntax, "Perl character classes", "ASCII character classes", "Unicode character class names".
"""

import re
import sys
import unicodedata
from functools import lru_cache

__all__ = ["MAX_RUNE", "PERL", "POSIX", "Ranges", "complement", "unicode_category", "written"]

MAX_RUNE = sys.maxunicode

Ranges = tuple[tuple[int, int], ...]

_DIGIT: Ranges = ((0x30, 0x39),)
_SPACE: Ranges = ((0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20))
_WORD: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
PERL = {"d": _DIGIT, "s": _SPACE, "w": _WORD}
_UPPER: Ranges = ((0x41, 0x5A),)
_LOWER: Ranges = ((0x61, 0x7A),)
POSIX: dict[str, Ranges] = {
    "alnum": _DIGIT + _UPPER + _LOWER,
    "alpha": _UPPER + _LOWER,
    "ascii": ((0x00, 0x7F),),
    "blank": ((0x09, 0x09), (0x20, 0x20)),
    "cntrl": ((0x00, 0x1F), (0x7F, 0x7F)),
    "digit": _DIGIT,
    "graph": ((0x21, 0x7E),),
    "lower": _LOWER,
    "print": ((0x20, 0x7E),),
    "punct": ((0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)),
    "space": ((0x09, 0x0D), (0x20, 0x20)),
    "upper": _UPPER,
    "word": _WORD,
    "xdigit": ((0x30, 0x39), (0x41, 0x46), (0x61, 0x66)),
}


def complement(ranges: Ranges) -> Ranges:
    """Return every code point that is in none of ``ranges``."""
    result: list[tuple[int, int]] = []
    low = 0
    for start, end in sorted(ranges):
        if start > low:
            result.append((low, start - 1))
        low = max(low, end + 1)
    if low <= MAX_RUNE:
        result.append((low, MAX_RUNE))
    return tuple(result)


def written(ranges: Ranges, *, negated: bool = False) -> str:
    """Write ``ranges``, or all else, as a class of Python's, in escapes only."""
    if not negated and len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return re.escape(chr(ranges[0][0]))
    if not ranges:
        return "(?s:.)" if negated else "(?!)"
    return ("[^" if negated else "[") + "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in sorted(ranges)) + "]"


@lru_cache(maxsize=64)
def unicode_category(name: str) -> Ranges:
    """Return the code points of a general category, such as ``L`` or ``Nd``; none where there is no such category."""
    if not name or len(name) > 2:  # noqa: PLR2004 - categories have one or two letters
        return ()
    result: list[tuple[int, int]] = []
    start = None
    for point in range(MAX_RUNE + 2):
        inside = point <= MAX_RUNE and unicodedata.category(chr(point)).startswith(name)
        if inside and start is None:
            start = point
        elif not inside and start is not None:
            result.append((start, point - 1))
            start = None
    return tuple(result)
