"""A report about an image on a terminal."""

import textwrap
from collections.abc import Iterator, Sequence

from prill.views.columns import cut, printable
from prill.views.inspection_page import LEVEL_WORDS, Cell, Page, Section
from prill.views.sbom_table import gap_lines

__all__ = ["inspection_text"]

_MARKS = {"attention": "!", "note": "-", "good": "+"}
_SHORT = 10
_LEAST = 8


def inspection_text(page: Page, *, width: int, verbose: bool = False) -> str:
    """Lay the report out for ``width`` columns; with ``verbose``, all rows, and long paths in full, too."""
    lines = [cut(printable(page.title), width), *_wrapped(page.summary, width, "  ", "  ")]
    lines += [f"  {printable(label):<9} {printable(value)}"[:width] for label, value in page.head[1:]]
    for level, words in LEVEL_WORDS.items():
        found = [remark.text for remark in page.remarks if remark.level == level]
        if found:
            lines += ["", f"{words}, {len(found)}"]
            for text in found:
                lines += _wrapped(text, width, f"  {_MARKS[level]} ", "    ")
    for section in page.sections:
        lines += ["", *_section(section, width, verbose=verbose)]
    if page.gaps:
        lines += ["", *gap_lines(page.gaps, width=width)]
    return "\n".join(lines)


def _section(section: Section, width: int, *, verbose: bool) -> Iterator[str]:
    yield section.title.upper() if section.rows else f"{section.title.upper()}: {printable(section.lead)}"
    if section.rows and section.lead:
        yield from _wrapped(section.lead, width, "  ", "  ")
    if not section.titles:
        labels = max((len(row[0].text) for row in section.rows), default=0)
        for label, value in section.rows:
            start = f"  {label.text:<{labels}}  "
            yield from _wrapped(value.text, width, start, " " * len(start))
        return
    rows = section.rows if verbose else section.rows[:_SHORT]
    yield from _table(section.titles, rows, width, whole=verbose) if rows else ()
    if len(rows) < len(section.rows):
        yield f"  … {len(section.rows) - len(rows)} more; --verbose shows all"


def _table(titles: Sequence[str], rows: Sequence[tuple[Cell, ...]], width: int, *, whole: bool) -> Iterator[str]:
    lines = [tuple(titles), *(tuple(printable(cell.text) for cell in row) for row in rows)]
    kinds = [cell.kind for cell in rows[0]]
    widths = _widths(lines, kinds, width)
    for line in lines:
        cells = zip(line, widths, kinds, strict=True)
        yield "".join(f"  {_fitted(cell, room, kind)}" for cell, room, kind in cells).rstrip()
        if whole:
            for cell, room, kind in zip(line, widths, kinds, strict=True):
                if kind == "code" and len(cell) > room:
                    yield from _wrapped(cell, width, "      ", "      ")


def _fitted(text: str, room: int, kind: str) -> str:
    """Shorten what is too long: of a path the middle, so that its name stays."""
    if kind == "number":
        return f"{cut(text, room):>{room}}"
    if kind == "code" and len(text) > room:
        front = room // 3
        return f"{text[:front]}…{text[len(text) - (room - front - 1) :]}"
    return f"{cut(text, room):<{room}}"


def _widths(lines: Sequence[Sequence[str]], kinds: Sequence[str], width: int) -> list[int]:
    """Return the columns' widths: words give way first, to twice the least, then all texts, the widest first."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    while sum(widths) + 2 * len(widths) > width:
        words = [one for one, kind in enumerate(kinds) if kind == "words" and widths[one] > 2 * _LEAST]
        texts = [one for one, kind in enumerate(kinds) if kind != "number" and widths[one] > _LEAST]
        able = words if words and max(widths[one] for one in words) * 2 >= max(widths[one] for one in texts) else texts
        if not able:
            break
        widths[max(able, key=lambda column: widths[column])] -= 1
    return widths


def _wrapped(text: str, width: int, first: str, then: str) -> list[str]:
    return textwrap.wrap(
        printable(text), width, initial_indent=first, subsequent_indent=then, break_on_hyphens=False
    ) or [first.rstrip()]
