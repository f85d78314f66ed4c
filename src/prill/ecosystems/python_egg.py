"""Zipped eggs, which Python imports as they are: setuptools' installed form of before wheels (``NAME-VERSION.egg``)."""

import re
from typing import BinaryIO

from prill.archive.bounds import Limits
from prill.archive.zip import ZipArchive

__all__ = ["read_egg"]

_LIMITS = Limits(max_total_size=64 << 20)
_MAX_METADATA = 8 << 20
_WANTED = re.compile(rb"EGG-INFO/(?:PKG-INFO|requires\.txt)")


def read_egg(stream: BinaryIO, size: int) -> tuple[bytes, bytes] | None:
    """Return an egg's metadata and requirements; None for what is no zip archive, or none with metadata in it.

    Raise a `PrillError` where the archive cannot be read.
    """
    if stream.read(2) != b"PK":
        return None
    with ZipArchive(stream, size, limits=_LIMITS) as archive:
        found = {entry.name.rpartition("/")[2]: archive.read(entry, _MAX_METADATA) for entry in archive.find(_WANTED)}
    return (found["PKG-INFO"], found.get("requires.txt", b"")) if "PKG-INFO" in found else None
