"""zypper asks a question that nobody answers."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.dockerfile.rules._commands import after_word, loose_flags, report
from prill.dockerfile.source import Span
from prill.model.finding import Severity

__all__ = ["RULE"]

_VERBS = ("install", "in", "remove", "rm", "source-install", "si", "patch")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("zypper"):
        command = one.command
        verb = next((verb for verb in _VERBS if verb in command.texts), None)
        if verb is not None and not loose_flags(command, "y", "n", "non-interactive", "no-confirm"):
            place = after_word(command, verb)
            yield report(one, fix=None if verb == "patch" else replacement("add -y", Span(place, place), " -y"))


RULE = Rule(
    id="zypper-without-yes",
    aliases=("DL3034",),
    severity=Severity.WARNING,
    summary="zypper asks a question that nobody answers",
    check=_check,
)
