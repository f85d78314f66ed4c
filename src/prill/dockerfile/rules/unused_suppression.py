"""A comment suppresses nothing."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.pragmas import find_pragmas
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.suppressions import Places
from prill.model.finding import Finding, Severity

__all__ = ["RULE"]

_BEYOND = frozenset({"CopyIgnoredFile", "InvalidBaseImagePlatform", "UndefinedVar"})
"""BuildKit's checks for which it asks the base or the context: it may find what the file does not show."""


def _review(dockerfile: Dockerfile, context: Context, findings: tuple[Finding, ...]) -> Iterator[Problem]:
    pragmas = find_pragmas(dockerfile)
    places = Places(findings if pragmas else ())
    for pragma in pragmas:
        for code in pragma.codes:
            beyond = pragma.tool == "buildkit" and code in _BEYOND
            if not beyond and code.lower() in context.running and not places.has(pragma, code):
                yield Problem(span=pragma.span, message=f"{code} is suppressed and not found here")


RULE = Rule(
    id="unused-suppression",
    severity=Severity.INFO,
    summary="A comment suppresses nothing",
    review=_review,
)
