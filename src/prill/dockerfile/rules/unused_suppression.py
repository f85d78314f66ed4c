"""A comment suppresses nothing."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.pragmas import applies, find_pragmas
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Finding, Severity

__all__ = ["RULE"]


def _review(dockerfile: Dockerfile, context: Context, findings: tuple[Finding, ...]) -> Iterator[Problem]:
    for pragma in find_pragmas(dockerfile):
        for code in pragma.codes if pragma.tool != "buildkit" else ():
            if code.lower() in context.running and not any(
                applies(pragma._replace(codes=(code,)), one) for one in findings
            ):
                yield Problem(span=pragma.span, message=f"{code} is suppressed and not found here")


RULE = Rule(
    id="unused-suppression",
    severity=Severity.INFO,
    summary="A comment suppresses nothing",
    review=_review,
)
