"""The program is of no use while an image is built."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import report
from prill.model.finding import Severity

__all__ = ["RULE"]

_PROGRAMS = ("free", "kill", "mount", "ps", "service", "shutdown", "ssh", "top", "vim")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls(*_PROGRAMS):
        yield report(one, span=one.command.words[0].span, message=f"{one.command.name} is of no use in a build")


RULE = Rule(
    id="interactive-command",
    aliases=("DL3001",),
    severity=Severity.INFO,
    summary="The program is of no use while an image is built",
    check=_check,
)
