"""A comment suppresses a rule that does not exist."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.pragmas import find_pragmas, misspelt_pragmas
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]

_GUESSES = 20
_SHELLCHECK = re.compile(r"sc[0-9]{4}")


def _check(dockerfile: Dockerfile, context: Context) -> Iterator[Problem]:
    known = sorted(context.known_codes)
    hints: dict[str, str] = {}
    for pragma in find_pragmas(dockerfile):
        for code in pragma.codes:
            lower = code.lower()
            if (
                lower in context.known_codes
                or _SHELLCHECK.fullmatch(lower)
                or (lower == "all" and pragma.tool == "buildkit")
            ):
                continue
            if lower not in hints:
                near = get_close_matches(lower, known, n=1) if len(hints) < _GUESSES else []
                hints[lower] = f"; did you mean {near[0]}?" if near else ""
            yield Problem(span=pragma.span, message=f"there is no rule {code!r}{hints[lower]}")
    for span in misspelt_pragmas(dockerfile):
        yield Problem(span=span, message="this comment suppresses nothing; write # prill: ignore[rule] reason")


RULE = Rule(
    id="unknown-suppression",
    severity=Severity.WARNING,
    summary="A comment suppresses a rule that does not exist",
    check=_check,
)
