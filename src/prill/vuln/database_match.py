"""Matching installed packages with the database: which versions are in which ranges.

1. Each package is looked up under the names of its ecosystem and release.
2. Its version's key is compared with the ranges, as bytes.
3. What a package's own name says goes before what its source's name says about the same vulnerability.
4. Builds of rpm modules meet only advisories about their stream; where that is not known, all of them, and a gap.
5. An advisory that covers several vulnerabilities gives one match for each of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from prill.ecosystems.versions.keys import UnreadableVersion
from prill.model import Distro, Gap, Package, RpmDetails
from prill.model.value import dataclass, field
from prill.model.vulnerability_match import Claim, LaterRange, MatchState, VulnerabilityMatch
from prill.vuln.coverage import covered_by, why_not_covered
from prill.vuln.database import Database, Known
from prill.vuln.foreign import spoken_of_apart
from prill.vuln.lookups import Lookup, lookups_of
from prill.vuln.module_streams import Fit, fit_of
from prill.vuln.packed import STATES, PackedEntry, PackedRange, contains

__all__ = ["DatabaseAnswer", "match_database"]

_NO_STREAM = (
    "it is a module's build, and its stream, or that of an advisory about it, is not known: such advisories count"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseAnswer:
    """The matches, and ``covered``: the ecosystems, with their release, of which the database has whole feeds.

    ``partly`` says why others, of which it has records, are not covered. ``several`` are the ids of the advisories
    that cover several vulnerabilities.
    """

    matches: tuple[VulnerabilityMatch, ...]
    covered: frozenset[str]
    partly: Mapping[str, str] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    several: frozenset[str] = frozenset()


_SAME, _OTHER, _UNKNOWN = Fit.SAME, Fit.OTHER, Fit.UNKNOWN
_FIXED, _AFFECTED = MatchState.FIXED, MatchState.AFFECTED
_NOT_AFFECTED, _UNDETERMINED = MatchState.NOT_AFFECTED, MatchState.UNDETERMINED
# Python looks members of an enumeration up by their names each time, which thousands of matches would pay for.


class _Hit(msgspec.Struct, frozen=True, gc=False):
    package: Package
    lookup: Lookup
    entry: PackedEntry
    range: PackedRange
    fit: Fit


def match_database(packages: Sequence[Package], distro: Distro | None, database: Database) -> DatabaseAnswer:
    """Return what the database knows about packages; what a package of the distribution's owns is that one's."""
    own = spoken_of_apart(packages, distro)
    wanted = [(package, lookup) for package in own for lookup in lookups_of(package, distro)]
    entries = database.entries(lookup.key for _, lookup in wanted)
    hits: list[_Hit] = []
    gaps: set[Gap] = set()
    keys: dict[tuple[str, str], bytes] = {}
    for package, lookup in wanted:
        found = entries.get(lookup.key)
        if not found:
            continue
        try:
            key = keys.get((lookup.order.id, lookup.version)) or _key(lookup, keys)
        except UnreadableVersion as error:
            gaps.add(Gap(package.name, f"there are advisories about it, and its version cannot be compared: {error}"))
            continue
        hits += _hits(package, lookup, found, key)
    gaps |= {Gap(hit.package.name, _NO_STREAM) for hit in hits if hit.fit is _UNKNOWN}
    known = database.known(hit.entry.vulnerability for hit in hits)
    matches: list[VulnerabilityMatch] = []
    for hit in _own_first(hits, known):
        matches += _matches(hit, known[hit.entry.vulnerability])
    ecosystems = {lookup.key.partition("\0")[0] for _, lookup in wanted}
    coverage = database.coverage
    covered = covered_by(coverage, ecosystems)
    others = ecosystems - covered
    partly = {name: why_not_covered(coverage, name) for name in (others & database.ecosystems if others else ())}
    several = frozenset({one.advisory.id for one in known.values() if one.covers})
    return DatabaseAnswer(
        matches=tuple(matches), covered=covered, partly=partly, gaps=tuple(sorted(gaps)), several=several
    )


def _key(lookup: Lookup, keys: dict[tuple[str, str], bytes]) -> bytes:
    """Return a version's key, and remember it: many packages of an image have the version of another one.

    What stands for a version that is known elsewhere, as Maven's ``${revision}`` does, is in no range and out of none.
    """
    if "${" in lookup.version:
        raise UnreadableVersion(lookup.version, f"{lookup.order.id}, but a name for one")
    key = keys[lookup.order.id, lookup.version] = lookup.order.sort_key(lookup.version)
    return key


def _hits(package: Package, lookup: Lookup, entries: Iterable[PackedEntry], key: bytes) -> Iterator[_Hit]:
    rpm = isinstance(package.details, RpmDetails)
    for entry in entries:
        range_ = contains(entry, key)
        if range_ is None:
            continue
        fit = fit_of(package, entry.module, (one.fixed for one in entry.ranges)) if rpm else _SAME
        if fit is not _OTHER:
            yield _Hit(package, lookup, entry, range_, fit)


def _own_first(hits: Sequence[_Hit], known: dict[int, Known]) -> Iterable[_Hit]:
    """Leave out what a source's name says where the package's own name is spoken of, too."""
    if all([hit.lookup.own for hit in hits]):  # noqa: C419 - a list costs half
        return hits
    spoken = {(hit.package.purl, known[hit.entry.vulnerability].advisory.id) for hit in hits if hit.lookup.own}
    return [
        hit
        for hit in hits
        if hit.lookup.own or (hit.package.purl, known[hit.entry.vulnerability].advisory.id) not in spoken
    ]


def _matches(hit: _Hit, known: Known) -> Sequence[VulnerabilityMatch]:
    """Return what an entry says of a package, once for each vulnerability that its advisory covers."""
    advisory, fixed = known.advisory, hit.range.fixed
    said = STATES[hit.entry.state]
    match = VulnerabilityMatch(
        advisory=advisory,
        package=hit.package,
        state=_FIXED if fixed else _AFFECTED if said is _FIXED else said,
        fixed_in=fixed,
        later=_later(hit) if len(hit.entry.ranges) > 1 else (),
        why=(_claim(hit, known, said),),
    )
    if not known.covers:
        return (match,)
    return [
        replace(
            match,
            advisory=replace(advisory, id=id_, aliases=tuple(sorted({*advisory.aliases, advisory.id} - {id_}))),
        )
        for id_ in known.covers
    ]


def _later(hit: _Hit) -> tuple[LaterRange, ...]:
    """Return the ranges of an entry that begin above the one in which the version is, as those of later branches do."""
    end = hit.range.high
    later = [one for one in hit.entry.ranges if one.low > end] if end else ()
    return tuple([LaterRange(one.low, one.high, one.last, one.fixed) for one in later])


def _claim(hit: _Hit, known: Known, said: MatchState) -> Claim:
    """Say in a sentence which range the version is in."""
    lookup, range_, advisory = hit.lookup, hit.range, known.advisory
    ecosystem, _, name = lookup.key.partition("\0")
    if range_.fixed:
        says = f"versions before {range_.fixed} are affected"
    elif said is _NOT_AFFECTED:
        says = "no version is affected"
    elif said is _UNDETERMINED:
        says = "whether this version is affected is not determined"
    elif range_.high:
        says = "versions up to the last affected one are affected"
    else:
        says = "this version is affected, and no fixed one is named"
    module = f" of the module {hit.entry.module}" if hit.entry.module else ""
    unsure = "; whether it is the same module stream is not known" if hit.fit is _UNKNOWN else ""
    return Claim(
        source=f"{known.source.id}: {advisory.id}",
        statement=f"{ecosystem}, {name}{module}: {says}; installed is {lookup.version}{unsure}",
        url=advisory.references[0] if advisory.references else "",
    )
