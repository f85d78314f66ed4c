"""Versions that are numbers and nothing else: CRAN's (R, ``numeric_version``), Hackage's and GHC's (``Data.Version``).

A number is before the longer version that it begins, and so is ``1.0`` before ``1.0.0``; R takes a hyphen for a dot.
"""

import re

from prill.ecosystems.versions.keys import MAX_LENGTH, UnreadableVersion, number

__all__ = ["sort_key"]

_VERSION = re.compile(r"\s*[0-9]+(?:[.-][0-9]+)*\s*", re.ASCII)
_NUMBERS = re.compile(r"[0-9]+", re.ASCII).findall
_END, _NUMBER = b"\x01", b"\x02"


def sort_key(version: str) -> bytes:
    """Return the bytes by which ``version`` sorts; raise `UnreadableVersion`."""
    if len(version) > MAX_LENGTH or not _VERSION.fullmatch(version):
        raise UnreadableVersion(version, "R or Haskell packages", "a version is numbers with dots between them")
    return b"".join(_NUMBER + number(one) for one in _NUMBERS(version)) + _END
