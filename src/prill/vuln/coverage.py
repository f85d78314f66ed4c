"""Of which ecosystems and releases a database has whole feeds, so that what it does not say is not known to anybody.

A few records of a release are no feed of it: what they do not name may be in any other.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

__all__ = ["FEWEST_IN_A_FEED", "covered_by", "covered_by_feed", "why_not_covered", "with_and_without_release"]

FEWEST_IN_A_FEED = 100
"""A file of which nobody says that it is a whole feed counts as one from so many records on."""

_DATABASE = 5000
"""From so many records on, records about several ecosystems are a whole database."""
_PARTS = {"Alpine": ("community", "main")}
"""The repositories of a release, of each of which its vendor publishes a feed."""


def covered_by(coverage: Collection[tuple[str, str]], ecosystems: Iterable[str]) -> frozenset[str]:
    """Return those of ``ecosystems`` that are covered, by the pairs of ecosystem and part in ``coverage``."""
    return frozenset(one for one in ecosystems if (one, "") in coverage or _has_all_parts(one, coverage))


def why_not_covered(coverage: Collection[tuple[str, str]], ecosystem: str) -> str:
    """Say what there is of an ecosystem of which there are records, and which is not covered."""
    there = sorted(part for name, part in coverage if name == ecosystem)
    missing = [part for part in _parts_of(ecosystem) if part not in there]
    if there and missing:
        return f"the database has the advisories of its {', '.join(there)}, not of its {', '.join(missing)}"
    return "the database has some records about it, and no whole feed"


def _parts_of(ecosystem: str) -> tuple[str, ...]:
    return _PARTS.get(ecosystem.partition(":")[0], ())


def _has_all_parts(ecosystem: str, coverage: Collection[tuple[str, str]]) -> bool:
    parts = _parts_of(ecosystem)
    return bool(parts) and all((ecosystem, part) in coverage for part in parts)


def with_and_without_release(ecosystem: str) -> tuple[str, str]:
    """Return an ecosystem with its release, and without."""
    return ecosystem, ecosystem.partition(":")[0]


def covered_by_feed(count: int, named: Mapping[str, int], *, whole: bool) -> Iterator[str]:
    """Yield of what ``count`` records are the feed, by how many of them name each ecosystem, with and without release.

    A feed of OSV is about one ecosystem, or one release of it, that every record names. What else they name is by the
    way, unless they are a whole database of many ecosystems, such as GitHub's.
    """
    if not whole and count < FEWEST_IN_A_FEED:
        return
    fewest = 1 if whole else FEWEST_IN_A_FEED
    of_all = {name for name, number in named.items() if number == count}
    releases = {name for name in of_all if ":" in name}
    if not of_all and count < _DATABASE:
        return
    for name, number in sorted(named.items()):
        base, colon, _ = name.partition(":")
        if of_all:
            about = name in releases if releases else base in of_all and (bool(colon) or not _has_releases(base, named))
        else:
            about = number >= FEWEST_IN_A_FEED
        if about and number >= fewest:
            yield name


def _has_releases(base: str, named: Iterable[str]) -> bool:
    return any(name.startswith(f"{base}:") for name in named)
