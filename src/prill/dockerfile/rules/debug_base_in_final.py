"""The image is the one to look around in, not the one to run."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import base_of
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    final = dockerfile.final
    known = base_of(final) if final is not None else None
    if final is not None and final.source is not None and known is not None and known.debug:
        message = f"{final.root.image.text} has a shell to look around with; leave debug out of the tag"
        yield Problem(span=final.source.image.span, message=message)


RULE = Rule(
    id="debug-base-in-final",
    severity=Severity.WARNING,
    summary="The image is the one to look around in, not the one to run",
    check=_check,
)
