"""Text in columns that fits a terminal, whatever is in it."""

import textwrap
from collections.abc import Sequence

__all__ = ["WIDTH", "cut", "folded", "printable", "table"]

WIDTH = 100
_LEAST = 8


def printable(text: str) -> str:
    """Return ``text`` with control characters written out: a terminal is not the image's to command."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def cut(text: str, width: int = WIDTH) -> str:
    """Return ``text``, or its beginning and an ellipsis where it is longer than ``width``."""
    return text if len(text) <= width else text[: width - 1] + "…"


def folded(text: str, width: int = WIDTH, *, lines: int) -> tuple[str, ...]:
    """Return ``text`` in at most ``lines`` lines, broken between words; an ellipsis ends one that is longer."""
    wrapped = textwrap.wrap(text, width, break_on_hyphens=False)
    if len(wrapped) > lines:
        wrapped[lines - 1 :] = [cut(" ".join(wrapped[lines - 1 :]), width)]
    return tuple(wrapped) or ("",)


def table(titles: Sequence[str], rows: Sequence[Sequence[str]], *, texts: int) -> str:
    """Lay rows out in columns: the first ``texts`` are texts and give way, the others are numbers and do not."""
    lines = [tuple(titles), *(tuple(printable(cell) for cell in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    between = 2 * len(widths)
    while (over := sum(widths) + between - WIDTH) > 0:
        widest = max(range(texts), key=lambda column: widths[column])
        if widths[widest] <= _LEAST:
            break
        widths[widest] = max(_LEAST, widths[widest] - over, _second(widths[:texts], widest))
    return "\n".join(
        "".join(
            f"  {cut(cell, width):<{width}}" if column < texts else f"  {cell:>{width}}"
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _second(widths: Sequence[int], widest: int) -> int:
    """Return how far the widest column may shrink before another one is as wide; at least one less than it is."""
    others = [width for column, width in enumerate(widths) if column != widest]
    return min(max(others, default=0), widths[widest] - 1)
