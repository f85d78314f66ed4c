"""Everybody may write here."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_OCTAL = regex(r"0?[0-7]?[0-7]{2}[2367]")
_SYMBOLIC = regex(r"(?:[ugo]*[oa][ugo]*|)[+=][rxXst]*w|(?:^|,)[ugo]*a[ugo]*[+=]\w*w|o[+=]\w*w")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("chmod"):
        words = one.command.operands
        mode = words[0].text if words else ""
        sticky = len(mode.lstrip("0")) == 4 and mode.lstrip("0")[0] in "1357"  # noqa: PLR2004 - with the sticky bit
        if (_OCTAL.fullmatch(mode) and not sticky) or (_SYMBOLIC.search(mode) and not mode.startswith(("u", "g"))):
            yield Problem(span=one.command.span)
    for step in dockerfile.of("COPY", "ADD"):
        flag = step.instruction.flag("chmod")
        if flag is not None and _OCTAL.fullmatch(flag.value or ""):
            yield Problem(span=flag.span)


RULE = Rule(
    id="world-writable",
    severity=Severity.WARNING,
    summary="Everybody may write here",
    check=_check,
)
