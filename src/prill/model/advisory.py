"""What somebody says about a vulnerability: OSV's fields under OSV's names, whoever said it in whichever format.

What a scan makes by the thousand is a struct (docs/adr/0002); ``msgspec.structs.replace`` changes one.
"""

from enum import StrEnum

from prill.model.structs import msgspec
from prill.model.value import dataclass

__all__ = ["Advisory", "AdvisorySource", "Exploitation", "Level", "Rating"]


class Level(StrEnum):
    """How severe a vulnerability is, in the words of CVSS, and ``negligible`` for what vendors do not fix alone."""

    UNKNOWN = "unknown"
    NEGLIGIBLE = "negligible"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return a number that is greater for what is worse; 0 where nobody knows."""
        return _LEVELS.index(self)


_LEVELS = tuple(Level)


class Rating(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A severity and who says so: a vendor in a word, or CVSS by a ``vector``, whose ``score`` follows from it."""

    level: Level
    source: str
    vector: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvisorySource:
    """Where advisories came from. Times are in seconds since 1970; ``modified`` is the data's own, 0 where it has none.

    ``id`` is the provider's; ``records`` how many there were, 0 where nobody counted, ``missed`` how many more were not
    understood; ``version`` is what its server tells it from a later one by, empty where it does not.
    """

    id: str
    name: str
    url: str = ""
    retrieved: int = 0
    modified: int = 0
    records: int = 0
    license: str = ""
    version: str = ""
    missed: int = 0


class Exploitation(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Whether a vulnerability is used: CISA's list of those that are (``known_since``, a day), and FIRST's EPSS.

    ``epss`` is the probability of its being used within 30 days; ``percentile`` how many are less probable.
    """

    known_since: str = ""
    epss: float | None = None
    percentile: float | None = None


class Advisory(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One vulnerability. ``aliases`` are its other ids, sorted; ``ratings`` begin with the one that counts.

    Times are as the sources write them (RFC 3339).
    """

    id: str
    aliases: tuple[str, ...] = ()
    summary: str = ""
    details: str = ""
    ratings: tuple[Rating, ...] = ()
    references: tuple[str, ...] = ()
    published: str = ""
    modified: str = ""
    exploitation: Exploitation = Exploitation()

    @property
    def level(self) -> Level:
        """Return the severity that counts."""
        return self.ratings[0].level if self.ratings else Level.UNKNOWN
