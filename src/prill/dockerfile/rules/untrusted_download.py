"""What is fetched is run unseen."""

from collections.abc import Iterator
from itertools import pairwise

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.shell import ShellCommand
from prill.dockerfile.source import Span
from prill.dockerfile.step import Step
from prill.model.finding import Severity

__all__ = ["RULE"]

_FETCHERS = frozenset({"curl", "wget", "fetch", "http"})
_RUNNERS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh", "python", "python3", "perl", "ruby", "node", "php"})


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("RUN") if dockerfile.programs & _FETCHERS else ():
        fetched: dict[int, ShellCommand] = {}
        for command in step.commands:
            if command.program in _FETCHERS:
                fetched[command.pipeline] = command
            elif _runs(command) and command.connector in {"|", "|&"} and command.pipeline in fetched:
                first = fetched[command.pipeline]
                yield Problem(span=Span(first.span.start, max(first.span.end, command.span.end)))
        yield from _substituted(step)


def _runs(command: ShellCommand) -> bool:
    words = [word for word in command.words if not word.masked.startswith("-") and "=" not in word.masked]
    names = [word.text.rpartition("/")[2] for word in words[:3]]
    return bool(names) and (names[0] in _RUNNERS or (names[0] in {"sudo", "env"} and bool(set(names[1:]) & _RUNNERS)))


def _substituted(step: Step) -> Iterator[Problem]:
    """Find ``sh -c "$(curl …)"`` and ``bash <(curl …)``."""
    for before, command in pairwise(step.commands):
        inside = command.nesting[-1:] == ("substitution",) and command.program in _FETCHERS
        if inside and before.program in _RUNNERS | {"eval", "source", "."} and before.span.end >= command.span.end:
            yield Problem(span=before.span)


RULE = Rule(
    id="untrusted-download",
    severity=Severity.WARNING,
    summary="What is fetched is run unseen",
    check=_check,
)
