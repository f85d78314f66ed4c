"""Records about the packages of an image, with ranges that begin and end at the versions it has.

One mistake in an order or a border of a range shows in a version beside it. Each package gets a record of each kind.
"""

import hashlib
from collections.abc import Iterable, Iterator

from prill.ecosystems.versions.keys import UnreadableVersion
from prill.model import Distro, Package
from prill.model.vulnerability_match import MatchState
from prill.vuln.lookups import Lookup, lookups_of
from prill.vuln.records import Affected, Record, VersionRange

_EARLIER = {"deb": "{}~rc1", "pypi": "{}.dev1", "semver": "{}-rc.1", "maven": "{}-SNAPSHOT"}
_LATER = {"deb": "{}+later1", "pypi": "{}.post1", "semver": "{}0", "maven": "{}.1"}
_STATES = (
    MatchState.AFFECTED,
    MatchState.NO_DSA,
    MatchState.POSTPONED,
    MatchState.UNIMPORTANT,
    MatchState.WILL_NOT_FIX,
    MatchState.END_OF_LIFE,
    MatchState.UNDETERMINED,
)


def records_about(packages: Iterable[Package], distro: Distro | None) -> list[Record]:
    """Return records about every package that some ecosystem has, the same for the same packages."""
    made = {(lookup.key, lookup.version): lookup for lookup in _lookups(packages, distro)}
    return [record for key in sorted(made) for record in _records(made[key])]


def _lookups(packages: Iterable[Package], distro: Distro | None) -> Iterator[Lookup]:
    return (lookup for package in packages if not package.owner for lookup in lookups_of(package, distro))


def _records(lookup: Lookup) -> Iterator[Record]:
    ecosystem, _, name = lookup.key.partition("\0")
    version = lookup.version.removeprefix("v") if ecosystem == "Go" else lookup.version
    plain = version.partition("+")[0] if lookup.order.id == "semver" else version
    earlier, later = (pattern[lookup.order.id].format(plain) for pattern in (_EARLIER, _LATER))
    try:
        keys = [lookup.order.sort_key(one) for one in (earlier, version, later)]
    except UnreadableVersion:
        return
    if keys != sorted(keys):  # of a version that is no release, what is before and after is another question
        earlier, later = ("0", later) if keys[1] <= keys[2] else ("0", "")
    number = int(hashlib.sha256(f"{lookup.key} {version}".encode()).hexdigest()[:10], 16)
    for place, (range_, state) in enumerate(_ranges(ecosystem, earlier, version, later, number)):
        affected = Affected(ecosystem, name, (range_,), (), state)
        yield Record(id=f"CVE-{2000 + place}-{number}", affected=(affected,))


def _ranges(
    ecosystem: str, earlier: str, version: str, later: str, number: int
) -> Iterator[tuple[VersionRange, MatchState]]:
    """Yield ranges around a version, those with it and those without it."""
    yield VersionRange("", version), MatchState.FIXED
    if earlier != "0":
        yield VersionRange("", earlier), MatchState.FIXED
    if later:
        yield VersionRange("", later), MatchState.FIXED
    if ecosystem.startswith("Debian"):
        yield VersionRange(), _STATES[number % len(_STATES)]
        return
    yield VersionRange("0", "", version), MatchState.AFFECTED
    yield VersionRange(version), MatchState.AFFECTED
    if later:
        yield VersionRange(later), MatchState.AFFECTED
        yield VersionRange(version, later), MatchState.FIXED
    if earlier != "0":
        yield VersionRange("0", "", earlier), MatchState.AFFECTED
        yield VersionRange(earlier, version), MatchState.FIXED
