"""A title and labelled lines, for answers to one question."""

from collections.abc import Sequence

__all__ = ["fact_sheet"]


def fact_sheet(title: str, rows: Sequence[tuple[str, str]]) -> str:
    """Return ``title`` and one line a row, labels aligned; a row with an empty label continues the one above."""
    width = max((len(label) for label, _ in rows), default=0)
    return "\n".join([title, *(f"  {label:<{width}}  {value}".rstrip() for label, value in rows)])
