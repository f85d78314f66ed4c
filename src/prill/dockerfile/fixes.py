"""Applies fixes to a file's text. Those that would touch the same characters wait for the next round."""

from bisect import bisect_left, insort
from collections.abc import Iterable
from operator import attrgetter
from typing import NamedTuple

from prill.model.finding import Edit, Finding

__all__ = ["Fixed", "apply_fixes"]

_START = attrgetter("start")


class Fixed(NamedTuple):
    """The text after fixes, how many were applied, and how many had to wait."""

    text: str
    applied: int
    waiting: int


def apply_fixes(text: str, findings: Iterable[Finding], *, unsafe: bool = False) -> Fixed:
    """Apply the first fix of each finding that is not suppressed, in the order of their places."""
    chosen: list[Edit] = []  # none of them clash, so that a new one is compared with its neighbours alone
    applied = waiting = 0
    for finding in findings:
        if finding.suppressed_by is not None or not finding.fixes:
            continue
        fix = finding.fixes[0]
        if not fix.safe and not unsafe:
            continue
        new = [edit for edit in fix.edits if not _has(chosen, edit)]
        if any(_clashes(chosen, edit) for edit in new):
            waiting += 1
            continue
        for edit in new:
            insort(chosen, edit, key=_START)
        applied += 1
    parts: list[str] = []
    place = 0
    for edit in chosen:
        parts += [text[place : edit.start], edit.text]
        place = edit.end
    return Fixed("".join((*parts, text[place:])), applied, waiting)


def _has(chosen: list[Edit], edit: Edit) -> bool:
    place = bisect_left(chosen, edit.start, key=_START)
    return place < len(chosen) and chosen[place] == edit


def _clashes(chosen: list[Edit], edit: Edit) -> bool:
    place = bisect_left(chosen, edit.start, key=_START)
    return any(_clash(edit, other) for other in chosen[max(0, place - 1) : place + 1])


def _clash(one: Edit, other: Edit) -> bool:
    if one.start == one.end or other.start == other.end:
        return one.start == other.start or one.start < other.start < one.end or other.start < one.start < other.end
    return one.start < other.end and other.start < one.end
