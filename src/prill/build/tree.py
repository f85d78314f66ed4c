"""The merged root file system as a `FileTree`, for those who read files of it while it is being made."""

import re
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import BinaryIO

from prill._io.cache import ContentCache
from prill.build.generated import GeneratedEntry
from prill.build.listing import Listed
from prill.build.rootfs import Rootfs
from prill.build.symlinks import resolve_link
from prill.build.trim import glob_pattern
from prill.model import FileKind, FileStat

__all__ = ["RootfsTree"]

_MAX_LINKS = 40
_KIND = "content"


class RootfsTree:
    """Reads through to the packages; what is read once is cached by its digest, so the next build unpacks nothing."""

    def __init__(
        self,
        root: Rootfs,
        content: Callable[[str], memoryview],
        made: Mapping[str, GeneratedEntry],
        cache: ContentCache | None,
    ) -> None:
        """Let ``content`` return an owner's unpacked data, into which its entries' offsets point.

        What is in ``made`` has its content with it.
        """
        self._root = root
        self._content = content
        self._made = made
        self._cache = cache

    def stat(self, path: str) -> FileStat | None:
        """Return the entry at ``path`` itself, or None."""
        placed = self._root.placed.get(path)
        return None if placed is None else placed.entry.stat()

    def fingerprint(self, path: str) -> tuple[str, str, int, int, int]:
        """Return what decides the entry at ``path`` but its time: content or link, kind, mode and owner."""
        entry = self._root.placed[path].entry
        return (entry.link or entry.sha256, entry.kind, entry.mode, entry.uid, entry.gid)

    def open(self, path: str) -> BinaryIO:
        """Open a regular file, symlinks and hard links followed inside the root; raise `FileNotFoundError`."""
        target = path
        for _ in range(_MAX_LINKS):
            target = self._above(target)
            placed = self._root.placed.get(target)
            if placed is None:
                break
            if placed.entry.kind is FileKind.FILE:
                own = self._made.get(target)
                return BytesIO(self._read(placed.owner, placed.entry) if own is None else own.content)
            if placed.entry.kind is FileKind.SYMLINK:
                target = resolve_link(target, placed.entry.link)
            elif placed.entry.kind is FileKind.HARDLINK:
                target = placed.entry.link
            else:
                break
        raise FileNotFoundError(path)

    def _above(self, path: str) -> str:
        """Follow the symlinks among the folders above ``path``."""
        parts = path.split("/")
        for cut in range(1, len(parts)):
            parent = "/".join(parts[:cut])
            placed = self._root.placed.get(parent)
            if placed is not None and placed.entry.kind is FileKind.SYMLINK:
                return resolve_link(parent, placed.entry.link) + "/" + "/".join(parts[cut:])
        return path

    def _read(self, owner: str, entry: Listed) -> bytes:
        if self._cache is not None and (found := self._cache.derived(_KIND, entry.sha256)) is not None:
            return found
        content = bytes(self._content(owner)[entry.offset : entry.offset + entry.size])
        if self._cache is not None:
            self._cache.put_derived(_KIND, entry.sha256, content)
        return content

    def glob(self, pattern: str) -> Iterator[str]:
        """Yield, sorted, the paths that match."""
        matches = re.compile(glob_pattern(pattern)).fullmatch
        return iter(sorted(path for path in self._root.placed if matches(path)))
