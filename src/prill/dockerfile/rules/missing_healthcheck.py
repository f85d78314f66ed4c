"""The stage has no HEALTHCHECK."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    good: set[int] = set()
    for stage in dockerfile.stages:
        if any(not step.deferred for step in stage.of("HEALTHCHECK")):
            good |= {one.index for one in stage.lineage}
        elif stage.parent is not None and stage.parent.index in good:
            good.add(stage.index)
    for stage in dockerfile.stages:
        if stage.index not in good and stage.from_step is not None:
            yield Problem(span=stage.from_step.span, aliases=None if stage is dockerfile.final else ("DL3057",))


RULE = Rule(
    id="missing-healthcheck",
    aliases=("DL3057", "DS-0026", "CKV_DOCKER_2", "CIS-DI-0006"),
    severity=Severity.INFO,
    summary="The stage has no HEALTHCHECK",
    check=_check,
    default=False,
)
