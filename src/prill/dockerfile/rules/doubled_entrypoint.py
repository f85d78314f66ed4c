"""The base or ENTRYPOINT starts the interpreter, and CMD names it again."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile, Stage
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.dockerfile.rules._bases import base_of
from prill.dockerfile.source import Span
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        who, started = _started(stage)
        command = stage.result.command
        words = command.json if command is not None else None
        if not started or not words or not stage.of("CMD"):
            continue
        program = words[0].text.rpartition("/")[2]
        if program.rstrip("0123456789.") == started.rstrip("0123456789."):
            gap = Span(words[0].span.start - 1, words[1].span.start - 1) if len(words) > 1 else None
            fix = replacement("name the script alone", gap, "", safe=False) if gap is not None else None
            yield Problem(span=words[0].span, message=f"{who} starts {started} already", fix=fix)


def _started(stage: Stage) -> tuple[str, str]:
    """Return who starts a program, and which; an ENTRYPOINT with arguments may mean the same word otherwise."""
    own = stage.result.entrypoint
    if own is None:
        known = base_of(stage)
        return "the base", (known.entrypoint or "") if known else ""
    words = own.json
    return "ENTRYPOINT", words[0].text.rpartition("/")[2] if words and len(words) == 1 else ""


RULE = Rule(
    id="doubled-entrypoint",
    severity=Severity.ERROR,
    summary="The interpreter is started already, and CMD names it again",
    check=_check,
)
