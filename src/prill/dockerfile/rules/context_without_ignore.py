"""The whole context is copied, and nothing is left out."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, context: Context) -> Iterator[Problem]:
    if context.ignore_file != "":
        return
    for step in dockerfile.of("COPY", "ADD"):
        copy = step.copy
        if copy is None or step.instruction.flag("from"):
            continue
        for word in copy.sources:
            if word.text.strip("\"'") in {".", "./", "*", "/"}:
                yield Problem(word.span)


RULE = Rule(
    id="context-without-ignore",
    severity=Severity.INFO,
    summary="The whole context is copied, and nothing is left out",
    check=_check,
)
