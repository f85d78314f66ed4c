"""Alpine's versions, as apk-tools 2.14 and 3 compare them (its ``version.c``; the grammar is in apk-package(5)).

``number{.number}{letter}{_suffix{number}}{~hash}{-r#}``. Two versions are read part by part to the first difference.
Where the kinds differ, the one that still has numbers is greater than one with a letter, this than one with a suffix,
a hash, a revision, and these than one that ended; but a suffix for something before the release (``_alpha``, ``_rc``)
is below all. After the first number one with a leading zero sorts as text, below those without. What cannot be read
any further ends the version just below one that ends well, as apk does it; what is no version from its beginning
sorts below all others.
"""

import re

from prill.ecosystems.versions.keys import MAX_LENGTH, UnreadableVersion, number, text

__all__ = ["sort_key"]

_BEGIN = re.compile(r"([0-9]+)(?=[a-z._~-]|$)")
_PART = re.compile(
    r"\.(?P<digits>[0-9]*)|(?P<letter>[a-z])(?P<count>[0-9]*)|_(?P<suffix>[a-z]+)(?P<number>[0-9]*)"
    r"|~(?P<hash>[0-9a-f]+)|-r(?P<revision>[0-9]*)(?=-|$)"
)
_SUFFIXES = {
    name: bytes((code,))
    for name, code in zip(
        ("alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"), (1, 2, 3, 4, 10, 11, 12, 13, 14), strict=True
    )
}
_BROKEN, _END, _REVISION, _HASH, _SUFFIX_NUMBER = b"\x05", b"\x06", b"\x07", b"\x08", b"\x09"
_NO_DIGITS, _LETTER, _DIGITS = b"\x0f", b"\x10", b"\x11"
_NO_VERSION, _VERSION = b"\x00", b"\x01"
_AFTER = {
    "digits": {"digits", "letter", "suffix", "hash", "revision"},
    "letter": {"digits", "suffix", "hash", "revision"},
    "suffix": {"suffix", "hash", "revision"},
    "hash": {"revision"},
    "revision": frozenset[str](),
}


def sort_key(version: str) -> bytes:
    """Return the bytes by which ``version`` sorts; raise `UnreadableVersion` where there is none."""
    if not version or len(version) > MAX_LENGTH or "\0" in version:
        raise UnreadableVersion(version, "apk")
    begin = _BEGIN.match(version)
    if begin is None:
        return _NO_VERSION + text(version)
    parts = [_VERSION, number(begin[1])]
    position, kind = begin.end(), "digits"
    while position < len(version):
        match = _PART.match(version, position)
        found = _kind(match) if match else ""
        part = _encode(match, found) if match and found in _AFTER[kind] else None
        if part is None or match is None:
            return b"".join((*parts, _BROKEN))
        parts.append(part)
        position, kind = match.end(), found
    return b"".join((*parts, _END))


def _kind(match: re.Match[str]) -> str:
    return next(name for name in _AFTER if match[name] is not None)


def _encode(match: re.Match[str], kind: str) -> bytes | None:
    """Return the bytes of one part; None for a suffix that apk does not know."""
    value = match[kind]
    if kind == "digits":
        if not value:
            return _NO_DIGITS
        return _DIGITS + (b"\x00" + text(value) if value.startswith("0") else number(value))
    if kind == "letter":
        return _LETTER + value.encode() + (_DIGITS + number(match["count"]) if match["count"] else b"")
    if kind == "suffix":
        code = _SUFFIXES.get(value)
        return code and code + (_SUFFIX_NUMBER + number(match["number"]) if match["number"] else b"")
    return _HASH + text(value) if kind == "hash" else _REVISION + number(value)
