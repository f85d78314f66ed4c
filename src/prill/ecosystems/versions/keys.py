"""The bytes that version keys are made of.

A key is a sequence of parts, each of which begins with a byte that says of what kind it is and where that kind sorts
among the others; "nothing more" is such a kind too. A part's content ends by itself, so that no part is a beginning of
another one.
"""

from prill.errors import PrillError

__all__ = ["MAX_LENGTH", "UnreadableVersion", "is_number", "number", "text"]

MAX_LENGTH = 4096
"""How long a version may be."""

_LONG = 0xFF


class UnreadableVersion(PrillError):
    """A text that should have been a version of an ecosystem is none."""

    def __init__(self, version: str, kind: str, hint: str = "") -> None:
        super().__init__(f"not a version of {kind}: {version[:160]!r}", hint=hint or None)


def is_number(text: str) -> bool:
    """Whether this is digits; ``²`` and those of other scripts, which `str.isdigit` takes for such, are words."""
    return text.isascii() and text.isdigit()


def number(digits: str) -> bytes:
    """Return a natural number of any length: the count of its digits, then the digits, no leading zeros."""
    plain = digits.lstrip("0").encode("ascii")
    length = len(plain)
    if length < _LONG:
        return bytes((length,)) + plain
    return b"\xff" + length.to_bytes(4, "big") + plain


def text(word: str) -> bytes:
    """Return a text that sorts by its bytes, and before all that it is a beginning of; a NUL may not stand in it."""
    return word.encode("utf-8", "surrogatepass") + b"\x00"
