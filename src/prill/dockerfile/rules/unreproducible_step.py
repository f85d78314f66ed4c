"""The same step does something else tomorrow."""

import re
from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.shell import ShellCommand
from prill.dockerfile.step import Step
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_MOVING = regex(
    r"https?://\S{0,2000}?"  # not without end: what begins anew at every http:// takes the square of a word's length
    r"(?:[/=](?:latest|master|main|HEAD|trunk|nightly)(?:[/.?&-]|$)|[-_.]latest(?:[-_.]|$))",
    re.IGNORECASE,
)
_PINNED = regex(r"v?\d[\w.+-]*|[0-9a-f]{7,64}|[\w.-]*\d+\.\d[\w.+-]*|.*\$\{\}.*")
_EPOCH = regex(r"-d@|--date=@|SOURCE_DATE_EPOCH")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("RUN"):
        for command in step.commands:
            message = _why(step, command)
            if message:
                yield Problem(span=command.span, message=message)


def _why(step: Step, command: ShellCommand) -> str:
    if command.program == "git" and "clone" in command.texts and not _chosen(step, command):
        return "git clone takes whatever is newest; check a commit or a tag out"
    if command.program in {"curl", "wget"} and any(_MOVING.search(word.text) for word in command.words[1:]):
        return "the address leads to another file after every release"
    if command.program == "date" and not _EPOCH.search(step.script.text) and _written(command):
        return "the date of the build becomes a part of the image"
    return ""


def _chosen(step: Step, clone: ShellCommand) -> bool:
    """Whether the clone names a version, or one is checked out afterwards in the same RUN."""
    branch = clone.value_of("--branch", "-b", "--revision")
    if branch is not None and _PINNED.fullmatch(branch):
        return True
    return any(
        other.program == "git" and {"checkout", "reset", "switch", "worktree"} & set(other.texts)
        for other in step.commands
    )


def _written(command: ShellCommand) -> bool:
    """Whether what ``date`` says is kept: in a file, or in a word of another command."""
    return bool(command.redirections) or "substitution" in command.nesting


RULE = Rule(
    id="unreproducible-step",
    severity=Severity.INFO,
    summary="The same step does something else tomorrow",
    check=_check,
)
