"""The label is not an SPDX licence expression."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._labels import of_kind
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, context: Context) -> Iterator[Problem]:
    for pair, text in of_kind(dockerfile, context, "spdx"):
        if not _is_license(text):
            yield Problem(span=pair.value.span if pair.value else pair.span)


def _is_license(text: str) -> bool:
    from prill.model.license_expressions import parse_expression  # noqa: PLC0415 - the list is long, and seldom needed

    return bool(text) and parse_expression(text) == text


RULE = Rule(
    id="label-not-license",
    aliases=("DL3054",),
    severity=Severity.WARNING,
    summary="The label is not an SPDX licence expression",
    check=_check,
)
