"""The image holds what only its build needs."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import base_of
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    final = dockerfile.final
    if final is None or final.source is None:
        return
    known = base_of(final)
    if known is not None and known.kind == "sdk":
        yield Problem(span=final.source.image.span, message=f"{final.root.image.text} is made for building")


RULE = Rule(
    id="build-tools-in-final",
    severity=Severity.INFO,
    summary="The image holds what only its build needs",
    check=_check,
)
