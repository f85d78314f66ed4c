"""Which matches a person wants to see, and whether those that were found are too many."""

from collections.abc import Collection

from prill.model.advisory import Level
from prill.model.scan_report import ScanReport
from prill.model.value import replace
from prill.model.vulnerability_match import MatchState, VulnerabilityMatch
from prill.views.sizes import count
from prill.vuln.risk import advise

__all__ = ["matches_at_least", "matches_of", "select", "unrated"]


def select(
    report: ScanReport,
    *,
    levels: Collection[Level] = (),
    states: Collection[MatchState] = (),
    only_fixed: bool = False,
) -> ScanReport:
    """Return the report with the matches of some severities and states alone, and what to do about these.

    A note says how many are left out.
    """

    def wanted(match: VulnerabilityMatch) -> bool:
        return (
            (not levels or match.advisory.level in levels)
            and (not states or match.state in states)
            and (not only_fixed or bool(match.fixed_in))
        )

    kept = tuple(match for match in report.matches if wanted(match))
    left_out = len(report.matches) - len(kept)
    if not left_out:
        return report
    note = f"{count(left_out, 'finding')} not shown, as the options ask for others"
    return replace(report, matches=kept, advice=advise(kept), hidden=left_out, notes=(*report.notes, note))


def matches_at_least(report: ScanReport, level: Level) -> tuple[VulnerabilityMatch, ...]:
    """Return what counts and is at least as severe; ``unknown`` stands for everything."""
    return tuple(match for match in report.matches if match.counts and match.advisory.level.rank >= level.rank)


def matches_of(report: ScanReport, id_: str) -> tuple[VulnerabilityMatch, ...]:
    """Return the matches of a vulnerability by any of its ids, in upper or lower case."""
    wanted = id_.upper()
    return tuple(
        match
        for match in report.matches
        if wanted in {name.upper() for name in (match.advisory.id, *match.advisory.aliases)}
    )


def unrated(report: ScanReport) -> tuple[VulnerabilityMatch, ...]:
    """Return what counts and whose severity nobody says: whether it is too severe is not known."""
    return tuple(match for match in report.matches if match.counts and match.advisory.level is Level.UNKNOWN)
