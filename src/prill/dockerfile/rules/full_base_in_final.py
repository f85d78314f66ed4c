"""The image stands on far more than it runs."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import base_of
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    final = dockerfile.final
    known = base_of(final) if final is not None else None
    if final is None or final.source is None or known is None:
        return
    name = final.root.image.text
    if known.kind == "os":
        yield Problem(final.source.image.span, f"{name} is a whole system: shell, package manager and all")
    elif known.kind == "runtime" and known.full:
        message = f"{name} has compilers and tools besides; there are slim and distroless ones"
        yield Problem(final.source.image.span, message)


RULE = Rule(
    id="full-base-in-final",
    severity=Severity.INFO,
    summary="The image stands on far more than it runs",
    check=_check,
)
