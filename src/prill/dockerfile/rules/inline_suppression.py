"""A comment suppresses findings."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.pragmas import PragmaKind, find_pragmas
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for pragma in find_pragmas(dockerfile):
        if pragma.tool in {"hadolint", "prill"}:
            known = pragma.tool == "hadolint" and pragma.kind is PragmaKind.NEXT
            yield Problem(span=pragma.span, aliases=None if known else ())


RULE = Rule(
    id="inline-suppression",
    aliases=("DL1001",),
    severity=Severity.INFO,
    summary="A comment suppresses findings",
    check=_check,
    default=False,
)
