"""A blank line inside of an instruction."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.syntax import PieceKind
from prill.model.finding import Edit, Fix, Severity

__all__ = ["RULE"]

_BLANK = PieceKind.BLANK
_OF_ONE_LINE = 2
"""How many pieces an instruction has that no other line belongs to: the text, and what ends the line."""


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.steps:
        pieces = step.statement.pieces
        if len(pieces) <= _OF_ONE_LINE:
            continue
        blank = [(start, end) for kind, start, end in pieces if kind is _BLANK]
        if blank:
            edits = tuple(Edit(start, end, "") for start, end in blank)
            span = step.statement.written
            yield Problem(span=span, fix=Fix(message="take the blank lines out", edits=edits))


RULE = Rule(
    id="empty-continuation",
    aliases=("NoEmptyContinuation",),
    severity=Severity.WARNING,
    summary="A blank line inside of an instruction",
    check=_check,
)
