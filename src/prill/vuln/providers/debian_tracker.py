"""Debian's security tracker, as the one JSON document that it publishes (``/tracker/data/json``).

Per source package and vulnerability it says for each release what Debian thinks of it: fixed in a version, open, not
affected (fixed in version 0), without an advisory (``nodsa``), unimportant, past the end of its life, or undetermined.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from prill.model.typed_json import decode_json, ready
from prill.model.vulnerability_match import MatchState
from prill.vuln.debian_urgency import highest_urgency, state_of_urgency
from prill.vuln.providers.provider import InvalidAdvisories, SourceFile, read_source
from prill.vuln.records import Affected, Covered, Item, RatingText, Record, Skipped, VersionRange

__all__ = ["PROVIDER", "DebianTrackerProvider"]

_VERSIONS = {
    "buzz": "1.1",
    "rex": "1.2",
    "bo": "1.3",
    "hamm": "2.0",
    "slink": "2.1",
    "potato": "2.2",
    "woody": "3.0",
    "sarge": "3.1",
    "etch": "4",
    "lenny": "5",
    "squeeze": "6",
    "wheezy": "7",
    "jessie": "8",
    "stretch": "9",
    "buster": "10",
    "bullseye": "11",
    "bookworm": "12",
    "trixie": "13",
    "forky": "14",
    "duke": "15",
    "sid": "unstable",
}
_TRACKER = "https://security-tracker.debian.org/tracker/"
_SOURCE = "Debian"
_MAX_TEXT = 300
_FEWEST = 1000
"""The tracker has had more source packages than this since before its document existed; fewer are an excerpt."""


class _Release(msgspec.Struct):
    status: str = ""
    fixed_version: str = ""
    urgency: str = ""
    nodsa: str | None = None
    nodsa_reason: str | None = None


class _Vulnerability(msgspec.Struct):
    description: str = ""
    releases: dict[str, _Release] = {}


class DebianTrackerProvider:
    """Reads the tracker's document."""

    id = "debian-tracker"
    title = "Debian security tracker"
    license = "MIT"

    def recognises(self, path: Path, head: bytes) -> bool:
        """Take an object in which packages hold CVEs that hold releases."""
        return path.is_file() and head.lstrip()[:1] == b"{" and b'"releases"' in head and b'"CVE-' in head

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Yield a record for each vulnerability in each source; raise `InvalidAdvisories`."""
        what = f"{source.name} is not Debian's tracker"
        packages = decode_json(read_source(source), dict[str, dict[str, msgspec.Raw]], InvalidAdvisories, what)
        releases: set[str] = set()
        for item in _records(packages):
            if isinstance(item, Record):
                releases.update(one.ecosystem for one in item.affected)
            yield item
        if source.whole or len(packages) >= _FEWEST:
            yield from map(Covered, sorted(releases))


PROVIDER = DebianTrackerProvider()


def _records(packages: Mapping[str, Mapping[str, Any]]) -> Iterator[Item]:
    found: dict[str, list[tuple[str, _Vulnerability]]] = {}
    for package, vulnerabilities in sorted(packages.items()):
        for id_, raw in vulnerabilities.items():
            try:
                one = msgspec.json.decode(raw, type=ready(_Vulnerability))
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                yield Skipped(f"{package} {id_}", str(error))
            else:
                found.setdefault(id_, []).append((package, one))
    for id_, named in sorted(found.items()):
        affected = [each for package, one in named for each in _affected(package, one)]
        if not affected:
            yield Skipped(id_, "it names no release that is known", harmless=True)
            continue
        word = highest_urgency(release.urgency for _, one in named for release in one.releases.values())
        yield Record(
            id=id_,
            affected=tuple(affected),
            details=next((one.description for _, one in named if one.description), "")[:_MAX_TEXT],
            ratings=(RatingText(_SOURCE, word),) if word else (),
            references=(f"{_TRACKER}{id_}",),
        )


def _affected(package: str, vulnerability: _Vulnerability) -> Iterator[Affected]:
    for codename, release in sorted(vulnerability.releases.items()):
        version = _VERSIONS.get(codename)
        if version is None:
            continue
        state = _state(release)
        fixed = release.fixed_version if state is MatchState.FIXED else ""
        yield Affected(f"Debian:{version}", package, (VersionRange("", fixed),), (), state)


def _state(release: _Release) -> MatchState:
    if release.status == "resolved":
        return MatchState.NOT_AFFECTED if release.fixed_version == "0" else MatchState.FIXED
    if release.status == "undetermined":
        return MatchState.UNDETERMINED
    return state_of_urgency(release.urgency) or _without_advisory(release)


def _without_advisory(release: _Release) -> MatchState:
    if release.nodsa is None and release.nodsa_reason is None:
        return MatchState.AFFECTED
    reasons = {"ignored": MatchState.WILL_NOT_FIX, "postponed": MatchState.POSTPONED}
    return reasons.get(release.nodsa_reason or "", MatchState.NO_DSA)
