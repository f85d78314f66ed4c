"""What providers read: vulnerabilities with what they affect, of what they are all, exploits and ends of life.

The fields have OSV's names and meaning (OSV schema 1.7). Texts are as the source has them; versions are not yet keys.
"""

import msgspec

from prill.model.vulnerability_match import MatchState

__all__ = [
    "Affected",
    "Covered",
    "Exploited",
    "Item",
    "LifeCycle",
    "Modified",
    "Probability",
    "RatingText",
    "Record",
    "Skipped",
    "VersionRange",
]


class VersionRange(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """From ``introduced``, where empty or 0 is the beginning, to before ``fixed``, or to ``last_affected``.

    ``limit`` ends it where none of the two does, and is no fix.
    """

    introduced: str = ""
    fixed: str = ""
    last_affected: str = ""
    limit: str = ""


class Affected(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One package of an ecosystem, in OSV's spelling (``Debian:12``), and which of its versions are affected.

    ``module`` is an rpm module stream, ``nodejs:18``, to which alone it applies.
    """

    ecosystem: str
    package: str
    ranges: tuple[VersionRange, ...] = ()
    versions: tuple[str, ...] = ()
    state: MatchState = MatchState.AFFECTED
    module: str = ""


class RatingText(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A severity as its source writes it: a word, or a CVSS vector."""

    source: str
    text: str


class Record(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One vulnerability, or one vendor's advisory that ``covers`` several."""

    id: str
    affected: tuple[Affected, ...]
    aliases: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    summary: str = ""
    details: str = ""
    ratings: tuple[RatingText, ...] = ()
    references: tuple[str, ...] = ()
    published: str = ""
    modified: str = ""


class Exploited(msgspec.Struct, frozen=True, array_like=True):
    """A vulnerability that is known to be exploited, since a day (``2021-12-10``)."""

    id: str
    since: str


class Probability(msgspec.Struct, frozen=True, array_like=True):
    """How probably a vulnerability is exploited within 30 days (EPSS)."""

    id: str
    epss: float
    percentile: float


class LifeCycle(msgspec.Struct, frozen=True, array_like=True):
    """The last days on which a release of a product gets security fixes, from its makers and at all.

    Days are ``2026-07-11``, empty where the source gives none; ``ended`` is set where it says yes or no in their place.
    """

    product: str
    cycle: str
    ends: str = ""
    extended: str = ""
    ended: bool = False


class Covered(msgspec.Struct, frozen=True, array_like=True):
    """That a source is a whole feed: what it does not say of an ecosystem, or of one release of it, nobody there knows.

    ``part`` is set where the vendor publishes one release in several feeds, such as Alpine's ``main``.
    """

    ecosystem: str
    part: str = ""


class Modified(msgspec.Struct, frozen=True, array_like=True):
    """When the source as a whole was last changed, in seconds since 1970."""

    at: int


class Skipped(msgspec.Struct, frozen=True, array_like=True):
    """A record that was not taken, and why; ``harmless`` where it says nothing about any version."""

    subject: str
    reason: str
    harmless: bool = False


Item = Record | Covered | Exploited | Probability | LifeCycle | Modified | Skipped
