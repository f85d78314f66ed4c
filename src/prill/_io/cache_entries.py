"""What lies in a cache folder, how much of it, and what may go."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from prill.model.value import dataclass

__all__ = ["CacheEntry", "CacheInfo", "KindInfo", "Pruned", "cache_entries", "choose_victims", "summarise"]

BLOBS = "blobs"


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheEntry:
    """One file of the cache: its kind (``blobs``, or the kind of a derived result) and when it was last used."""

    path: Path
    kind: str
    size: int
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KindInfo:
    """How much there is of one kind; ``oldest`` is the last use of the entry that was not used for longest."""

    kind: str
    entries: int
    bytes: int
    oldest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheInfo:
    """How much there is in the cache, by kind, sorted."""

    kinds: tuple[KindInfo, ...]

    @property
    def bytes(self) -> int:
        """Return the size of all kinds."""
        return sum(kind.bytes for kind in self.kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What was removed; ``leftovers`` are files that killed processes had left."""

    entries: int
    bytes: int
    leftovers: int


def cache_entries(root: Path) -> tuple[CacheEntry, ...]:
    """List the cache's entries, sorted by last use, then path."""
    found = [_entry(entry, BLOBS) for algorithm in _folders(root / "blobs") for entry in _files(algorithm)]
    for kind in _folders(root / "derived"):
        found += [_entry(entry, kind.name) for entry in _files(kind)]
    return tuple(sorted((entry for entry in found if entry), key=lambda entry: (entry.used, entry.path)))


def summarise(entries: Iterable[CacheEntry]) -> CacheInfo:
    """Add up ``entries`` by kind."""
    by_kind: dict[str, list[CacheEntry]] = {}
    for entry in entries:
        by_kind.setdefault(entry.kind, []).append(entry)
    return CacheInfo(
        kinds=tuple(
            KindInfo(
                kind=kind,
                entries=len(group),
                bytes=sum(entry.size for entry in group),
                oldest=min(entry.used for entry in group),
            )
            for kind, group in sorted(by_kind.items())
        )
    )


def choose_victims(
    entries: Iterable[CacheEntry],
    *,
    now: int,
    max_age: int | None = None,
    max_bytes: int | None = None,
    kinds: Iterable[str] | None = None,
) -> tuple[CacheEntry, ...]:
    """Return what to remove: all that is older than ``max_age``, then the least recently used over ``max_bytes``."""
    allowed = None if kinds is None else frozenset(kinds)
    candidates = sorted(
        (entry for entry in entries if allowed is None or entry.kind in allowed),
        key=lambda entry: (entry.used, entry.path),
    )
    left = sum(entry.size for entry in candidates)
    victims = []
    for entry in candidates:
        too_old = max_age is not None and now - entry.used > max_age
        too_much = max_bytes is not None and left > max_bytes
        if too_old or too_much:
            victims.append(entry)
            left -= entry.size
    return tuple(victims)


def _folders(path: Path) -> list[Path]:
    try:
        return sorted(entry for entry in path.iterdir() if entry.is_dir())
    except FileNotFoundError:
        return []


def _files(path: Path) -> Iterator[os.DirEntry[str]]:
    for shard in _folders(path):
        with os.scandir(shard) as entries:
            yield from entries


def _entry(entry: os.DirEntry[str], kind: str) -> CacheEntry | None:
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return CacheEntry(path=Path(entry.path), kind=kind, size=status.st_size, used=int(status.st_mtime))
