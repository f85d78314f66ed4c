"""The label is not an address of e-mail."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._labels import of_kind
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_LONGEST, _LONGEST_HOST = 64, 253
_EMAIL = regex(rf"(?:{_ATOM}(?:\.{_ATOM})*|\"[^\"]+\")@(?:{_HOST}(?:\.{_HOST})*\.?|\[[^\]]+\])")


def _check(dockerfile: Dockerfile, context: Context) -> Iterator[Problem]:
    for pair, text in of_kind(dockerfile, context, "email"):
        name, _, host = text.rpartition("@")
        if len(name) > _LONGEST or len(host) > _LONGEST_HOST or not _EMAIL.fullmatch(text):
            yield Problem(span=pair.value.span if pair.value else pair.span)


RULE = Rule(
    id="label-not-email",
    aliases=("DL3058",),
    severity=Severity.WARNING,
    summary="The label is not an address of e-mail",
    check=_check,
)
