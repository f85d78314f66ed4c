"""A scan on a terminal: what was found by risk, in columns, then what is not known, and what to do next."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from prill.model import ApkDetails, DebDetails, Package
from prill.model.advisory import AdvisorySource, Level
from prill.model.regex import regex
from prill.model.scan_report import ScanReport
from prill.model.value import dataclass
from prill.model.vulnerability_match import MatchState, Origin, VulnerabilityMatch
from prill.views.ages import age
from prill.views.columns import cut, printable
from prill.views.sbom_table import gap_lines
from prill.views.sizes import count

__all__ = ["ScanLine", "fixed_text", "next_step", "nothing_known", "remark", "scan_lines", "scan_table", "source_line"]

_TITLES = ("VULNERABILITY", "SEVERITY", "PACKAGE", "INSTALLED", "FIXED IN", "REMARK")
_PACKAGE, _INSTALLED, _FIXED, _REMARK = range(2, 6)
_GIVE_WAY = {_PACKAGE: 14, _REMARK: 9, _FIXED: 10, _INSTALLED: 10}
"""Which columns become narrower where there is no room, and how narrow."""

_USUAL = 22
"""How long most versions are at most; a row with a longer one may take two lines."""

_BETWEEN = 2
_GO = regex(r"@(?:go|v)(?=[0-9])")
_STATES = {
    MatchState.AFFECTED: "no fix",
    MatchState.NO_DSA: "no fix (no-dsa)",
    MatchState.POSTPONED: "no fix (postponed)",
    MatchState.UNIMPORTANT: "no fix (unimportant)",
    MatchState.WILL_NOT_FIX: "will not be fixed",
    MatchState.END_OF_LIFE: "end of life",
    MatchState.UNDETERMINED: "undetermined",
    MatchState.NOT_AFFECTED: "not affected",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanLine:
    """Matches of one vulnerability in packages that are upgraded together; the first stands for all."""

    first: VulnerabilityMatch
    packages: tuple[str, ...]


def scan_lines(matches: Iterable[VulnerabilityMatch]) -> tuple[ScanLine, ...]:
    """Put matches together that say the same of packages of one source, in the order in which they come."""
    found: dict[tuple[object, ...], list[VulnerabilityMatch]] = {}
    for match in matches:
        key = (match.advisory.id, *_upgraded(match.package), match.fixed_in, match.state, match.suppressed_by)
        found.setdefault(key, []).append(match)
    return tuple(
        ScanLine(first=group[0], packages=tuple(dict.fromkeys(one.package.name for one in group)))
        for group in found.values()
    )


def _upgraded(package: Package) -> tuple[str, str]:
    """Return what is upgraded, and from which version; some write ``v1.25.0`` or ``go1.25.0`` where others do not."""
    if isinstance(package.details, DebDetails):
        return package.details.source_name, package.version
    if isinstance(package.details, ApkDetails) and package.details.origin:
        return package.details.origin, package.version
    if package.purl.startswith("pkg:golang/"):
        return _GO.sub("@", package.purl), _GO.sub("@", f"@{package.version}")
    return package.purl, package.version


def scan_table(report: ScanReport, *, width: int) -> str:
    """Lay a report out for ``width`` columns; ids and versions are never shortened."""
    lines = [*_heading(report, width), *_wrapped(printable(_counts(report)), width), ""]
    rows = scan_lines(report.matches)
    several = len({row.first.origin for row in rows}) > 1
    if rows:
        lines += [*_table([_row(row, origin=several) for row in rows], width), ""]
    texts = (*report.expired, *report.notes, *(source_line(source, report.created) for source in report.sources))
    lines += [piece for text in texts for piece in _wrapped(printable(text), width)]
    if report.gaps:
        lines += gap_lines(report.gaps, width=width)
    lines += ["", *_wrapped(printable(next_step(report)), width)]
    return "\n".join(lines)


def _heading(report: ScanReport, width: int) -> list[str]:
    distro = report.distro
    system = f", {distro.title}" if distro else ""
    text = f"{report.subject.name}{system}: {count(report.packages, 'package')}"
    return textwrap.wrap(printable(text), width, subsequent_indent="  ", break_on_hyphens=False)


def source_line(source: AdvisorySource, now: int) -> str:
    """Say where advisories came from and how old they are."""
    newest = f", {age(now - source.modified)}" if source.modified else ""
    records = f", {count(source.records, 'record')}" if source.records else ""
    return f"source: {source.name}{records}{newest}"


def next_step(report: ScanReport) -> str:
    """Say in one line what removes most."""
    advice = report.advice
    if not advice.upgrades:
        return f"next: {_without_upgrade(report)}"
    best = advice.upgrades[0]
    all_of_them = count(advice.removes + advice.remain, "vulnerability", "vulnerabilities")
    if len(advice.upgrades) == 1:
        return f"next: upgrade {best.name} to {best.version}: it removes {advice.removes:,} of {all_of_them}"
    return (
        f"next: {len(advice.upgrades):,} upgrades (rebuild on the current packages) remove "
        f"{advice.removes:,} of {all_of_them}; most go with {best.name} {best.version}: {best.removes:,}"
    )


def _without_upgrade(report: ScanReport) -> str:
    if report.advice.remain:
        remain = count(report.advice.remain, "vulnerability", "vulnerabilities")
        return f"no upgrade removes any of the {remain}; --explain ID says more of one"
    if report.hidden and not report.matches:
        return f"nothing of what was asked for; {count(report.hidden, 'other finding')} not shown"
    if report.gaps:
        return "nothing was found, and not everything could be looked at: see the gaps"
    if report.upgrades_only:
        return "nothing to upgrade; a database says what has no fix: prill db --help"
    return "nothing to do; no upgrade in any of the sources fixes anything"


def _counts(report: ScanReport) -> str:
    counted = {match.advisory.id: match for match in reversed(report.matches) if match.counts}
    levels = [
        f"{number:,} of unknown severity" if level is Level.UNKNOWN else f"{number:,} {level}"
        for level in reversed(Level)
        if (number := sum(match.advisory.level is level for match in counted.values()))
    ]
    kinds = f" ({', '.join(levels)})" if levels else ""
    fixed = len({match.advisory.id for match in report.matches if match.counts and match.fixed_in})
    known = sum(bool(match.advisory.exploitation.known_since) for match in counted.values())
    suppressed = len({match.advisory.id for match in report.matches if not match.counts} - counted.keys())
    found = count(len(counted), "vulnerability", "vulnerabilities")
    parts = [f"{found}{kinds}", f"{fixed:,} fixed by upgrades"]
    if report.upgrades_only and len(counted) == fixed:
        parts = [f"{found} fixed by upgrades{kinds}, others are not known"]
    elif nothing_known(report):
        parts = ["vulnerabilities: unknown, as not everything could be looked at"]
    parts += [f"{known:,} known to be exploited"] if known else []
    parts += [f"{suppressed:,} suppressed or denied"] if suppressed else []
    return ", ".join(parts)


def nothing_known(report: ScanReport) -> bool:
    """Return whether nothing was found while something could not be looked at, which is not zero."""
    return bool(report.gaps) and not any(match.counts for match in report.matches)


def _row(line: ScanLine, *, origin: bool) -> tuple[str, ...]:
    match = line.first
    others = len(line.packages) - 1
    name = match.package.name + (f" +{others}" if others else "")
    level = "" if match.advisory.level is Level.UNKNOWN else str(match.advisory.level)
    return (
        match.advisory.id,
        level or "-",
        name,
        match.package.version or "-",
        fixed_text(match),
        remark(match, origin=origin),
    )


def fixed_text(match: VulnerabilityMatch) -> str:
    """Return the version with the fix, or why there is none."""
    return match.fixed_in or _STATES[match.state]


def remark(match: VulnerabilityMatch, *, origin: bool) -> str:
    """Say what else there is to a match: exploits, dismissals, and with ``origin`` whose layer brought it."""
    used = match.advisory.exploitation
    parts = ["KEV"] if used.known_since else []
    parts += [f"EPSS {used.epss:.0%}"] if used.epss is not None and used.epss >= 0.01 else []  # noqa: PLR2004 - one percent
    trimmed = match.suppressed_by is not None and match.suppressed_by.kind == "trimmed"
    parts += ["code trimmed"] if match.absent else []
    if match.suppressed_by and not trimmed:
        parts.append(f"{match.suppressed_by.kind}: {match.suppressed_by.status}")
    elif match.fixed_in and match.state is not MatchState.FIXED:
        parts.append(str(match.state))
    if origin and match.origin is not Origin.UNKNOWN:
        parts.append("base" if match.origin is Origin.BASE else "app")
    return ", ".join(parts)


def _table(rows: Sequence[tuple[str, ...]], width: int) -> Iterator[str]:
    """Lay out rows; the package's name and the remark give way, and a fixed version that has no room moves below."""
    shown = [tuple(map(printable, row)) for row in rows]
    last = len(_TITLES) if any(row[-1] for row in shown) else len(_TITLES) - 1
    table = [row[:last] for row in (_TITLES, *shown)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    widths[_INSTALLED:_REMARK] = [min(_USUAL, each) for each in widths[_INSTALLED:_REMARK]]
    between = _BETWEEN * (len(widths) - 1)
    for place, least in _GIVE_WAY.items():
        over = sum(widths) + between - width
        if place < len(widths) and over > 0:
            widths[place] = max(min(least, widths[place]), widths[place] - over)
    for row in table:
        yield from _fitted(row, widths, width)


def _fitted(row: Sequence[str], widths: Sequence[int], width: int) -> Iterator[str]:
    """Yield a row in one line, or where its versions are too long for that in two."""
    gap = " " * _BETWEEN
    cells = [*row[:_PACKAGE], _cut_name(row[_PACKAGE], widths[_PACKAGE]), *row[_INSTALLED:_REMARK]]
    cells += [cut(cell, widths[_REMARK]) for cell in row[_REMARK:]]
    line = gap.join(f"{cell:<{room}}" for cell, room in zip(cells, widths, strict=True)).rstrip()
    if len(line) <= width:
        yield line
        return
    yield gap.join(f"{cell:<{room}}" for cell, room in zip(cells[:_FIXED], widths, strict=False)).rstrip()
    rest = gap.join(f"{cell:<{room}}" for cell, room in zip(cells[_FIXED:], widths[_FIXED:], strict=True)).rstrip()
    indent = sum(widths[:_FIXED]) + _BETWEEN * _FIXED
    yield f"{'':<{max(0, min(indent, width - len(rest)))}}{rest}"


def _cut_name(cell: str, width: int) -> str:
    """Shorten a package's name, not how many others there are."""
    name, plus, others = cell.rpartition(" +")
    return cut(name, width - len(plus) - len(others)) + plus + others if others.isdecimal() else cut(cell, width)


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)
