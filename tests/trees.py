"""File trees for tests: a dict, and a folder on disk."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from prill.build.generated import GeneratedEntry
from prill.build.tree_paths import resolve
from prill.build.trim import glob_pattern
from prill.model import FileKind, FileStat


@dataclass(frozen=True)
class Link:
    target: str


class DictTree:
    """Paths to content: bytes or text are files, `Link` a symlink, None a folder; a `FileStat` is taken as it is."""

    def __init__(self, content: Mapping[str, bytes | str | Link | FileStat | None] = {}) -> None:
        self.stats: dict[str, FileStat] = {}
        self.data: dict[str, bytes] = {}
        for path, value in content.items():
            self.add(path, value)

    def add(self, path: str, value: bytes | str | Link | FileStat | None) -> None:
        parts = path.split("/")
        for depth in range(1, len(parts)):
            parent = "/".join(parts[:depth])
            self.stats.setdefault(parent, FileStat(path=parent, kind=FileKind.DIRECTORY, mode=0o755))
        match value:
            case FileStat():
                self.stats[path] = value
            case Link():
                self.stats[path] = FileStat(path=path, kind=FileKind.SYMLINK, mode=0o777, link=value.target)
            case None:
                self.stats[path] = FileStat(path=path, kind=FileKind.DIRECTORY, mode=0o755)
            case _:
                data = value.encode() if isinstance(value, str) else value
                self.data[path] = data
                self.stats[path] = FileStat(path=path, kind=FileKind.FILE, mode=0o644, size=len(data))

    def stat(self, path: str) -> FileStat | None:
        return self.stats.get(path)

    def open(self, path: str) -> BinaryIO:
        resolved = resolve(self, path)
        stat = None if resolved is None else self.stats[resolved]
        if stat is not None and stat.kind is FileKind.HARDLINK:
            resolved = stat.link
        if resolved not in self.data:
            raise FileNotFoundError(path)
        return BytesIO(self.data[resolved])

    def glob(self, pattern: str) -> Iterator[str]:
        matches = re.compile(glob_pattern(pattern)).fullmatch
        return iter(sorted(path for path in self.stats if matches(path)))


class FolderTree(DictTree):
    """A folder on disk; nothing of it is read before it is asked for."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root
        seen: dict[int, str] = {}
        for found in sorted(root.rglob("*")):
            path = found.relative_to(root).as_posix()
            info = found.lstat()
            if found.is_symlink():
                self.add(path, Link(str(found.readlink())))
            elif found.is_dir():
                self.add(path, None)
            else:
                first = seen.setdefault(info.st_ino, path)
                kind = FileKind.FILE if first == path else FileKind.HARDLINK
                link = "" if first == path else first
                mode = info.st_mode & 0o7777
                self.add(path, FileStat(path=path, kind=kind, mode=mode, size=info.st_size, link=link))

    def open(self, path: str) -> BinaryIO:
        resolved = resolve(self, path)
        if resolved is None:
            raise FileNotFoundError(path)
        return (self.root / resolved).open("rb")


def by_path(entries: tuple[GeneratedEntry, ...]) -> dict[str, GeneratedEntry]:
    """Index entries, each of which must have a path of its own."""
    found = {entry.stat.path: entry for entry in entries}
    assert len(found) == len(entries)
    return found
