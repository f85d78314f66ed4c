"""What a file system looks like to the rooms that only read it.

Paths are ``str``, relative to the root, without a leading slash and without ``.`` or ``..``
parts: ``usr/bin/python3``; the root itself is the empty string. Bytes that are not UTF-8 are
kept with ``surrogateescape``.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import BinaryIO, Protocol

from prill.model.value import dataclass

__all__ = ["FileKind", "FileStat", "FileTree"]


class FileKind(StrEnum):
    """What an entry is."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    HARDLINK = "hardlink"
    CHARACTER_DEVICE = "character-device"
    BLOCK_DEVICE = "block-device"
    FIFO = "fifo"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStat:
    """One entry: ``mode`` holds the twelve permission bits only, ``mtime`` seconds since 1970.

    ``link`` is a symlink's text as stored, or a hard link's target path from the root. ``xattrs`` is sorted by name.
    """

    path: str
    kind: FileKind
    mode: int
    uid: int = 0
    gid: int = 0
    size: int = 0
    mtime: int = 0
    link: str = ""
    device: tuple[int, int] = (0, 0)
    xattrs: tuple[tuple[str, bytes], ...] = ()


class FileTree(Protocol):
    """An image's root, a folder, or a dict in a test."""

    def stat(self, path: str) -> FileStat | None:
        """Return the entry at ``path`` itself (a last symlink is not followed), or None."""

    def open(self, path: str) -> BinaryIO:
        """Open the regular file at ``path``, symlinks resolved inside the root; raise `FileNotFoundError`."""

    def glob(self, pattern: str) -> Iterator[str]:
        """Yield, sorted, the paths that match; ``*`` stays within a part, ``**`` crosses them."""
