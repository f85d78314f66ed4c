"""A program is made to run as its owner."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import report
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

# Of the group alone it is what folders have whose files belong to all of it.
_OWNER = regex(r"0?[4-7][0-7]{3}|(?:[go]*+[ua][ugoa]*+)?\+[rwxXt]*+s[rwxXst]*+")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("chmod"):
        mode = next((word for word in one.command.operands), None)
        if mode is not None and _OWNER.fullmatch(mode.masked):
            yield report(one)
    for step in dockerfile.of("COPY", "ADD"):
        flag = step.instruction.flag("chmod")
        if flag is not None and flag.value and _OWNER.fullmatch(flag.value):
            yield Problem(span=flag.value_span)


RULE = Rule(
    id="setuid-program",
    aliases=("CIS-DI-0008",),
    severity=Severity.WARNING,
    summary="A program is made to run as its owner",
    check=_check,
)
