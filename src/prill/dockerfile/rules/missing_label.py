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
    for stage in dockerfile.stages if context.labels else ():
        if stage.from_step is None or stage.index in taken:
            continue
        steps = [step for one in stage.lineage for step in one.of("LABEL") if not step.deferred]
        keys = {key for step in steps for key, _ in labels(step)}
        for wanted in context.labels:
            if wanted.name not in keys:
                yield Problem(span=stage.from_step.span, message=f"the label {wanted.name} is missing")


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
