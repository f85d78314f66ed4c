"""Images side by side as one HTML page with a chart, which needs nothing else."""

from datetime import UTC, datetime

from prill.model.advisory import Level
from prill.model.comparison import Comparison, Row
from prill.model.value import dataclass
from prill.views.comparison_table import delta_lines, delta_text, short_names, shown_rows
from prill.views.pages import render_page
from prill.views.scan_table import source_line

__all__ = ["comparison_html"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """What the page shows of a figure; ``trend`` is ``better``, ``worse`` or nothing."""

    text: str
    delta: str
    trend: str
    unknown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bar:
    """One image's bar in a chart: parts of a hundred by class, and its text."""

    name: str
    text: str
    parts: tuple[tuple[str, float, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chart:
    """Bars one below the other; ``legend`` says which classes of parts there are, where there are several."""

    title: str
    bars: list[_Bar]
    legend: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Say what the chart shows to those who do not see it."""
        shown = (
            f"{bar.name} {bar.text}"
            + (f" ({', '.join(part[2] for part in bar.parts)})" if self.legend and bar.parts else "")
            for bar in self.bars
        )
        return f"{self.title}: {'; '.join(shown)}"


def comparison_html(comparison: Comparison, *, tool: str) -> str:
    """Lay the comparison out; ``tool`` is Prill with its version."""
    names = list(short_names([subject.name for subject in comparison.images]))
    rows = {row.id: row for row in comparison.rows}
    return render_page(
        "comparison.html",
        {
            "names": names,
            "subjects": comparison.images,
            "created": datetime.fromtimestamp(comparison.created, UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "rows": [
                (row.title.strip(), row.title.startswith(" "), row.source, _cells(row))
                for row in shown_rows(comparison)
            ],
            "charts": [
                _Chart(title="size, unpacked", bars=_bars(rows["unpacked"], names)),
                _Chart(title="packages", bars=_bars(rows["packages"], names)),
                _levels(rows, names),
            ],
            "deltas": [(name, delta_lines(delta)) for name, delta in zip(names[1:], comparison.deltas, strict=True)],
            "notes": comparison.notes,
            "sources": [source_line(one, comparison.created).removeprefix("source: ") for one in comparison.sources],
            "gaps": comparison.gaps,
            "tool": tool,
        },
    )


def _cells(row: Row) -> list[_Cell]:
    first = row.figures[0]
    cells = []
    for figure in row.figures:
        delta = "" if figure is first else delta_text(row, first, figure).strip(" ()")
        trend = ""
        if delta and figure.number is not None and first.number is not None:
            trend = "better" if (figure.number < first.number) is row.less_is_better else "worse"
        cells.append(_Cell(text=figure.text, delta=delta, trend=trend, unknown=figure.unknown))
    return cells


def _bars(row: Row, names: list[str]) -> list[_Bar]:
    most = max((figure.number or 0 for figure in row.figures), default=0) or 1
    return [
        _Bar(name=name, text=figure.text, parts=(("low", 100 * (figure.number or 0) / most, figure.text),))
        for name, figure in zip(names, row.figures, strict=True)
    ]


def _levels(rows: dict[str, Row], names: list[str]) -> _Chart:
    total = rows["vulnerabilities"]
    most = max((figure.number or 0 for figure in total.figures), default=0) or 1
    bars = []
    for place, name in enumerate(names):
        parts = []
        for level in reversed(Level):
            number = rows[f"vulnerabilities-{level}"].figures[place].number or 0
            if number:
                parts.append((str(level), 100 * number / most, f"{number} {level}"))
        bars.append(_Bar(name=name, text=total.figures[place].text, parts=tuple(parts)))
    drawn = {part[0] for bar in bars for part in bar.parts}
    legend = tuple(str(level) for level in reversed(Level) if str(level) in drawn)
    return _Chart(title="vulnerabilities by severity", bars=bars, legend=legend)
