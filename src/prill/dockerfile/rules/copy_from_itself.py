"""COPY --from names the stage that it stands in."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("COPY"):
        flag = step.instruction.flag("from")
        if flag is not None and flag.value and step.stage is not None and not step.deferred:
            same = step.stage.name and flag.value.lower() == step.stage.name
            if same or flag.value == str(step.stage.index):
                exact = step.stage.source and step.stage.source.name and step.stage.source.name.text == flag.value
                yield Problem(span=flag.value_span, aliases=None if exact else ())


RULE = Rule(
    id="copy-from-itself",
    aliases=("DL3023", "DS-0006"),
    severity=Severity.ERROR,
    summary="COPY --from names the stage that it stands in",
    check=_check,
)
