"""OSV: zips from its public bucket or a mirror, folders of records, single ones, and GitHub's advisories in its form.

https://ossf.github.io/osv-schema/. Withdrawn records say nothing any more and are left out, as are those with commits
in place of versions.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from prill._io.regular import read_regular
from prill.archive.bounds import Limits
from prill.archive.zip import InvalidZip, ZipArchive, ZipEntry
from prill.errors import PrillError
from prill.model.vulnerability_match import MatchState
from prill.vuln.coverage import covered_by_feed, with_and_without_release
from prill.vuln.debian_urgency import highest_urgency, state_of_urgency
from prill.vuln.erratum_ids import is_erratum, vulnerabilities_of
from prill.vuln.module_streams import is_module_build, modules_named
from prill.vuln.osv_events import EventRange, begins_nowhere, intervals_of
from prill.vuln.providers.provider import InvalidAdvisories, SourceFile
from prill.vuln.records import Affected, Covered, Item, Modified, RatingText, Record, Skipped

__all__ = ["PROVIDER", "OsvProvider", "read_record"]

_LIMITS = Limits(max_entries=2_000_000, max_total_size=32 << 30, max_ratio=1100)
_JSON = re.compile(rb"[^\0]{1,1000}\.json")
_MAX_RECORD = 32 << 20
_MAX_VERSIONS = 200_000
_MAX_DETAILS = 1500
_MAX_REFERENCES = 5
_NO_TIME = "0001-"  # what Go's zero time looks like
_RED_HAT = re.compile(r"Red Hat:enterprise_linux:([0-9]+)(?:\.[0-9]+)?(?:::.*)?")
_SUSE = re.compile(r"SUSE:Linux Enterprise (?:Module for .+|Server) ([0-9]+(?: SP[0-9]+)?)(?:-LTSS)?")
_BEGINS_NOWHERE = "a range of versions that begins nowhere"
_FIXED, _AFFECTED = MatchState.FIXED, MatchState.AFFECTED
_ERRATA = frozenset({"AlmaLinux", "Rocky Linux", "Red Hat", "SUSE", "openSUSE", "openEuler", "Mageia"})


class _Package(msgspec.Struct, gc=False):
    ecosystem: str = ""
    name: str = ""


class _Severity(msgspec.Struct, gc=False):
    type: str = ""
    score: str = ""


class _Affected(msgspec.Struct, gc=False):
    package: _Package | None = None
    ranges: list[EventRange] | None = None
    versions: list[str] | None = None
    severity: list[_Severity] | None = None
    ecosystem_specific: Any = None
    database_specific: Any = None


class _Reference(msgspec.Struct, gc=False):
    url: str = ""


class _Osv(msgspec.Struct, gc=False):
    id: str
    modified: str = ""
    published: str = ""
    withdrawn: str | None = None
    aliases: list[str] | None = None
    upstream: list[str] | None = None
    related: list[str] | None = None
    summary: str = ""
    details: str = ""
    severity: list[_Severity] | None = None
    affected: list[_Affected] | None = None
    references: list[_Reference] | None = None
    database_specific: Any = None


_DECODER = msgspec.json.Decoder(_Osv)


class OsvProvider:
    """Reads zips, folders and single records."""

    id = "osv"
    title = "OSV"
    license = "per database: docs/data.md"

    def recognises(self, path: Path, head: bytes) -> bool:
        """Take zips, folders with JSON in them, and an object with OSV's fields."""
        if path.is_dir():
            return any(True for _ in _json_files(path))
        if head.startswith(b"PK\x03\x04"):
            return True
        return head.lstrip()[:1] == b"{" and b'"id"' in head and (b'"modified"' in head or b'"schema_version"' in head)

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Yield the records, sorted by the name of their files, and when the newest was changed.

        Raise `InvalidAdvisories`.
        """
        newest = ""
        count, named = 0, Counter[str]()
        for item in self._records(source):
            if isinstance(item, Record):
                if item.modified > newest and _seconds(item.modified):
                    newest = item.modified
                count += 1
                named.update(
                    {name for one in {one.ecosystem for one in item.affected} for name in with_and_without_release(one)}
                )
            yield item
        yield from map(Covered, covered_by_feed(count, named, whole=source.whole))
        if newest:
            yield Modified(_seconds(newest))

    def _records(self, source: SourceFile) -> Iterator[Item]:
        if source.path.is_dir():
            for path in sorted(_json_files(source.path)):
                yield from _one(str(path.relative_to(source.path)), read_regular(path, _MAX_RECORD))
            return
        with source.open() as stream:
            if stream.read(4) != b"PK\x03\x04":
                yield from _one(source.name, read_regular(source.path, _MAX_RECORD))
                return
            size = stream.seek(0, 2)
            try:
                with ZipArchive(stream, size, limits=_LIMITS) as archive:
                    for entry in sorted(archive.find(_JSON), key=lambda one: one.name):
                        yield from _one(entry.name, _read(archive, entry, source.name))
            except InvalidZip as error:
                raise InvalidAdvisories(f"{source.name}: {error}", hint="fetch it again") from error


PROVIDER = OsvProvider()


def _seconds(text: str) -> int:
    """Return a time in RFC 3339 in seconds since 1970; 0 for what is none."""
    try:
        return max(0, int(datetime.fromisoformat(text).timestamp()))
    except (ValueError, OverflowError):
        return 0


def _json_files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*.json") if path.is_file())


def _read(archive: ZipArchive, entry: ZipEntry, name: str) -> bytes:
    try:
        return archive.read(entry, _MAX_RECORD)
    except PrillError as error:
        raise InvalidAdvisories(f"{name}: {entry.name}: {error}", hint=error.hint or "fetch it again") from error


def _one(name: str, data: bytes) -> Iterator[Item]:
    try:
        osv = _decoded(data)
        yield _record(osv)
    except PrillError as error:
        yield Skipped(name, str(error))
    else:
        yield from (Skipped(osv.id, f"{_BEGINS_NOWHERE}, of {package}") for package in _not_understood(osv))


def read_record(data: bytes) -> Record | Skipped:
    """Read one OSV record; raise `InvalidAdvisories` where it has not the shape of one."""
    return _record(_decoded(data))


def _not_understood(osv: _Osv) -> Iterator[str]:
    """Yield the packages of which a record says nothing that can be understood, where it does of others."""
    if osv.withdrawn is None:
        for one in osv.affected or ():
            if one.package and not one.versions and begins_nowhere(one.ranges):
                yield f"{one.package.ecosystem} {one.package.name}".strip()


def _decoded(data: bytes) -> _Osv:
    if len(data) > _MAX_RECORD:
        raise InvalidAdvisories(f"a record of more than {_MAX_RECORD} bytes")
    try:
        osv = _DECODER.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidAdvisories(f"not an OSV record: {error}") from error
    return osv


def _record(osv: _Osv) -> Record | Skipped:
    if not osv.id or len(osv.id) > 200:  # noqa: PLR2004 - ids are words
        raise InvalidAdvisories("a record without an id")
    if osv.withdrawn:
        return Skipped(osv.id, "withdrawn", harmless=True)
    affected = tuple(dict.fromkeys(_affected(osv)))
    if not affected:
        if any(begins_nowhere(one.ranges) for one in osv.affected or ()):
            raise InvalidAdvisories(_BEGINS_NOWHERE)
        return Skipped(osv.id, "it names no version of any package", harmless=True)
    if sum(len(one.versions) for one in affected) > _MAX_VERSIONS:
        raise InvalidAdvisories(f"{osv.id} lists more than {_MAX_VERSIONS} versions")
    covers = _covers(osv, affected)
    aliases = {*(osv.aliases or ()), *(() if covers else osv.upstream or ())} - {osv.id, *covers}
    return Record(
        id=osv.id,
        affected=affected,
        aliases=tuple(sorted(aliases)),
        covers=covers,
        summary=osv.summary[:300],
        details="" if osv.details == osv.summary else osv.details[:_MAX_DETAILS],
        ratings=tuple(_ratings(osv)),
        references=tuple(dict.fromkeys(one.url for one in osv.references or () if one.url))[:_MAX_REFERENCES],
        published="" if osv.published.startswith(_NO_TIME) else osv.published,
        modified="" if osv.modified.startswith(_NO_TIME) else osv.modified,
    )


def _covers(osv: _Osv, affected: Iterable[Affected]) -> tuple[str, ...]:
    """Return the vulnerabilities that a record is about where it is an erratum; nothing where it is one of its own.

    A record that comes from several CVEs is none of them, whatever it is called.
    """
    upstream = osv.upstream or []
    errata = is_erratum(osv.id) or any(one.ecosystem.partition(":")[0] in _ERRATA for one in affected)
    if not errata and len({id_ for id_ in upstream if id_.startswith("CVE-")}) < 2:  # noqa: PLR2004 - one is its own
        return ()
    related = [id_ for id_ in osv.related or () if id_.startswith("CVE-")] if errata else []
    return vulnerabilities_of([*upstream, *related])


def _affected(osv: _Osv) -> Iterator[Affected]:
    for one in osv.affected or ():
        if one.package is None or not one.package.ecosystem or not one.package.name:
            continue
        ecosystem = one.package.ecosystem
        ranges = tuple(intervals_of(one.ranges, ecosystem))
        if not ranges and not one.versions:
            continue
        fixed = [range_.fixed for range_ in ranges if range_.fixed]
        state = _FIXED if fixed else state_of_urgency(_urgency(one)) or _AFFECTED
        for module in (modules_named(osv.summary) if any(map(is_module_build, fixed)) else ()) or ("",):
            yield Affected(
                ecosystem=_folded(ecosystem),
                package=one.package.name,
                ranges=ranges,
                versions=tuple(one.versions or ()),
                state=state,
                module=module,
            )


def _urgency(one: _Affected) -> str:
    """Return what Debian's tracker thinks of a vulnerability; "" in others' records."""
    if one.package is None or one.package.ecosystem.partition(":")[0] != "Debian":
        return ""
    said = (each.get("urgency") for each in (one.ecosystem_specific, one.database_specific) if isinstance(each, dict))
    return next((word for word in said if isinstance(word, str) and word), "")


def _folded(ecosystem: str) -> str:
    """Return the release of whose repositories or modules a name speaks: a system has packages of any of them."""
    if match := _RED_HAT.fullmatch(ecosystem):
        return f"Red Hat:{match[1]}"
    if match := _SUSE.fullmatch(ecosystem):
        return f"SUSE:Linux Enterprise Server {match[1]}"
    return ecosystem


def _ratings(osv: _Osv) -> Iterator[RatingText]:
    """Yield the severities: the vendor's word, then vectors; each once."""
    seen: set[str] = set()
    specific = osv.database_specific if isinstance(osv.database_specific, dict) else {}
    word = specific.get("severity")
    name = osv.id.partition("-")[0]
    if isinstance(word, str) and word:
        seen.add(word)
        yield RatingText(name, word)
    elif osv.summary.partition(":")[0] in ("Critical", "Important", "Moderate", "Low"):
        yield RatingText(name, osv.summary.partition(":")[0])
    urgency = highest_urgency(map(_urgency, osv.affected or ()))
    if urgency:
        yield RatingText("Debian", urgency)
    for severity in (*(osv.severity or ()), *(one for each in osv.affected or () for one in each.severity or ())):
        if severity.score and severity.score not in seen:
            seen.add(severity.score)
            yield RatingText(name, severity.score)
