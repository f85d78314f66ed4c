"""Applies fixes to a file's text. Those that would touch the same characters wait for the next round."""

from collections.abc import Iterable
from typing import NamedTuple

from prill.model.finding import Edit, Finding

__all__ = ["Fixed", "apply_fixes"]


class Fixed(NamedTuple):
    """The text after fixes, how many were applied, and how many had to wait."""

    text: str
    applied: int
    waiting: int


def apply_fixes(text: str, findings: Iterable[Finding], *, unsafe: bool = False) -> Fixed:
    """Apply the first fix of each finding that is not suppressed, in the order of their places."""
    chosen: list[Edit] = []
    applied = waiting = 0
    for finding in findings:
        if finding.suppressed_by is not None or not finding.fixes:
            continue
        fix = finding.fixes[0]
        if not fix.safe and not unsafe:
            continue
        new = [edit for edit in fix.edits if edit not in chosen]
        if any(_clash(edit, other) for edit in new for other in chosen):
            waiting += 1
            continue
        chosen.extend(new)
        applied += 1
    for edit in sorted(chosen, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return Fixed(text, applied, waiting)


def _clash(one: Edit, other: Edit) -> bool:
    if one.start == one.end or other.start == other.end:
        return one.start == other.start or one.start < other.start < one.end or other.start < one.start < other.end
    return one.start < other.end and other.start < one.end
