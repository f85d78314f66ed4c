"""A label that the settings do not know."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._labels import labels
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, context: Context) -> Iterator[Problem]:
    if not context.strict_labels:
        return
    known = {wanted.name for wanted in context.labels}
    for step in dockerfile.of("LABEL"):
        for key, pair in labels(step):
            if key not in known and not step.deferred:
                yield Problem(span=pair.key.span, message=f"the label {key} is not one of those that the settings know")


RULE = Rule(
    id="superfluous-label",
    aliases=("DL3050",),
    severity=Severity.INFO,
    summary="A label that the settings do not know",
    check=_check,
)
