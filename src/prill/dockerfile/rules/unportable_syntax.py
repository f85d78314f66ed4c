"""Something that BuildKit reads and other readers of Dockerfiles refuse."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.keywords import SHELL_FORMS
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of(*sorted(SHELL_FORMS)):
        one = step.instruction
        if one.start >= one.end:
            yield Problem(
                span=one.written, message=f"{one.keyword} without a command: BuildKit takes it, others do not"
            )


RULE = Rule(
    id="unportable-syntax",
    aliases=("DL1000",),
    severity=Severity.INFO,
    summary="BuildKit reads this, other readers of Dockerfiles refuse it",
    check=_check,
    default=False,
)
