"""Reading a database of advisories: what is known of a package, of a vulnerability, and where it all came from."""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from prill.model.advisory import Advisory, AdvisorySource, Exploitation
from prill.model.typed_json import ready
from prill.vuln.database_file import DamagedDatabase, connect
from prill.vuln.packed import PackedEntry, PackedVulnerability, decode_entries, unpack_rating
from prill.vuln.records import LifeCycle

__all__ = ["Database", "Known", "open_database"]

_AT_ONCE = 500
_MAX_DETAILS = 1 << 20
_RAW = -15
"""Deflate's largest window, without zlib's header and checksum (zlib manual, ``inflateInit2``)."""
_DETAILS = msgspec.msgpack.Decoder(PackedVulnerability)
_SOURCE = ("id", "name", "url", "retrieved", "modified", "records", "license", "version", "missed")
_SOURCE_TYPES = tuple[str, str, str, int, int, int, str, str, int]
_EXPLOITS = "FROM exploited LEFT JOIN source ON source.number = exploited.source"
_NEWEST = "ORDER BY source.modified DESC, source.retrieved DESC, exploited.source"


class Known(msgspec.Struct, frozen=True, gc=False):
    """A vulnerability as one source has it; an advisory ``covers`` several."""

    advisory: Advisory
    covers: tuple[str, ...]
    source: AdvisorySource


class Database:
    """One open database; use it as a context manager, or `close` it.

    Whatever is asked for raises `DamagedDatabase` where the file does not hold what it should.
    """

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection = connection
        self._name = name
        self._read: dict[int, Known] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @cached_property
    def created(self) -> int:
        """When it was made, in seconds since 1970."""
        made = self._meta("created")
        if not isinstance(made, int):
            raise self._damaged(f"it was made at {made[:20]!r}")
        return made

    @cached_property
    def sources(self) -> tuple[AdvisorySource, ...]:
        """Where its records came from."""
        return tuple(source for _, source in self.numbered_sources())

    @cached_property
    def ecosystems(self) -> frozenset[str]:
        """The ecosystems of which it has packages, with their releases."""
        found: set[str] = set()
        rows = self._all("SELECT key FROM package ORDER BY key LIMIT 1")
        while rows:
            key = rows[0][0]
            name = key.partition("\0")[0] if isinstance(key, str) else ""
            if not name or name in found:  # out of order, or no name
                raise self._damaged(f"it has a package {key!r:.80}")
            found.add(name)
            rows = self._all("SELECT key FROM package WHERE key >= ? ORDER BY key LIMIT 1", f"{name}\1")
        return frozenset(found)

    @cached_property
    def coverage(self) -> frozenset[tuple[str, str]]:
        """Of which ecosystems, releases and parts of them it has whole feeds; part is empty where there are none."""
        return frozenset(self._rows("SELECT DISTINCT ecosystem, part FROM coverage"))

    def entries(self, keys: Iterable[str]) -> dict[str, tuple[PackedEntry, ...]]:
        """Return what is known of packages, by ``ECOSYSTEM NUL NAME``; those of which nothing is known are left out."""
        wanted = list(dict.fromkeys(keys))
        found: dict[str, tuple[PackedEntry, ...]] = {}
        for begin in range(0, len(wanted), _AT_ONCE):
            part = wanted[begin : begin + _AT_ONCE]
            marks = ",".join("?" * len(part))
            for key, data in self._all(f"SELECT key, entries FROM package WHERE key IN ({marks})", *part):  # noqa: S608
                found[key] = self._entries(data)
        return found

    def known(self, numbers: Iterable[int]) -> dict[int, Known]:
        """Return vulnerabilities by their numbers; each is read once."""
        wanted = list(dict.fromkeys(numbers))
        found = self._read
        missing = [number for number in wanted if number not in found]
        sources = dict(self.numbered_sources()) if missing else {}
        for begin in range(0, len(missing), _AT_ONCE):
            part = missing[begin : begin + _AT_ONCE]
            marks = ",".join("?" * len(part))
            query = f"SELECT number, id, source, details FROM vulnerability WHERE number IN ({marks})"  # noqa: S608
            for number, id_, source, details in self._all(query, *part):
                if source not in sources:
                    raise self._damaged(f"it has no source {source}")
                found[number] = self._known(id_, sources[source], details)
        try:
            return {number: found[number] for number in wanted}
        except KeyError as error:
            raise self._damaged(f"it has no vulnerability {error}") from error

    def numbers_of(self, ids: Iterable[str]) -> dict[str, tuple[int, ...]]:
        """Return the numbers of the vulnerabilities that have these ids, whether their own or as an alias."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, list[int]] = {}
        for begin in range(0, len(wanted), _AT_ONCE):
            part = wanted[begin : begin + _AT_ONCE]
            marks = ",".join("?" * len(part))
            for name, number in self._rows(f"SELECT name, number FROM alias WHERE name IN ({marks})", *part):  # noqa: S608
                found.setdefault(name, []).append(number)
        return {name: tuple(numbers) for name, numbers in found.items()}

    def exploitation(self, ids: Iterable[str]) -> dict[str, Exploitation]:
        """Return what is known about exploits of these vulnerabilities, the newest source first."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, Exploitation] = {}
        for begin in range(0, len(wanted), _AT_ONCE):
            part = wanted[begin : begin + _AT_ONCE]
            marks = ",".join("?" * len(part))
            query = (
                f"SELECT exploited.id, since, epss, percentile {_EXPLOITS} WHERE exploited.id IN ({marks}) {_NEWEST}"
            )
            for id_, since, epss, percentile in self._rows(query, *part):
                known = found.get(id_, Exploitation())
                score = (epss, percentile) if known.epss is None else (known.epss, known.percentile)
                found[id_] = Exploitation(known_since=known.known_since or since, epss=score[0], percentile=score[1])
        return found

    def lifecycle(self, product: str, cycle: str) -> LifeCycle | None:
        """Return until when a release of a product gets fixes, or None where nobody says."""
        query = "SELECT ends, extended, ended FROM lifecycle WHERE product = ? AND cycle = ?"
        row = next(self._rows(query, product, cycle), None)
        return None if row is None else LifeCycle(product, cycle, row[0], row[1], bool(row[2]))

    def numbered_sources(self) -> tuple[tuple[int, AdvisorySource], ...]:
        """Return the sources with their numbers in this database."""
        columns = "number, id, name, location, retrieved, modified, records, license, version, missed"
        rows = self._all(f"SELECT {columns} FROM source ORDER BY number")  # noqa: S608 - its own names
        try:
            checked: list[tuple[int, dict[str, Any]]] = [
                (row[0], dict(zip(_SOURCE, msgspec.convert(row[1:], type=ready(_SOURCE_TYPES)), strict=True)))
                for row in rows
            ]
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise self._damaged(error) from error
        return tuple((number, AdvisorySource(**values)) for number, values in checked)

    def vulnerabilities(self) -> Iterator[tuple[int, str, int, bytes]]:
        """Yield number, id, source's number and unpacked details of all vulnerabilities, for another database."""
        for number, id_, source, details in self._rows(
            "SELECT number, id, source, details FROM vulnerability ORDER BY number"
        ):
            yield number, id_, source, self._unpacked(details)

    def packages(self) -> Iterator[tuple[str, tuple[PackedEntry, ...]]]:
        """Yield all packages and what is known of them."""
        for key, data in self._rows("SELECT key, entries FROM package ORDER BY key"):
            yield key, self._entries(data)

    def aliases(self) -> Iterator[tuple[str, int]]:
        """Yield all ids and the numbers of the vulnerabilities that have them."""
        yield from self._rows("SELECT name, number FROM alias")

    def exploits(self) -> Iterator[tuple[str, int, dict[str, object]]]:
        """Yield what is known about exploits, with the source's number."""
        query = "SELECT id, source, since, epss, percentile FROM exploited ORDER BY id, source"
        for id_, source, since, epss, percentile in self._rows(query):
            said = {"since": since, "epss": epss, "percentile": percentile}
            yield id_, source, {name: value for name, value in said.items() if value not in ("", None)}

    def cycles(self) -> Iterator[tuple[str, str, int, str, str, int]]:
        """Yield all releases of products, with the source's number."""
        yield from self._rows("SELECT product, cycle, source, ends, extended, ended FROM lifecycle")

    def covered(self) -> Iterator[tuple[str, str, int]]:
        """Yield of what each source is the whole feed: ecosystem, part, and the source's number."""
        yield from self._rows("SELECT ecosystem, part, source FROM coverage")

    def verify(self) -> None:
        """Read the whole file; raise `DamagedDatabase`."""
        said = [text for (text,) in self._rows("PRAGMA integrity_check(1)")]
        if said != ["ok"]:
            raise self._damaged(said[0] if said else "nothing is in it")

    @cached_property
    def _dictionary(self) -> bytes:
        content = self._meta("dictionary")
        return content if isinstance(content, bytes) else b""

    def _entries(self, data: bytes) -> tuple[PackedEntry, ...]:
        try:
            return decode_entries(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, TypeError) as error:
            raise self._damaged(error) from error

    def _known(self, id_: str, source: AdvisorySource, details: bytes) -> Known:
        try:
            packed = _DETAILS.decode(self._unpacked(details))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise self._damaged(error) from error
        advisory = Advisory(
            id=id_,
            aliases=packed.aliases,
            summary=packed.summary,
            details=packed.details,
            ratings=tuple(map(unpack_rating, packed.ratings)),
            references=packed.references,
            published=packed.published,
            modified=packed.modified,
        )
        return Known(advisory, packed.covers, source)

    def _unpacked(self, details: bytes) -> bytes:
        try:
            return zlib.decompressobj(_RAW, self._dictionary).decompress(details, _MAX_DETAILS)
        except (zlib.error, TypeError) as error:
            raise self._damaged(error) from error

    def _meta(self, name: str) -> "bytes | int":
        row = next(self._rows("SELECT value FROM meta WHERE name = ?", name), None)
        if row is None:
            raise self._damaged(f"it has no {name}")
        value: bytes | int = row[0]
        return value

    def _rows(self, query: str, *values: object) -> Iterator[tuple]:  # type: ignore[type-arg]
        try:
            yield from self._connection.execute(query, values)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise self._damaged(error) from error

    def _all(self, query: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
        """Return rows at once, which costs less for many than one by one."""
        try:
            return self._connection.execute(query, values).fetchall()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise self._damaged(error) from error

    def _damaged(self, error: object) -> DamagedDatabase:
        return DamagedDatabase(
            f"the database {self._name} is damaged: {error}", hint="make it again: prill db import FILES --replace"
        )


def open_database(path: Path) -> Database:
    """Open a database; raise `NoDatabase`, `NotADatabase`, `DatabaseTooNew` or `DamagedDatabase`."""
    return Database(connect(path), str(path))
