"""COPY of several files needs a destination that ends with a slash."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("COPY"):
        copy = step.copy
        if copy is not None and not step.deferred and len(copy.sources) + copy.heredocs > 1:
            destination = copy.destination.text.strip("\"'")
            if not destination.endswith(("/", "\\") if dockerfile.file.escape == "`" else "/"):
                yield Problem(span=copy.destination.span)


RULE = Rule(
    id="copy-without-slash",
    aliases=("DL3021", "DS-0011"),
    severity=Severity.ERROR,
    summary="COPY of several files needs a destination that ends with a slash",
    check=_check,
)
