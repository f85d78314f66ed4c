"""A stage name has capital letters."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        word = stage.source.name if stage.source else None
        if word is not None and word.text != stage.name:
            yield Problem(span=word.span, fix=replacement("write it in lower case", word.span, stage.name))


RULE = Rule(
    id="stage-name-casing",
    aliases=("StageNameCasing",),
    severity=Severity.STYLE,
    summary="A stage name has capital letters",
    check=_check,
)
