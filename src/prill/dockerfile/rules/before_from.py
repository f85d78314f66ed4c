"""Only ARG may stand before the first FROM."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.keywords import KEYWORDS
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.steps:
        if step.keyword == "FROM":
            return
        if step.statement.keyword in KEYWORDS - {"ARG"}:
            yield Problem(span=step.span)


RULE = Rule(
    id="before-from",
    aliases=("DL3061",),
    severity=Severity.ERROR,
    summary="Only ARG may stand before the first FROM",
    check=_check,
)
