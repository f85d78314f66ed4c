"""A label that the settings ask for is empty."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._labels import of_kind
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, context: Context) -> Iterator[Problem]:
    for pair, text in of_kind(dockerfile, context, None):
        if not text:
            yield Problem(span=pair.value.span if pair.value else pair.span)


RULE = Rule(
    id="empty-label",
    aliases=("DL3051",),
    severity=Severity.WARNING,
    summary="A label that the settings ask for is empty",
    check=_check,
)
