"""COPY takes everything from another stage."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("COPY"):
        copy = step.copy
        if copy is not None and step.instruction.flag("from") and not step.deferred:
            *sources, destination = (word.text.strip("\"'") for word in (*copy.sources, copy.destination))
            if destination == "/" and "/" in sources:
                yield Problem(span=step.span)


RULE = Rule(
    id="copy-whole-stage",
    aliases=("DL3067",),
    severity=Severity.WARNING,
    summary="COPY takes everything from another stage",
    check=_check,
)
