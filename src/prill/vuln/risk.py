"""Which vulnerability to look at first, and which step removes most of them."""

from collections.abc import Iterable, Sequence

from prill.ecosystems.versions.keys import UnreadableVersion
from prill.model import ApkDetails, DebDetails, Package
from prill.model.scan_report import Advice, Upgrade
from prill.model.vulnerability_match import MatchState, VulnerabilityMatch
from prill.vuln.orders import order_of_package

__all__ = ["advise", "order_by_risk", "probability_class"]

_PROBABILITIES = (0.5, 0.1, 0.01)
_DOUBTFUL = (MatchState.UNIMPORTANT, MatchState.NOT_AFFECTED)


def order_by_risk(matches: Iterable[VulnerabilityMatch]) -> tuple[VulnerabilityMatch, ...]:
    """Sort matches, the worst first.

    What counts before what does not; then what is known to be exploited, how probably it will be (in classes), the
    severity, whether there is a fix, whether the code is there, and last names, so that the order is always the same.
    """
    return tuple(sorted(matches, key=_risk))


def _risk(match: VulnerabilityMatch) -> tuple[object, ...]:
    advisory = match.advisory
    return (
        not match.counts,
        match.state in _DOUBTFUL,
        not advisory.exploitation.known_since,
        -probability_class(advisory.exploitation.epss),
        -advisory.level.rank,
        not match.fixed_in,
        bool(match.absent),
        _numbers(advisory.id),
        match.package.name,
        match.package.purl,
    )


def probability_class(epss: float | None) -> int:
    """Return 3 for at least 50 % within 30 days, 2 for 10 %, 1 for 1 %, else 0."""
    return sum(epss >= bound for bound in _PROBABILITIES) if epss is not None else 0


def _numbers(id_: str) -> tuple[object, ...]:
    """Sort CVEs of later years first, as people know those of earlier years."""
    kind, _, rest = id_.partition("-")
    year, _, number = rest.partition("-")
    if kind == "CVE" and year.isdigit() and number.isdigit():
        return (0, -int(year), -int(number), "")
    return (1, 0, 0, id_)


def advise(matches: Sequence[VulnerabilityMatch]) -> Advice:
    """Return the upgrades that remove what can be removed: those that remove most vulnerabilities first."""
    groups: dict[tuple[str, str], list[VulnerabilityMatch]] = {}
    counted = [match for match in matches if match.counts]
    fixable = [match for match in counted if match.fixed_in]
    for match in fixable:
        groups.setdefault(_source(match.package), []).append(match)
    upgrades, removed = [], set[str]()
    for (name, _), group in groups.items():
        version, removes = _upgrade(group)
        packages = tuple(sorted({one.package.name for one in group}))
        upgrades.append(Upgrade(name=name, version=version, packages=packages, removes=len(removes)))
        removed |= removes
    return Advice(
        upgrades=tuple(sorted(upgrades, key=lambda one: (-one.removes, one.name, one.version))),
        removes=len(removed),
        remain=len({match.advisory.id for match in counted} - removed),
    )


def _upgrade(group: Sequence[VulnerabilityMatch]) -> tuple[str, set[str]]:
    """Return the version to go to, and the ids of what it removes.

    It is the highest that fixes one of them. Where another one is back in that version, as branches are mended one by
    one, it is the one that fixes it there, if there is one.
    """
    best = max(_newest(group, version) for version in {one.fixed_in for one in group})
    ids, again = {one.advisory.id for one in group}, [one for one in group if one.later]
    while further := {later.fixed for one in again for later in one.later if later.fixed and later.has(best[0])}:
        found = max(_newest(group, version) for version in further)
        if found <= best:
            break
        best = found
    return best[1], ids - {one.advisory.id for one in again if any(later.has(best[0]) for later in one.later)}


def _newest(group: Sequence[VulnerabilityMatch], version: str) -> tuple[bytes, str]:
    """Return by what the versions of one package sort; by their text where its order cannot read them."""
    order = order_of_package(group[0].package)
    try:
        return (order.sort_key(version) if order else b"", version)
    except UnreadableVersion:
        return (b"", version)


def _source(package: Package) -> tuple[str, str]:
    """Return what is upgraded as one: the source of Debian's and Alpine's, else the package itself; and its kind."""
    if isinstance(package.details, DebDetails):
        return package.details.source_name or package.name, "deb"
    if isinstance(package.details, ApkDetails):
        return package.details.origin or package.name, "apk"
    return package.name, package.purl.partition("/")[0]
