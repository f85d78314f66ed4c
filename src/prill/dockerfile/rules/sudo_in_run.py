"""sudo has nothing to do in a build."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import report
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("sudo"):
        yield report(one, span=one.command.words[0].span)


RULE = Rule(
    id="sudo-in-run",
    aliases=("DL3004", "DS-0010", "CKV2_DOCKER_1", "DKL-DI-0001"),
    severity=Severity.WARNING,
    summary="sudo has nothing to do in a build",
    check=_check,
)
