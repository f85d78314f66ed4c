"""cd holds for this RUN alone; WORKDIR holds for what follows, too."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import report
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("cd"):
        if not one.step.deferred:
            yield report(one)


RULE = Rule(
    id="cd-in-run",
    aliases=("DL3003", "DS-0013"),
    severity=Severity.INFO,
    summary="cd holds for this RUN alone; WORKDIR holds for what follows, too",
    check=_check,
)
