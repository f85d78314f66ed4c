"""Base images that the user knows, in an SQLite file: found again by their layers' chain ID, or by their packages.

A chain ID names a stack of layers (OCI image-spec, config.md, "Layer ChainID"): two images with the same one begin with
the same bytes, whatever their labels say.
"""

import hashlib
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from prill.errors import PrillError
from prill.model import Digest
from prill.model.value import dataclass

__all__ = ["BaseLookup", "KnownBase", "KnownBases", "UnreadableBases", "chain_ids"]

_VERSION = 1
_MAX_PACKAGES = 4 << 20
_SCHEMA = """
CREATE TABLE base (
  name TEXT NOT NULL, platform TEXT NOT NULL, digest TEXT NOT NULL, chain_id TEXT NOT NULL, layers INTEGER NOT NULL,
  created TEXT NOT NULL, added TEXT NOT NULL, packages BLOB NOT NULL, PRIMARY KEY (name, platform, digest)
) WITHOUT ROWID;
CREATE INDEX base_by_chain_id ON base (chain_id);
"""
_SELECT = "SELECT name, platform, digest, chain_id, layers, created, added, packages FROM base"
_INSERT = "INSERT OR IGNORE INTO base VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


class UnreadableBases(PrillError):
    """The file of known bases is damaged, of another version, or cannot be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBase:
    """A base as it was on the day ``added``. ``packages`` are ``name@version`` of the distribution's packages."""

    name: str
    platform: str
    digest: str
    chain_id: str
    layers: int
    created: str
    added: str
    packages: frozenset[str]


class BaseLookup(Protocol):
    """Where bases are looked up."""

    def with_chain_id(self, chain_id: str) -> tuple[KnownBase, ...]:
        """Return the bases whose layers make this chain ID, the last added first."""

    def all(self) -> tuple[KnownBase, ...]:
        """Return all bases, sorted by name, platform and day."""


def chain_ids(diff_ids: Sequence[Digest]) -> tuple[str, ...]:
    """Return the chain ID of the first layer, of the first two, and so on."""
    chain: list[str] = []
    for diff_id in diff_ids:
        above = f"{chain[-1]} {diff_id}" if chain else ""
        chain.append(f"sha256:{hashlib.sha256(above.encode()).hexdigest()}" if above else str(diff_id))
    return tuple(chain)


class KnownBases:
    """A `BaseLookup` in the file at ``path``, which is made when the first base is added."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def stamp(self) -> str:
        """Return what is another text whenever the file may say something else."""
        try:
            stat = self.path.stat()
        except OSError:
            return "none"
        return f"{stat.st_mtime_ns} {stat.st_size}"

    def with_chain_id(self, chain_id: str) -> tuple[KnownBase, ...]:
        """Return the bases whose layers make this chain ID; raise `UnreadableBases`."""
        return self._select("WHERE chain_id = ? ORDER BY added DESC, name", chain_id)

    def find(self, name: str, platform: str, digest: str) -> KnownBase | None:
        """Return one state of a base, or None; raise `UnreadableBases`."""
        found = self._select("WHERE name = ? AND platform = ? AND digest = ?", name, platform, digest)
        return found[0] if found else None

    def all(self) -> tuple[KnownBase, ...]:
        """Return all bases; raise `UnreadableBases`."""
        return self._select("ORDER BY name, platform, added, digest")

    def add(self, base: KnownBase) -> bool:
        """Remember a base; return whether it is new. Raise `UnreadableBases`."""
        packages = zlib.compress("\n".join(sorted(base.packages)).encode("utf-8", "replace"))
        row = (base.name, base.platform, base.digest, base.chain_id, base.layers, base.created, base.added, packages)
        with self._open(write=True) as connection, connection:
            done = connection.execute(_INSERT, row)
            return done.rowcount > 0

    def remove(self, name: str) -> int:
        """Forget every state of the base with a name; return how many there were. Raise `UnreadableBases`."""
        if not self.path.exists():
            return 0
        with self._open(write=True) as connection, connection:
            return connection.execute("DELETE FROM base WHERE name = ?", (name,)).rowcount

    def _select(self, which: str, *values: str) -> tuple[KnownBase, ...]:
        if not self.path.exists():
            return ()
        with self._open(write=False) as connection:
            return tuple(_base(row) for row in connection.execute(f"{_SELECT} {which}", values))

    @contextmanager
    def _open(self, *, write: bool) -> Iterator[sqlite3.Connection]:
        try:
            if write:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            mode = "rwc" if write else "ro"
            with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode={mode}", uri=True)) as connection:
                version = connection.execute("PRAGMA user_version").fetchone()[0]
                if version == 0 and write:
                    connection.executescript(f"{_SCHEMA} PRAGMA user_version = {_VERSION};")
                elif version != _VERSION:
                    raise UnreadableBases(f"{str(self.path)!r} has version {version}, not {_VERSION}")
                yield connection
        except (sqlite3.Error, OSError, zlib.error, ValueError) as error:
            raise UnreadableBases(
                f"cannot use the known bases in {str(self.path)!r}: {error}",
                hint="move the file away; prill bases add makes a new one",
            ) from error


def _base(row: tuple[str, str, str, str, int, str, str, bytes]) -> KnownBase:
    name, platform, digest, chain_id, layers, created, added, packed = row
    text = zlib.decompressobj().decompress(packed, _MAX_PACKAGES).decode("utf-8", "replace")
    return KnownBase(
        name=name,
        platform=platform,
        digest=digest,
        chain_id=chain_id,
        layers=layers,
        created=created,
        added=added,
        packages=frozenset(filter(None, text.split("\n"))),
    )
