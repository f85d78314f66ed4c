"""zypper installs whatever version is newest."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import report, spanning
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_PINNED = regex(r"[=<>]|\.rpm\Z")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("zypper"):
        if {"install", "in"} & set(one.command.texts):
            words = [word for word in one.command.operands if word.masked not in {"install", "in"}]
            loose = [word for word in words if not _PINNED.search(word.masked)]
            if loose:
                yield report(one, span=spanning(loose))


RULE = Rule(
    id="unpinned-zypper",
    aliases=("DL3037",),
    severity=Severity.INFO,
    summary="zypper installs whatever version is newest",
    check=_check,
)
