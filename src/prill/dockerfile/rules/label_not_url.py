"""The label is not a URL."""

import re
from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._labels import of_kind
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_AUTHORITY = r"//(?:[^@/?#]*@)?(?:\[[^\]]*\]|[^:/?#@\[\]]*)(?::[0-9]*)?(?=[/?#]|\Z)"
_URL = regex(
    rf"[A-Za-z][A-Za-z0-9+.-]*:(?:(?={_AUTHORITY})|(?!//))(?:[\w.~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{{2}})*", re.ASCII
)


def _check(dockerfile: Dockerfile, context: Context) -> Iterator[Problem]:
    for pair, text in of_kind(dockerfile, context, "url"):
        if not _URL.fullmatch(text):
            yield Problem(span=pair.value.span if pair.value else pair.span)


RULE = Rule(
    id="label-not-url",
    aliases=("DL3052",),
    severity=Severity.WARNING,
    summary="The label is not a URL",
    check=_check,
)
