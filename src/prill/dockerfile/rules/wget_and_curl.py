"""wget and curl both, where one would do."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        both: dict[bool, set[str]] = {True: set(), False: set()}
        for step in stage.of("RUN"):
            calls = [command for command in step.commands if command.name in {"wget", "curl"}]
            if calls:
                seen = both[step.deferred]
                seen |= {command.name for command in calls}
                if len(seen) > 1:
                    inside = all("shell" in command.nesting for command in calls)
                    yield Problem(span=calls[0].words[0].span, aliases=() if inside else None)


RULE = Rule(
    id="wget-and-curl",
    aliases=("DL4001", "DS-0014"),
    severity=Severity.STYLE,
    summary="wget and curl both, where one would do",
    check=_check,
)
