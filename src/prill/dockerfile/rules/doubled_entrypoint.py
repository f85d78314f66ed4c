"""The base starts the interpreter, and CMD names it again."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.dockerfile.rules._bases import base_of
from prill.dockerfile.source import Span
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        known = base_of(stage)
        state = stage.result
        if known is None or not known.entrypoint or state.entrypoint is not None or state.command is None:
            continue
        words = state.command.json
        if words and stage.of("CMD"):
            program = words[0].text.rpartition("/")[2]
            if program.rstrip("0123456789.") == known.entrypoint.rstrip("0123456789."):
                gap = Span(words[0].span.start - 1, words[1].span.start - 1) if len(words) > 1 else None
                fix = replacement("name the script alone", gap, "", safe=False) if gap is not None else None
                yield Problem(span=words[0].span, message=f"the base starts {known.entrypoint} already", fix=fix)


RULE = Rule(
    id="doubled-entrypoint",
    severity=Severity.ERROR,
    summary="The base starts the interpreter, and CMD names it again",
    check=_check,
)
