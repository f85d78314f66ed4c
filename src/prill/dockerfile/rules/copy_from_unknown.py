"""COPY --from names no stage of this file."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_NUMBER = regex(r"[0-9]{1,9}")
"""What BuildKit reads as a stage's number: zeros before it count for nothing."""


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("COPY"):
        flag = step.instruction.flag("from")
        if step.deferred or step.stage is None or flag is None or not flag.value or ":" in flag.value:
            continue
        above = dockerfile.stages[: step.stage.index + 1]
        number = int(flag.value) if _NUMBER.fullmatch(flag.value) else len(above)
        if number >= len(above) and flag.value.lower() not in {stage.name for stage in above}:
            yield Problem(span=flag.value_span, message=f"{flag.value} is no stage above, and has no tag as an image")


RULE = Rule(
    id="copy-from-unknown",
    aliases=("DL3022",),
    severity=Severity.WARNING,
    summary="COPY --from names no stage of this file",
    check=_check,
)
