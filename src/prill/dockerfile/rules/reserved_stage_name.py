"""The stage name means something else."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        word = stage.source.name if stage.source else None
        if word is not None and stage.name in {"scratch", "context"}:
            yield Problem(span=word.span, aliases=None if word.text == stage.name else ("ReservedStageName",))


RULE = Rule(
    id="reserved-stage-name",
    aliases=("DL3063", "ReservedStageName"),
    severity=Severity.ERROR,
    summary="The stage name means something else",
    check=_check,
)
