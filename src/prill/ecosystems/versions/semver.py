"""Semantic versions (semver.org 2.0.0, item 11): npm, Go modules, Rust crates, Hex and others.

Read as their tools do: a ``v`` before it counts for nothing, missing numbers are zeros, and what stands behind
a dot after the third number is taken for build metadata, which has no order. Dart's pub gives it one (pub_semver,
``Version.compareTo``): a build is after the version without it, and builds are ordered as prereleases are.
"""

import re

from prill.ecosystems.versions.keys import MAX_LENGTH, UnreadableVersion, number, text

__all__ = ["identifiers", "pub_key", "sort_key"]

_VERSION = re.compile(
    r"\s*[=vV]*([0-9]+)(?:\.([0-9]+)(?:\.([0-9]+)(?:\.[0-9A-Za-z.]*)?)?)?(?:-([^+\s\0]*))?(?:\+([^\s\0]*))?\s*",
    re.ASCII,
)
_PRERELEASE, _RELEASE = b"\x01", b"\x02"
_END, _NUMBER, _WORD = b"\x01", b"\x02", b"\x03"
_NO_BUILD, _BUILD = b"\x01", b"\x02"


def sort_key(version: str) -> bytes:
    """Return the bytes by which ``version`` sorts; raise `UnreadableVersion`."""
    return _key(_match(version))


def pub_key(version: str) -> bytes:
    """Return the bytes by which ``version`` sorts to Dart's pub; raise `UnreadableVersion`."""
    match = _match(version)
    return _key(match) + (_BUILD + identifiers(match[5]) if match[5] else _NO_BUILD)


def _match(version: str) -> re.Match[str]:
    match = _VERSION.fullmatch(version) if len(version) <= MAX_LENGTH else None
    if match is None:
        raise UnreadableVersion(version, "semver", "a version is written major.minor.patch[-prerelease][+build]")
    return match


def _key(match: re.Match[str]) -> bytes:
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
