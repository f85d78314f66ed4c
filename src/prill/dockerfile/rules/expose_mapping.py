"""EXPOSE names an address or a port of the host."""

import re
from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("EXPOSE"):
        for word in step.words:
            if ":" in re.sub(r"\$\{[^}]*\}", "", word.text):
                yield Problem(span=word.span, message=f"{word.text}: EXPOSE takes a port of the container alone")


RULE = Rule(
    id="expose-mapping",
    aliases=("ExposeInvalidFormat",),
    severity=Severity.WARNING,
    summary="EXPOSE names an address or a port of the host",
    check=_check,
)
