"""Only the last HEALTHCHECK of a stage counts."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        found = [step for step in stage.of("HEALTHCHECK") if not step.deferred]
        for step in found[1:]:
            yield Problem(span=step.span)


RULE = Rule(
    id="multiple-healthchecks",
    aliases=("DL3012", "MultipleInstructionsDisallowed", "DS-0023"),
    severity=Severity.WARNING,
    summary="Only the last HEALTHCHECK of a stage counts",
    check=_check,
)
