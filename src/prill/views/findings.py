"""Findings for people: the place, the line, a caret below what is meant, and a count at the end."""

from collections import Counter
from collections.abc import Callable

from prill.model.finding import Finding, Report, Severity
from prill.model.value import dataclass
from prill.views.columns import cut, printable

__all__ = ["FindingsView", "render_findings", "summarize_findings"]

_TAB = "    "
_MOST_ALIASES = 2
_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36", Severity.STYLE: "35"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsView:
    """How much is shown: findings from ``least`` up, suppressed ones too with ``all_``, in colours where ``colour``."""

    least: Severity = Severity.STYLE
    all_: bool = False
    colour: bool = False
    width: int = 100


def render_findings(report: Report, line_of: Callable[[str, int], str], view: FindingsView) -> str:
    """Return the findings one below the other; ``line_of`` gives a line of a file by path and number."""
    shown = [finding for finding in report.findings if _shown(finding, view)]
    return "\n".join(_finding(finding, line_of, view) for finding in shown)


def _shown(finding: Finding, view: FindingsView) -> bool:
    return finding.severity.reaches(view.least) and (view.all_ or finding.suppressed_by is None)


def _finding(finding: Finding, line_of: Callable[[str, int], str], view: FindingsView) -> str:
    place = finding.location
    names = [*finding.aliases[:_MOST_ALIASES], *(["…"] if len(finding.aliases) > _MOST_ALIASES else [])]
    aliases = f" ({', '.join(names)})" if names else ""
    name = _painted(f"{finding.severity}[{finding.rule}]", _COLOURS[finding.severity], view)
    mended = ""
    if finding.fixes:
        mended = "\n  = fix: " + finding.fixes[0].message + ("" if finding.fixes[0].safe else " (unsafe)")
    if finding.suppressed_by is not None:
        reason = finding.suppressed_by.reason
        mended += f"\n  = suppressed by {finding.suppressed_by.kind}" + (f": {printable(reason)}" if reason else "")
    head = f"{name} {printable(finding.message)}{aliases}\n  --> {printable(place.path)}:{place.line}:{place.column}"
    number = str(place.line)
    text, caret = _marked(finding, line_of(place.path, place.line), view.width - len(number) - 3)
    margin = " " * len(number)
    caret = _painted(caret, _COLOURS[finding.severity], view)
    return f"{head}\n{margin} |\n{number} | {text}\n{margin} | {caret}{mended}\n"


def _marked(finding: Finding, line: str, width: int) -> tuple[str, str]:
    """Return the line, cut to what fits around the place, and the carets that go below it."""
    place = finding.location
    last = place.end_column if place.end_line == place.line else len(line) + 1
    before = printable(line[: place.column - 1].replace("\t", _TAB))
    marked = printable(line[place.column - 1 : last - 1].replace("\t", _TAB)).rstrip()
    after = printable(line[last - 1 :].replace("\t", _TAB))
    if len(before) + min(len(marked), width // 2) > width:
        before = "…" + before[-(width // 2) :]
    text = cut(before + marked + after, width)
    room = max(1, len(text) - len(before))
    return text.rstrip(), " " * len(before) + "^" * max(1, min(len(marked), room))


def _painted(text: str, code: str, view: FindingsView) -> str:
    return f"\x1b[1;{code}m{text}\x1b[0m" if view.colour else text


def summarize_findings(report: Report, view: FindingsView) -> str:
    """Return a line about all findings: how many of each severity, what is not shown, what is suppressed."""
    counts = Counter(finding.severity for finding in report.counted)
    files = len(report.subjects)
    told = ", ".join(_counted(counts[severity], severity.value) for severity in Severity if counts[severity])
    lines = [f"{_counted(files, 'file')}: {told or 'nothing found'}"]
    hidden = sum(counts[severity] for severity in Severity if not severity.reaches(view.least))
    if hidden:
        lines.append(f"{hidden} below {view.least} not shown; --severity style shows all")
    suppressed = len(report.findings) - len(report.counted)
    if suppressed:
        lines.append(f"{suppressed} suppressed")
    fixes = [finding.fixes[0] for finding in report.counted if finding.fixes]
    safe = sum(fix.safe for fix in fixes)
    if safe:
        lines.append(f"{safe} can be fixed with --fix")
    if len(fixes) > safe:
        lines.append(f"{len(fixes) - safe} more with --unsafe-fixes")
    return "; ".join(lines)


def _counted(number: int, noun: str) -> str:
    if noun in {"info", "style"}:
        return f"{number} {noun}"
    return f"{number} {noun}" + ("" if number == 1 else "s")
