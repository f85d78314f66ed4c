"""EXPOSE names an address or a port of the host."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_VARIABLE = regex(r"\$\{[^}]*\}")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("EXPOSE"):
        for word in step.words:
            if ":" in _VARIABLE.sub("", word.text).lstrip(":"):
                yield Problem(span=word.span, message=f"{word.text}: EXPOSE takes a port of the container alone")


RULE = Rule(
    id="expose-mapping",
    aliases=("ExposeInvalidFormat",),
    severity=Severity.WARNING,
    summary="EXPOSE names an address or a port of the host",
    check=_check,
)
