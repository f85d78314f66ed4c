"""A label that the settings ask for is missing."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile, Stage
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._labels import labels
from prill.dockerfile.step import Step
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, context: Context) -> Iterator[Problem]:
    taken = {stage.index for step in dockerfile.of("COPY") for stage in _named(dockerfile, step)}
    own = [_keys(stage) for stage in dockerfile.stages if context.labels]
    above: dict[int, set[str]] = {}
    for stage in dockerfile.stages if context.labels else ():
        if stage.parent is not None and not stage.name:  # what a last stage without a name says, its base need not
            above.setdefault(stage.parent.index, set()).update(own[stage.index])
    for stage in dockerfile.stages if context.labels else ():
        if stage.from_step is None or stage.index in taken:
            continue
        keys = above.get(stage.index, set()).union(*(own[one.index] for one in stage.lineage))
        for wanted in context.labels:
            if wanted.name not in keys:
                yield Problem(span=stage.from_step.span, message=f"the label {wanted.name} is missing")


def _keys(stage: Stage) -> set[str]:
    return {key for step in stage.of("LABEL") if not step.deferred for key, _ in labels(step)}


def _named(dockerfile: Dockerfile, step: Step) -> Iterator[Stage]:
    for image in step.images:
        stage = dockerfile.stage_named(image.text)
        if stage is not None:
            yield stage


RULE = Rule(
    id="missing-label",
    aliases=("DL3049",),
    severity=Severity.INFO,
    summary="A label that the settings ask for is missing",
    check=_check,
)
