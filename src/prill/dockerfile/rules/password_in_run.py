"""A password is set while the image is built."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import report
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("chpasswd", "passwd"):
        if one.command.name == "chpasswd" or not one.command.has_flag("l", "lock", "d", "delete", "e"):
            yield report(one)


RULE = Rule(
    id="password-in-run",
    aliases=("CKV2_DOCKER_17",),
    severity=Severity.WARNING,
    summary="A password is set while the image is built",
    check=_check,
)
