"""The label is not a time as RFC 3339 writes it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._labels import of_kind
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_TIME = regex(r"(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.[0-9]+)?(?:[Zz]|[+-]\d{2}:?\d{2})", re.ASCII)


def _check(dockerfile: Dockerfile, context: Context) -> Iterator[Problem]:
    for pair, text in of_kind(dockerfile, context, "rfc3339"):
        if not _is_time(text):
            yield Problem(span=pair.value.span if pair.value else pair.span)


def _is_time(text: str) -> bool:
    found = _TIME.fullmatch(text)
    if found is None:
        return False
    year, month, day, hour, minute, second = (int(part) for part in found.groups())
    try:
        datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return False
    return second <= 60  # noqa: PLR2004 - a leap second


RULE = Rule(
    id="label-not-time",
    aliases=("DL3053",),
    severity=Severity.WARNING,
    summary="The label is not a time as RFC 3339 writes it",
    check=_check,
)
