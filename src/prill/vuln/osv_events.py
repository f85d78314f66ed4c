"""OSV's ranges: from events, in whatever order they stand, to where versions begin and cease to be affected.

https://ossf.github.io/osv-schema/, "affected[].ranges[].events fields" and "Evaluation".
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from prill.ecosystems.versions.keys import UnreadableVersion
from prill.vuln.orders import UnknownEcosystem, order_of
from prill.vuln.records import VersionRange

__all__ = ["Event", "EventRange", "begins_nowhere", "intervals_of"]


class Event(msgspec.Struct, gc=False):
    """A version at which something begins or ends."""

    introduced: str = ""
    fixed: str = ""
    last_affected: str = ""
    limit: str = ""


class EventRange(msgspec.Struct, gc=False):
    """One range, of versions of a ``type``."""

    type: str = ""
    events: list[Event] | None = None


def intervals_of(ranges: Iterable[EventRange] | None, ecosystem: str) -> Iterator[VersionRange]:
    """Yield what the ranges of one package say; those of commits say nothing about versions."""
    for one in ranges or ():
        if one.type != "GIT":
            yield from _intervals(_in_order([*_single(one.events or ())], ecosystem))


def begins_nowhere(ranges: Iterable[EventRange] | None) -> bool:
    """Return whether some range of versions says where it ends, and not where it begins."""
    return any(
        one.type != "GIT" and one.events and not any(event.introduced for event in one.events) for one in ranges or ()
    )


def _single(events: Iterable[Event]) -> Iterator[Event]:
    """Yield events of one kind each, as OSV wants them, of some that say where a range begins and ends at once."""
    events = [*events]
    unlimited = any(one.limit == "*" for one in events)  # what is before any limit may be affected
    for one in events:
        limit = "" if unlimited else one.limit
        if one.introduced:
            yield Event(introduced=one.introduced)
        if one.fixed or one.last_affected:
            yield Event(fixed=one.fixed, last_affected=one.last_affected)
        if limit:
            yield Event(limit=limit)


def _in_order(events: list[Event], ecosystem: str) -> list[Event]:
    """Sort events that are not one beginning and its end; versions nobody can read stay where they are."""
    if [bool(event.introduced) for event in events] in ([True], [True, False]):
        return events
    try:
        key = order_of(ecosystem).sort_key
        return sorted(
            events, key=lambda one: (key(_version(one)) if _version(one) != "0" else b"", bool(one.introduced))
        )
    except (UnknownEcosystem, UnreadableVersion):
        return events


def _version(event: Event) -> str:
    return event.introduced or event.fixed or event.last_affected or event.limit


def _intervals(events: Sequence[Event]) -> Iterator[VersionRange]:
    """Pair each beginning with the end that follows it; what is affected already cannot begin to be.

    What is not before any limit is not affected: the last one ends them all.
    """
    limits = [place for place, event in enumerate(events) if event.limit]
    begun: str | None = None
    for event in events[: limits[-1]] if limits else events:
        if event.introduced:
            begun = begun or event.introduced
        elif (event.fixed or event.last_affected) and begun is not None:
            yield VersionRange(begun, event.fixed, event.last_affected)
            begun = None
    if begun is not None:
        yield VersionRange(begun, limit=events[limits[-1]].limit if limits else "")
