"""A comment suppresses a rule that does not exist."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.pragmas import find_pragmas, misspelt_pragmas
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._near import nearest
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_GUESSES = 20
_FORMS = {
    "prill": "# prill: ignore[rule] reason",
    "hadolint": "# hadolint ignore=DL3006,SC2086 above the instruction, with nothing but codes",
}
_SHELLCHECK = regex(r"sc[0-9]{4}|shellcheck")


def _check(dockerfile: Dockerfile, context: Context) -> Iterator[Problem]:
    hints: dict[str, str] = {}
    for pragma in find_pragmas(dockerfile):
        exact = pragma.tool == "buildkit"
        known = context.checks | {"all"} if exact else context.known_codes
        for code in pragma.codes:
            name = code if exact else code.lower()
            if name in known or (not exact and _SHELLCHECK.fullmatch(name)):
                continue
            if name not in hints:
                near = nearest(name, sorted(known)) if len(hints) < _GUESSES else ""
                hints[name] = f"; did you mean {near}?" if near else ""
            missing = f"BuildKit has no check {code!r}" if exact else f"there is no rule {code!r}"
            yield Problem(span=pragma.span, message=f"{missing}{hints[name]}")
    for tool, span in misspelt_pragmas(dockerfile):
        yield Problem(span=span, message=f"this comment suppresses nothing; write {_FORMS[tool]}")


RULE = Rule(
    id="unknown-suppression",
    severity=Severity.WARNING,
    summary="A comment suppresses a rule that does not exist",
    check=_check,
)
