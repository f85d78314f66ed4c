"""wget draws its progress into the log of the build."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import loose_flags, report
from prill.model.finding import Severity

__all__ = ["RULE"]

_QUIET = ("q", "quiet", "o", "output-file", "a", "append-output", "no-verbose", "progress")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("wget"):
        if not loose_flags(one.command, *_QUIET) and "-nv" not in one.command.texts:
            yield report(one)


RULE = Rule(
    id="wget-progress",
    aliases=("DL3047",),
    severity=Severity.INFO,
    summary="wget draws its progress into the log of the build",
    check=_check,
)
