"""zypper dist-upgrade makes another distribution of the base."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import report
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("zypper"):
        if {"dist-upgrade", "dup"} & set(one.command.texts):
            yield report(one)


RULE = Rule(
    id="zypper-dist-upgrade",
    aliases=("DL3035",),
    severity=Severity.WARNING,
    summary="zypper dist-upgrade makes another distribution of the base",
    check=_check,
)
