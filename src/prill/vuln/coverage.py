"""Of which ecosystems and releases a database has whole feeds, so that what it does not say is not known to anybody.

A few records of a release are no feed of it: what they do not name may be in any other.
"""

from collections.abc import Collection, Iterable

__all__ = ["FEWEST_IN_A_FEED", "covered_by", "why_not_covered"]

FEWEST_IN_A_FEED = 100
"""A file of which nobody says that it is a whole feed counts as one from so many records on."""

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
