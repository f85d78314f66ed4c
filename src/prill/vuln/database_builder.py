"""Making a database: records in, the bytes of a file out. Nothing is written before all is there.

The same records give the same bytes, whatever the time.
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from prill.ecosystems.versions.keys import UnreadableVersion
from prill.model import Gap
from prill.model.advisory import AdvisorySource
from prill.model.value import dataclass, field, replace
from prill.vuln.database import Database
from prill.vuln.database_file import APPLICATION_ID, FORM, SCHEMA
from prill.vuln.details import DetailsPacker, train_dictionary
from prill.vuln.orders import UnknownEcosystem, VersionOrder, order_of
from prill.vuln.package_names import package_key
from prill.vuln.packed import (
    STATES,
    PackedEntry,
    PackedRange,
    PackedVulnerability,
    encode_entries,
    in_ranges,
    pack_rating,
)
from prill.vuln.records import (
    Affected,
    Covered,
    Exploited,
    Item,
    LifeCycle,
    Modified,
    Probability,
    Record,
    Skipped,
    VersionRange,
)
from prill.vuln.severity import choose_ratings, rating_of

__all__ = ["DatabaseBuilder", "Taken"]

_MOST_GAPS = 20
_NUMBERS = {state: number for number, state in enumerate(STATES)}


@dataclass(slots=True)
class Taken:
    """What came of one source; ``harmless`` were left out because they say nothing about any version."""

    source: AdvisorySource
    records: int = 0
    harmless: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    gaps: list[Gap] = field(default_factory=list)

    def missed(self, subject: str, reason: str) -> None:
        """Note that something was not taken; the first ones by name, the others by number."""
        self.reasons[reason] += 1
        if len(self.gaps) < _MOST_GAPS:
            self.gaps.append(Gap(subject, reason))


class DatabaseBuilder:
    """Collects records in memory."""

    def __init__(self) -> None:
        self._sources: list[AdvisorySource] = []
        self._packages: dict[str, list[PackedEntry]] = {}
        self._vulnerabilities: list[tuple[str, int, bytes]] = []
        self._aliases: set[tuple[str, int]] = set()
        self._exploited: dict[tuple[str, int], dict[str, object]] = {}
        self._cycles: dict[tuple[str, str], tuple[int, str, str, bool]] = {}
        self._coverage: set[tuple[str, str, int]] = set()
        self._keys: defaultdict[str, dict[str, bytes]] = defaultdict(dict)

    @property
    def records(self) -> int:
        """How many vulnerabilities there are."""
        return len(self._vulnerabilities)

    def add(self, source: AdvisorySource, items: Iterable[Item]) -> Taken:
        """Take all that a provider yields; what cannot be taken is in the result."""
        number = len(self._sources)
        taken = Taken(source)
        modified = source.modified
        for item in items:
            match item:
                case Record():
                    taken.records += self._add_record(item, number, taken)
                case Exploited(id=id_, since=since):
                    self._exploit(id_, number).update(since=since)
                    taken.records += 1
                case Probability(id=id_, epss=epss, percentile=percentile):
                    self._exploit(id_, number).update(epss=epss, percentile=percentile)
                    taken.records += 1
                case LifeCycle(product=product, cycle=cycle, ends=ends, extended=extended, ended=ended):
                    self._cycles[product, cycle] = (number, ends, extended, ended)
                    taken.records += 1
                case Covered(ecosystem=ecosystem, part=part):
                    self._coverage.add((ecosystem, part, number))
                case Modified(at=at):
                    modified = at
                case Skipped(harmless=True):
                    taken.harmless += 1
                case Skipped(subject=subject, reason=reason):
                    taken.missed(subject, reason)
        missed = sum(taken.reasons.values())
        taken.source = replace(source, modified=modified, records=taken.records, missed=missed)
        self._sources.append(taken.source)
        return taken

    def adopt(
        self, database: Database, *, without: frozenset[tuple[str, str]], unchanged: Mapping[str, int] | None = None
    ) -> None:
        """Take over what another database has, but for sources of these kinds and names, or addresses.

        ``unchanged`` are addresses that still have the same, with the time at which they said so.
        """
        asked = unchanged or {}
        wanted = [
            (number, replace(one, retrieved=asked.get(one.url, one.retrieved)))
            for number, one in database.numbered_sources()
            if without.isdisjoint({(one.id, one.name), (one.id, one.url)})
        ]
        numbers = {number: len(self._sources) + place for place, (number, _) in enumerate(wanted)}
        self._sources += (source for _, source in wanted)
        kept: dict[int, int] = {}
        for number, id_, source_number, details in database.vulnerabilities():
            if source_number in numbers:
                kept[number] = len(self._vulnerabilities)
                self._vulnerabilities.append((id_, numbers[source_number], details))
        self._aliases |= {(name, kept[number]) for name, number in database.aliases() if number in kept}
        self._adopt_packages(database, kept)
        for id_, source_number, known in database.exploits():
            if source_number in numbers:
                self._exploit(id_, numbers[source_number]).update(known)
        for product, cycle, source_number, ends, extended, ended in database.cycles():
            if source_number in numbers:
                self._cycles.setdefault((product, cycle), (numbers[source_number], ends, extended, bool(ended)))
        for ecosystem, part, source_number in database.covered():
            if source_number in numbers:
                self._coverage.add((ecosystem, part, numbers[source_number]))

    def _adopt_packages(self, database: Database, kept: Mapping[int, int]) -> None:
        for key, found in database.packages():
            entries = [
                msgspec.structs.replace(entry, vulnerability=kept[entry.vulnerability])
                for entry in found
                if entry.vulnerability in kept
            ]
            if entries:
                self._packages.setdefault(key, []).extend(entries)

    def finish(self, *, created: int) -> bytes:
        """Return the database's bytes. ``created`` is in seconds since 1970."""
        dictionary = train_dictionary([details for _, _, details in self._vulnerabilities])
        connection = sqlite3.connect(":memory:", isolation_level=None)
        try:
            connection.execute("PRAGMA page_size = 4096")
            connection.executescript(SCHEMA)
            connection.execute("BEGIN")
            self._fill(connection, dictionary, created)
            connection.execute("COMMIT")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {FORM}")
            return bytes(connection.serialize())
        finally:
            connection.close()

    def _fill(self, connection: sqlite3.Connection, dictionary: bytes, created: int) -> None:
        packer = DetailsPacker(dictionary)
        meta = [("created", created), ("dictionary", dictionary), ("records", len(self._vulnerabilities))]
        connection.executemany("INSERT INTO meta VALUES (?, ?)", meta)
        connection.executemany(
            "INSERT INTO source VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((number, *_source_row(source)) for number, source in enumerate(self._sources)),
        )
        connection.executemany(
            "INSERT INTO vulnerability VALUES (?, ?, ?, ?)",
            (
                (number, id_, source, packer.pack(details))
                for number, (id_, source, details) in enumerate(self._vulnerabilities)
            ),
        )
        connection.executemany("INSERT INTO alias VALUES (?, ?)", sorted(self._aliases))
        connection.executemany(
            "INSERT INTO package VALUES (?, ?)",
            ((key, encode_entries(self._packages[key])) for key in sorted(self._packages)),
        )
        connection.executemany(
            "INSERT INTO exploited VALUES (?, ?, ?, ?, ?)",
            (
                (*key, known.get("since", ""), known.get("epss"), known.get("percentile"))
                for key, known in sorted(self._exploited.items())
            ),
        )
        connection.executemany(
            "INSERT INTO lifecycle VALUES (?, ?, ?, ?, ?, ?)",
            ((*key, *values) for key, values in sorted(self._cycles.items())),
        )
        connection.executemany("INSERT INTO coverage VALUES (?, ?, ?)", sorted(self._coverage))

    def _exploit(self, id_: str, source: int) -> dict[str, object]:
        return self._exploited.setdefault((id_, source), {})

    def _add_record(self, record: Record, source: int, taken: Taken) -> bool:
        """Take one record; return whether any of what it affects could be taken."""
        number = len(self._vulnerabilities)
        packed = []
        for affected in record.affected:
            try:
                order = order_of(affected.ecosystem)
                entry = self._pack(affected, number, order, record.id, taken)
            except UnknownEcosystem as error:
                taken.missed(f"{record.id} {affected.ecosystem}", str(error))
                continue
            if entry is not None:
                packed.append((package_key(affected.ecosystem, affected.package), entry))
        if not packed:
            return False
        for key, entry in packed:
            self._packages.setdefault(key, []).append(entry)
        ratings = choose_ratings(filter(None, map(rating_of, record.ratings)))
        details = PackedVulnerability(
            aliases=record.aliases,
            covers=record.covers,
            ratings=tuple(map(pack_rating, ratings)),
            summary=record.summary,
            details=record.details,
            references=record.references,
            published=record.published,
            modified=record.modified,
        )
        self._vulnerabilities.append((record.id, source, msgspec.msgpack.encode(details)))
        self._aliases.update([(name, number) for name in (record.id, *record.aliases, *record.covers)])
        return True

    def _pack(self, affected: Affected, number: int, order: VersionOrder, id_: str, taken: Taken) -> PackedEntry | None:
        ranges = self._ranges(affected, order, id_, taken)
        exact: set[bytes] = set()
        known = self._keys[order.id]
        for version in affected.versions:
            try:
                key = known.get(version) or self._key(order, version)
            except UnreadableVersion as error:
                taken.missed(f"{id_} {affected.package}", str(error))
                continue
            if not in_ranges(ranges, key):
                exact.add(key)
        if not ranges and not exact:
            return None
        return PackedEntry(number, _NUMBERS[affected.state], ranges, tuple(sorted(exact)), affected.module)

    def _ranges(self, affected: Affected, order: VersionOrder, id_: str, taken: Taken) -> tuple[PackedRange, ...]:
        """Return the ranges that are some, each once."""
        found: dict[PackedRange, None] = {}
        for one in affected.ranges:
            try:
                packed = self._range(one, order)
            except UnreadableVersion as error:
                taken.missed(f"{id_} {affected.package}", str(error))
                continue
            if packed.high and packed.low > packed.high:
                taken.missed(f"{id_} {affected.package}", "a range that ends before it begins")
            elif packed.low != packed.high or packed.last or not packed.high:
                found[packed] = None
        return tuple(found)

    def _range(self, one: VersionRange, order: VersionOrder) -> PackedRange:
        low = b"" if one.introduced in ("", "0") else self._key(order, one.introduced)
        high = one.fixed or one.last_affected or one.limit
        last = bool(one.last_affected and not one.fixed)
        return PackedRange(low, self._key(order, high) if high else b"", last=last, fixed=one.fixed)

    def _key(self, order: VersionOrder, version: str) -> bytes:
        known = self._keys[order.id]
        key = known.get(version)
        if key is None:
            key = known[version] = order.sort_key(version)
        return key


def _source_row(source: AdvisorySource) -> tuple[object, ...]:
    return (
        source.id,
        source.name,
        source.url,
        source.retrieved,
        source.modified,
        source.records,
        source.license,
        source.version,
        source.missed,
    )
