"""One row a vulnerability and package, whoever spoke of it and under which id."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cmp_to_key

from msgspec.structs import replace

from prill.ecosystems.versions.keys import UnreadableVersion
from prill.model import Package
from prill.model.advisory import Advisory, Exploitation
from prill.model.value import replace as replaced
from prill.model.vulnerability_match import MatchState, VulnerabilityMatch
from prill.vuln.database import Database, Known
from prill.vuln.erratum_ids import is_erratum
from prill.vuln.orders import order_of_package
from prill.vuln.severity import choose_ratings

__all__ = ["enrich", "merge_matches"]

_PRECEDENCE = (
    MatchState.FIXED,
    MatchState.END_OF_LIFE,
    MatchState.WILL_NOT_FIX,
    MatchState.NO_DSA,
    MatchState.POSTPONED,
    MatchState.UNIMPORTANT,
    MatchState.UNDETERMINED,
    MatchState.AFFECTED,
    MatchState.NOT_AFFECTED,
)


def merge_matches(
    matches: Iterable[VulnerabilityMatch], several: Collection[str] = ()
) -> tuple[VulnerabilityMatch, ...]:
    """Join the matches of a package that have an id in common; the vendor's word about a fix goes before others.

    ``several`` are ids of advisories about several vulnerabilities, which these have in common and are not one for it.
    """
    packages: dict[str, list[VulnerabilityMatch]] = {}
    for match in matches:
        packages.setdefault(match.package.purl, []).append(match)
    return tuple(_joined(group) for found in packages.values() for group in _groups(found, several))


def _groups(matches: Sequence[VulnerabilityMatch], several: Collection[str]) -> list[list[VulnerabilityMatch]]:
    """Put matches together that share an id, directly or by others (disjoint sets)."""
    parents: dict[str, str] = {}

    def root(id_: str) -> str:
        parents.setdefault(id_, id_)
        while parents[id_] != id_:
            parents[id_] = id_ = parents[parents[id_]]
        return id_

    for match in matches:
        first = root(match.advisory.id)
        for alias in match.advisory.aliases:
            if alias not in several and not is_erratum(alias):
                parents[root(alias)] = first
    groups: dict[str, list[VulnerabilityMatch]] = {}
    for match in matches:
        groups.setdefault(root(match.advisory.id), []).append(match)
    return list(groups.values())


def _joined(group: Sequence[VulnerabilityMatch]) -> VulnerabilityMatch:
    ordered = sorted(group, key=lambda one: (_PRECEDENCE.index(one.state), one.advisory.id))
    best, several = ordered[0], len(ordered) > 1
    return replace(
        best,
        package=_everywhere([match.package for match in ordered]) if several else best.package,
        advisory=_one_advisory([match.advisory for match in ordered]),
        fixed_in=_highest(group),
        later=tuple(dict.fromkeys(one for match in group for one in match.later)) if several else best.later,
        why=tuple(sorted({claim for match in group for claim in match.why})),
    )


def _everywhere(packages: Sequence[Package]) -> Package:
    """Return the first of packages of one purl with the places of all: documents list one for each place."""
    first = packages[0]
    if all(one is first for one in packages):
        return first
    return replaced(first, locations=tuple(dict.fromkeys(place for one in packages for place in one.locations)))


def _one_advisory(advisories: Sequence[Advisory]) -> Advisory:
    """Join what several say; the id is a CVE where there is one."""
    ids = {id_ for one in advisories for id_ in (one.id, *one.aliases)}
    own = {one.id for one in advisories}
    chosen = min(own, key=lambda id_: (not id_.startswith("CVE-"), id_))
    if not chosen.startswith("CVE-"):
        chosen = min((id_ for id_ in ids if id_.startswith("CVE-")), default=chosen)
    return Advisory(
        id=chosen,
        aliases=tuple(sorted(ids - {chosen})),
        summary=next((one.summary for one in advisories if one.summary), ""),
        details=next((one.details for one in advisories if one.details), ""),
        ratings=choose_ratings(rating for one in advisories for rating in one.ratings),
        references=tuple(dict.fromkeys(url for one in advisories for url in one.references)),
        published=min((one.published for one in advisories if one.published), default=""),
        modified=max((one.modified for one in advisories), default=""),
        exploitation=advisories[0].exploitation,
    )


def _highest(group: Sequence[VulnerabilityMatch]) -> str:
    """Return the highest of the versions that are said to have the fix: it satisfies all who speak."""
    fixed = sorted({match.fixed_in for match in group if match.fixed_in})
    order = order_of_package(group[0].package)
    if len(fixed) > 1 and order is not None:
        try:
            return max(fixed, key=cmp_to_key(order.compare))
        except UnreadableVersion:
            pass
    return fixed[-1] if fixed else ""


def enrich(matches: Sequence[VulnerabilityMatch], database: Database) -> tuple[VulnerabilityMatch, ...]:
    """Add what the database knows of each vulnerability from elsewhere: exploits, aliases, CVSS, and a summary."""
    ids = {id_ for match in matches for id_ in (match.advisory.id, *match.advisory.aliases) if not is_erratum(id_)}
    exploits = database.exploitation(ids)
    numbers = database.numbers_of(ids)
    known = database.known(number for found in numbers.values() for number in found)
    more = {id_: [known[number] for number in found] for id_, found in numbers.items()}
    done: dict[Advisory, Advisory] = {}
    enriched = []
    for match in matches:
        advisory = done.get(match.advisory)
        if advisory is None:
            advisory = done[match.advisory] = _enriched(match.advisory, more, exploits)
        enriched.append(replace(match, advisory=advisory))
    return tuple(enriched)


def _enriched(
    advisory: Advisory, more: Mapping[str, Sequence[Known]], exploits: Mapping[str, Exploitation]
) -> Advisory:
    ids = (advisory.id, *advisory.aliases)
    others = [one for id_ in ids for one in more.get(id_, ()) if not one.covers]
    vectors = [rating for one in others for rating in one.advisory.ratings if rating.vector]
    aliases = {
        id_
        for one in others
        if one.advisory.id in ids or advisory.id in one.advisory.aliases
        for id_ in (one.advisory.id, *one.advisory.aliases)
        if not is_erratum(id_)
    }
    return replace(
        advisory,
        aliases=tuple(sorted({*advisory.aliases, *aliases} - {advisory.id})),
        ratings=advisory.ratings or choose_ratings(vectors),
        summary=advisory.summary or next((one.advisory.summary for one in others if one.advisory.summary), ""),
        details=advisory.details or next((one.advisory.details for one in others if one.advisory.details), ""),
        published=advisory.published or next((one.advisory.published for one in others), ""),
        exploitation=_worst([exploits[id_] for id_ in ids if id_ in exploits]) or advisory.exploitation,
    )


def _worst(said: Sequence[Exploitation]) -> Exploitation | None:
    """Join what is known about exploits by each id of a vulnerability: since when at the earliest, the higher score."""
    if len(said) <= 1:
        return said[0] if said else None
    likely = max(said, key=lambda one: one.epss if one.epss is not None else -1.0)
    since = min((one.known_since for one in said if one.known_since), default="")
    return Exploitation(known_since=since, epss=likely.epss, percentile=likely.percentile)
