"""AS is not written as FROM is."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        word = stage.source.as_word if stage.source else None
        if word is not None and stage.from_step is not None:
            written = dockerfile.file.source.slice(stage.from_step.statement.written)
            wanted = "as" if written.islower() else "AS" if written.isupper() else word.text
            if word.text != wanted:
                yield Problem(span=word.span, fix=replacement(f"write {wanted}", word.span, wanted))


RULE = Rule(
    id="from-as-casing",
    aliases=("FromAsCasing",),
    severity=Severity.STYLE,
    summary="AS is not written as FROM is",
    check=_check,
)
