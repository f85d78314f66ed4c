"""A scan as one HTML page that needs nothing else."""

from datetime import UTC, datetime

from prill.model.advisory import Level
from prill.model.scan_report import ScanReport
from prill.model.value import dataclass
from prill.model.vulnerability_match import Claim
from prill.views.pages import render_page, web_url
from prill.views.scan_table import ScanLine, fixed_text, next_step, nothing_known, remark, scan_lines, source_line

__all__ = ["scan_html"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """What the page shows of one line."""

    id: str
    url: str
    level: str
    packages: tuple[str, ...]
    installed: str
    fixed: str
    remark: str
    summary: str
    why: tuple[Claim, ...]
    dismissed: str
    paths: tuple[str, ...]
    counts: bool


def scan_html(report: ScanReport, *, tool: str) -> str:
    """Lay a report out; ``tool`` is Prill with its version."""
    counted = {match.advisory.id: match for match in reversed(report.matches) if match.counts}
    distro = report.distro
    return render_page(
        "scan.html",
        {
            "report": report,
            "system": distro.title if distro else "no distribution",
            "created": datetime.fromtimestamp(report.created, UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "total": len(counted),
            "unknown": nothing_known(report),
            "levels": [
                (str(level), sum(one.advisory.level is level for one in counted.values())) for level in reversed(Level)
            ],
            "fixable": len({one.advisory.id for one in report.matches if one.counts and one.fixed_in}),
            "known": sum(bool(one.advisory.exploitation.known_since) for one in counted.values()),
            "dismissed": len({one.advisory.id for one in report.matches if not one.counts} - counted.keys()),
            "next": next_step(report).removeprefix("next: "),
            "rows": [_row(line) for line in scan_lines(report.matches)],
            "sources": [source_line(source, report.created).removeprefix("source: ") for source in report.sources],
            "tool": tool,
        },
    )


def _row(line: ScanLine) -> _Row:
    match = line.first
    one = match.suppressed_by
    said = ", ".join(filter(None, (one.status, one.justification, one.reason, one.owner))) if one else ""
    return _Row(
        id=match.advisory.id,
        url=next(filter(None, map(web_url, (*match.advisory.references, *(claim.url for claim in match.why)))), ""),
        level=str(match.advisory.level),
        packages=line.packages,
        installed=match.package.version,
        fixed=fixed_text(match),
        remark=remark(match, origin=True),
        summary=match.advisory.summary or match.advisory.details,
        why=match.why,
        dismissed=f"does not count: {said} ({one.kind}: {one.source})" if one else "",
        paths=tuple(sorted({f"/{location.path}" for location in match.package.locations})[:5]),
        counts=match.counts,
    )
