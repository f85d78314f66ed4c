"""What a scan found, from which sources, and what it could not know."""

from prill.model.advisory import AdvisorySource
from prill.model.report import Gap
from prill.model.sbom import Distro, Sbom, Subject
from prill.model.value import dataclass, field
from prill.model.vulnerability_match import VulnerabilityMatch

__all__ = ["Advice", "ScanReport", "Upgrade"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """One step that removes vulnerabilities: packages of one source, to one version."""

    name: str
    version: str
    packages: tuple[str, ...]
    removes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to do next: the upgrades, the one that removes most first, and how many they remove together."""

    upgrades: tuple[Upgrade, ...] = ()
    removes: int = 0
    remain: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """What is known about the vulnerabilities of one image; ``matches`` are in the order of risk, the worst first.

    ``notes`` say what the sources cannot know in principle, ``gaps`` what was missed this time, ``expired`` which
    exceptions ended. ``upgrades_only`` says that of the distribution's packages only those vulnerabilities are known
    which an upgrade fixes, ``hidden`` how many matches were left out as somebody asked for others. ``created`` is in
    seconds since 1970; ``packages`` is how many were looked at, ``sbom`` what they are.
    """

    subject: Subject
    distro: Distro | None
    packages: int
    matches: tuple[VulnerabilityMatch, ...]
    sources: tuple[AdvisorySource, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()
    upgrades_only: bool = False
    advice: Advice = Advice()
    hidden: int = 0
    created: int = 0
    sbom: Sbom | None = field(default=None, repr=False, compare=False)
