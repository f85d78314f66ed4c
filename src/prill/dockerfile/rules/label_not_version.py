"""The label is not a semantic version."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._labels import of_kind
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_PARTS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*\.?"
_VERSION = regex(rf"[0-9]+\.[0-9]+\.[0-9]+(?:-(?:{_PARTS})?)?(?:\+(?:{_PARTS})?)?")


def _check(dockerfile: Dockerfile, context: Context) -> Iterator[Problem]:
    for pair, text in of_kind(dockerfile, context, "semver"):
        if not _VERSION.fullmatch(text):
            yield Problem(span=pair.value.span if pair.value else pair.span)


RULE = Rule(
    id="label-not-version",
    aliases=("DL3056",),
    severity=Severity.WARNING,
    summary="The label is not a semantic version",
    check=_check,
)
