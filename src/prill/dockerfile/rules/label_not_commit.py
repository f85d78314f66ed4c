"""The label is not a Git commit."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._labels import of_kind
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_COMMIT = regex(r"[0-9a-f]{40}|[0-9a-f]{7}")


def _check(dockerfile: Dockerfile, context: Context) -> Iterator[Problem]:
    for pair, text in of_kind(dockerfile, context, "hash"):
        if not _COMMIT.fullmatch(text):
            yield Problem(span=pair.value.span if pair.value else pair.span)


RULE = Rule(
    id="label-not-commit",
    aliases=("DL3055",),
    severity=Severity.WARNING,
    summary="The label is not a Git commit",
    check=_check,
)
