"""A scan in Markdown, for a pull request or a wiki: counts, the findings by risk, what is not known, the next step."""

from collections.abc import Iterable

from prill.model.advisory import Level
from prill.model.regex import regex
from prill.model.scan_report import ScanReport
from prill.views.columns import printable
from prill.views.scan_table import fixed_text, next_step, nothing_known, remark, scan_lines, source_line

__all__ = ["markdown_text", "scan_markdown"]

_SPECIAL = str.maketrans({**{one: f"\\{one}" for one in "\\`*_{}[]()#+!|~"}, "&": "&amp;", "<": "&lt;", ">": "&gt;"})


_MENTION = regex(r"(?<![A-Za-z0-9_])@(?=[A-Za-z0-9])")
"""What GitHub and GitLab take for somebody's name, whom they tell of it: npm's scopes are written so."""


def markdown_text(text: str) -> str:
    """Return a text that Markdown shows as it is, and that calls nobody."""
    return _MENTION.sub("@<!-- -->", printable(text).translate(_SPECIAL))


def scan_markdown(report: ScanReport) -> str:
    """Lay a report out."""
    system = f", {report.distro.title}" if report.distro else ""
    lines = [f"# {markdown_text(report.subject.name + system)}", ""]
    if report.subject.digest:
        lines += [f"`{report.subject.digest}`", ""]
    lines += [*_counts(report), "", f"**Next:** {markdown_text(next_step(report).removeprefix('next: '))}", ""]
    rows = scan_lines(report.matches)
    if rows:
        lines += ["| Vulnerability | Severity | Package | Installed | Fixed in | Remark |", "|---|---|---|---|---|---|"]
    for row in rows:
        match = row.first
        names = ", ".join(row.packages)
        cells = (names, match.package.version, fixed_text(match), remark(match, origin=True))
        level = "" if match.advisory.level is Level.UNKNOWN else str(match.advisory.level)
        link = _link(match.advisory.id, match.advisory.references)
        lines.append(f"| {' | '.join((link, level, *map(markdown_text, cells)))} |")
    for title, texts in (
        ("Not known", [f"{gap.subject}: {gap.reason}" for gap in report.gaps]),
        ("Notes", (*report.expired, *report.notes)),
        ("Sources", [source_line(source, report.created).removeprefix("source: ") for source in report.sources]),
    ):
        if texts:
            lines += ["", f"## {title}", "", *(f"- {markdown_text(text)}" for text in texts)]
    return "\n".join(lines) + "\n"


def _counts(report: ScanReport) -> Iterable[str]:
    counted = {match.advisory.id: match.advisory.level for match in report.matches if match.counts}
    if report.upgrades_only and not any(level.rank for level in counted.values()):
        fixed = len({match.advisory.id for match in report.matches if match.counts and match.fixed_in})
        yield from ("| packages | fixed by upgrades | others |", "|---|---|---|")
        others = f"{len(counted) - fixed} or more" if len(counted) > fixed else "not known"
        yield f"| {report.packages} | {fixed} | {others} |"
        return
    found = [(level, sum(one is level for one in counted.values())) for level in reversed(Level)]
    yield "| packages | vulnerabilities | " + " | ".join(str(level) for level, _ in found) + " |"
    yield "|---|---|" + "---|" * len(found)
    if nothing_known(report):
        yield f"| {report.packages} | unknown |" + " unknown |" * len(found)
        return
    yield f"| {report.packages} | {len(counted)} | " + " | ".join(str(number) for _, number in found) + " |"


def _link(id_: str, references: Iterable[str]) -> str:
    url = next((one for one in references if one.startswith("https://") and not set(one) & set("()<> |")), "")
    return f"[{markdown_text(id_)}]({url})" if url else markdown_text(id_)
