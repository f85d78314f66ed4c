"""Semantic versions (semver.org 2.0.0, item 11): npm, Go modules, Rust crates, Hex and others.

Read as their tools do: a ``v`` before it counts for nothing, missing numbers are zeros, and what stands behind
a dot after the third number is taken for build metadata, which has no order.
"""

import re

from prill.ecosystems.versions.keys import MAX_LENGTH, UnreadableVersion, number, text

__all__ = ["identifiers", "sort_key"]

_VERSION = re.compile(
    r"\s*[=vV]*([0-9]+)(?:\.([0-9]+)(?:\.([0-9]+)(?:\.[0-9A-Za-z.]*)?)?)?(?:-([^+\s\0]*))?(?:\+\S*)?\s*", re.ASCII
)
_PRERELEASE, _RELEASE = b"\x01", b"\x02"
_END, _NUMBER, _WORD = b"\x01", b"\x02", b"\x03"


def sort_key(version: str) -> bytes:
    """Return the bytes by which ``version`` sorts; raise `UnreadableVersion`."""
    match = _VERSION.fullmatch(version) if len(version) <= MAX_LENGTH else None
    if match is None:
        raise UnreadableVersion(version, "semver", "a version is written major.minor.patch[-prerelease][+build]")
    numbers = b"".join(number(match[group] or "") for group in (1, 2, 3))
    return numbers + identifiers(match[4] or "")


def identifiers(prerelease: str) -> bytes:
    """Return a prerelease's part of a key: numbers before words, fewer identifiers before more, none after all."""
    if not prerelease:
        return _RELEASE
    parts = prerelease.split(".")
    return b"".join(
        (
            _PRERELEASE,
            *(_NUMBER + number(part) if part.isascii() and part.isdigit() else _WORD + text(part) for part in parts),
            _END,
        )
    )
