"""When the first part of a pipe fails, RUN goes on."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]

_SHELLS = frozenset({"bash", "zsh", "ash"})
_PIPES = frozenset({"|", "|&"})


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("RUN"):
        pipe = next((command for command in step.commands if command.connector in _PIPES), None)
        if pipe is None or step.deferred or _stops(step.state.shell or ()):
            continue
        inside = "shell" in pipe.nesting and step.instruction.json is None
        yield Problem(span=pipe.span, aliases=() if inside else None)


def _stops(shell: tuple[str, ...]) -> bool:
    words = " ".join(shell[1:]).split()
    return bool(shell) and shell[0].rpartition("/")[2] in _SHELLS and "pipefail" in words


RULE = Rule(
    id="pipe-without-pipefail",
    aliases=("DL4006",),
    severity=Severity.WARNING,
    summary="When the first part of a pipe fails, RUN goes on",
    check=_check,
)
