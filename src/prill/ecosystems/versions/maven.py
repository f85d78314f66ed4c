"""Maven's versions, as its ``ComparableVersion`` of 3.9 and later compares them (POM reference, "Version Order").

A version is numbers and words, parted by dots, hyphens, and every change between digits and letters; a hyphen and a
word begin a list that goes on to the end. Numbers that are zero and words that mean the release (``ga``, ``final``,
``release``) count for nothing at the end of a list. As zeros before a word are always such an end, what follows the
last one decides alone which side of "nothing more" a version is on, and so there is a key: words before the release <
end < a word for the release that ``.number`` follows < ``sp`` < other words < ``-number`` < ``.number``.
"""

import re

from prill.ecosystems.versions.keys import MAX_LENGTH, UnreadableVersion, is_number, number, text

__all__ = ["sort_key"]

_TOKENS = re.compile(r"([.-]?)([0-9]+|[^0-9.-]+|(?=[.-]|$))")
_WORDS = {
    "alpha": b"\x01",
    "beta": b"\x02",
    "milestone": b"\x03",
    "rc": b"\x04",
    "cr": b"\x04",
    "snapshot": b"\x05",
    "sp": b"\x08",
}
_RELEASE_WORDS = frozenset({"ga", "final", "release", ""})
_SHORT = {"a": "alpha", "b": "beta", "m": "milestone"}
_END, _RELEASE, _OTHER, _LIST_NUMBER, _NUMBER = b"\x06", b"\x07", b"\x09", b"\x0a", b"\x0b"


def sort_key(version: str) -> bytes:
    """Return the bytes by which ``version`` sorts; raise `UnreadableVersion` where there is none."""
    if not version or len(version) > MAX_LENGTH or "\0" in version:
        raise UnreadableVersion(version, "Maven")
    parts: list[bytes] = []
    zeros: list[bytes] = []
    previous = ""
    for separator, token in _tokens(version.lower()):
        if is_number(token):
            begins_list = separator == "-" or (not separator and bool(previous))
            if begins_list:
                zeros.clear()
            elif previous in _RELEASE_WORDS and previous:
                zeros.append(_RELEASE)
            zeros.append((_LIST_NUMBER if begins_list else _NUMBER) + number(token))
            if token.strip("0"):
                parts += zeros
                zeros.clear()
        else:
            zeros.clear()
            if token not in _RELEASE_WORDS:
                parts.append(_WORDS.get(token) or _OTHER + text(token))
        previous = token
    return b"".join((*parts, _END))


def _tokens(version: str) -> list[tuple[str, str]]:
    """Return separators and what follows them: digits, or a word in full; nothing before a separator is zero."""
    found: list[tuple[str, str]] = []
    matches = list(_TOKENS.finditer(version))
    for this, following in zip(matches, (*matches[1:], None), strict=True):
        separator, token = this[1], this[2]
        if not separator and not token:
            continue
        if separator and not found:
            found.append(("", "0"))
        if following is not None and not following[1] and is_number(following[2][:1]):
            token = _SHORT.get(token, token)
        found.append((separator, token or "0"))
    return found
