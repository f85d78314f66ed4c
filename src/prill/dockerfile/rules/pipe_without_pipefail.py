"""When the first part of a pipe fails, RUN goes on."""

from collections.abc import Iterator
from itertools import pairwise

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_SHELLS = frozenset({"bash", "zsh", "ash"})
_SETS = regex("-[a-z]*o")
_PIPES = frozenset({"|", "|&"})


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("RUN"):
        pipes = [command for command in step.commands if command.connector in _PIPES]
        if pipes and any(_stops(tuple(word.text for word in command.words)) for command in step.commands):
            pipes = [pipe for pipe in pipes if "shell" not in pipe.nesting and step.instruction.json is None]
        if not pipes or step.deferred or _stops(step.state.shell or ()):
            continue
        own = next((pipe for pipe in pipes if "shell" not in pipe.nesting or step.instruction.json is not None), None)
        yield Problem((own or pipes[0]).span, aliases=None if own else ())


def _stops(shell: tuple[str, ...]) -> bool:
    words = " ".join(shell).split()
    known = bool(words) and words[0].rpartition("/")[2] in _SHELLS
    return known and any(word == "pipefail" and _SETS.fullmatch(flag) for flag, word in pairwise(words))


RULE = Rule(
    id="pipe-without-pipefail",
    aliases=("DL4006",),
    severity=Severity.WARNING,
    summary="When the first part of a pipe fails, RUN goes on",
    check=_check,
)
