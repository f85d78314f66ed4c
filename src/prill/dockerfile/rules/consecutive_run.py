"""Two simple RUN instructions, one after the other, could be one."""

from collections.abc import Iterator
from itertools import pairwise

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.state import ShellKind
from prill.dockerfile.step import Step
from prill.dockerfile.syntax import Flag
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        for before, step in pairwise(stage.steps):
            if before.keyword == step.keyword == "RUN" and not (before.deferred or step.deferred):
                same = {_written(flag) for flag in before.instruction.flags} == {
                    _written(flag) for flag in step.instruction.flags
                }
                if same and _is_simple(before) and _is_simple(step):
                    yield Problem(span=step.span)


def _written(flag: Flag) -> tuple[str, str | None]:
    return flag.name, flag.value


def _is_simple(step: Step) -> bool:
    own = [command for command in step.commands if command.name and "shell" not in command.nesting]
    inner = len(step.commands) - 1 if step.instruction.json is not None else 0
    return max(len(own), inner) <= 1 and step.script.kind in {ShellKind.POSIX, ShellKind.NONE}


RULE = Rule(
    id="consecutive-run",
    aliases=("DL3059",),
    severity=Severity.STYLE,
    summary="Two simple RUN instructions, one after the other, could be one",
    check=_check,
)
