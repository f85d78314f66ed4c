"""Images side by side on a terminal, and in what each differs from the first."""

import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from prill.model.comparison import Comparison, Figure, Row, VulnerabilityDelta
from prill.model.image_diff import Direction
from prill.model.value import dataclass, replace
from prill.views.columns import cut, printable
from prill.views.sbom_table import gap_lines
from prill.views.scan_table import source_line
from prill.views.sizes import human_size

__all__ = ["DeltaLine", "comparison_table", "delta_lines", "delta_text", "short_names", "shown_rows"]

_LABEL = 25
_BETWEEN = 2
_SHOWN = 8
_BECAME = ("added", "removed", "changed")
_KIND = re.compile(r"^(?:oci-dir|oci-archive|docker-archive|docker-daemon|registry|dir):")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaLine:
    """One kind of difference: how many there are, what of it (``packages added``), and the first of their names."""

    count: int
    title: str
    names: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The whole line."""
        return f"{self.count:,} {self.title}{': ' if self.names else ''}{self.listed}"

    @property
    def listed(self) -> str:
        """The names, and how many there are besides; nothing where none is named."""
        more = f" and {self.count - len(self.names)} more" if self.count > len(self.names) else ""
        return f"{', '.join(self.names)}{more}" if self.names else ""


def comparison_table(comparison: Comparison, *, width: int) -> str:
    """Lay the comparison out for ``width`` columns; images that do not fit beside the others stand below them."""
    lines = [line for columns in _beside(_columns(comparison), width) for line in (*_table(columns, width), "")]
    first, *others = short_names([one.name for one in comparison.images])
    for name, delta in zip(others, comparison.deltas, strict=True):
        lines.append(cut(printable(f"{name}, compared with {first}:"), width))
        for text in [line.text for line in delta_lines(delta)] or ["nothing differs"]:
            lines += textwrap.wrap(
                printable(text), width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False
            )
        lines.append("")
    for text in (*comparison.notes, *(source_line(one, comparison.created) for one in comparison.sources)):
        lines += textwrap.wrap(printable(text), width, subsequent_indent="  ", break_on_hyphens=False)
    if comparison.gaps:
        lines += gap_lines(comparison.gaps, width=width)
    return "\n".join(lines).rstrip("\n")


def _columns(comparison: Comparison) -> list[list[str]]:
    """Return the rows' titles, then each image's name and figures."""
    rows = [(row.title, *_cells(row)) for row in shown_rows(comparison)]
    head = ("", *short_names([one.name for one in comparison.images]))
    return [list(map(printable, column)) for column in zip(head, *rows, strict=True)]


def _beside(columns: list[list[str]], width: int) -> Iterator[list[list[str]]]:
    """Yield the titles with as many images as fit, until all were there."""
    titles, *images = columns
    group: list[list[str]] = []
    taken = _LABEL
    for column in images:
        room = min(max(map(len, column)), width - _LABEL - _BETWEEN) + _BETWEEN
        if group and taken + room > width:
            yield [titles, *group]
            group, taken = [], _LABEL
        group.append(column)
        taken += room
    yield [titles, *group]


def _table(columns: list[list[str]], width: int) -> Iterator[str]:
    widths = [_LABEL - _BETWEEN, *(min(max(map(len, one)), width - _LABEL - _BETWEEN) for one in columns[1:])]
    for cells in zip(*columns, strict=True):
        shown = (f"{cut(cell, room):<{room}}" for cell, room in zip(cells, widths, strict=True))
        yield (" " * _BETWEEN).join(shown).rstrip()


def shown_rows(comparison: Comparison) -> tuple[Row, ...]:
    """Return the rows for people: not those of severities of which nothing is known in any image."""
    return tuple(
        row
        for row in comparison.rows
        if not row.id.startswith("vulnerabilities-") or not all(figure.unknown for figure in row.figures)
    )


def _cells(row: Row) -> list[str]:
    first = row.figures[0]
    return [first.text, *(figure.text + delta_text(row, first, figure) for figure in row.figures[1:])]


def delta_text(row: Row, first: Figure, figure: Figure) -> str:
    """Return by how much a figure differs from the first, in parentheses; nothing where either is no number."""
    if figure.number is None or first.number is None or figure.number == first.number or row.id == "age":
        return ""
    difference = figure.number - first.number
    if row.size and first.number:
        return f" ({difference / first.number:+.0%})"
    return f" (+{human_size(difference)})" if row.size else f" ({difference:+,d})"


def delta_lines(delta: VulnerabilityDelta) -> tuple[DeltaLine, ...]:
    """Return what came, went and changed, each kind that there is of."""
    moves = delta.diff.packages
    packages = {
        direction: [move.change.name for move in moves if move.direction is direction] for direction in Direction
    }
    files = Counter((one.is_file, one.became) for one in delta.diff.files)
    lines = [
        _line("vulnerability", "gone", delta.gone, many="vulnerabilities"),
        _line("vulnerability", "new", delta.new, many="vulnerabilities"),
        _line("vulnerability", "of the first, unknown here", delta.unknown, many="vulnerabilities"),
        _line("vulnerability", "here, unknown in the first", delta.unknown_before, many="vulnerabilities"),
        *(_line("package", direction, names) for direction, names in packages.items()),
        *(_counted("file", became, files[True, became]) for became in _BECAME),
        *(_counted("folder or link", became, files[False, became], many="folders and links") for became in _BECAME),
        _line("setting", "changed", [one.name for one in delta.diff.config]),
    ]
    return tuple(line for line in lines if line.count)


def _line(one: str, became: str, names: Sequence[str], *, many: str = "") -> DeltaLine:
    line = _counted(one, became, len(names), many=many)
    return replace(line, names=tuple(names[:_SHOWN]))


def _counted(one: str, became: str, number: int, *, many: str = "") -> DeltaLine:
    return DeltaLine(count=number, title=f"{one if number == 1 else many or one + 's'} {became}")


def short_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return what tells images apart: each name's last part, and of those that are alike as many parts as it takes.

    Where one has no more parts it is the whole name; the same name twice stays the same.
    """
    shown = [_last_parts(name, 1) for name in names]
    for depth in range(2, max((name.count("/") for name in names), default=0) + 3):
        named = Counter(label for _, label in set(zip(names, shown, strict=True)))
        if max(named.values(), default=0) <= 1:
            break
        shown = [
            _last_parts(name, depth) if named[label] > 1 else label for name, label in zip(names, shown, strict=True)
        ]
    return tuple(shown)


def _last_parts(name: str, depth: int) -> str:
    """Return so many of the last parts of an image's name, without its kind and digest; all of it where it has less."""
    parts = _KIND.sub("", name.rstrip("/")).split("/")
    parts[-1] = parts[-1].partition("@")[0]
    return "/".join(parts[-depth:]) if depth <= len(parts) and any(parts) else name
