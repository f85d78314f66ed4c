"""COPY to a relative destination, and no WORKDIR says relative to what."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_DRIVE = regex(r"[A-Za-z]:")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("COPY"):
        copy = step.copy
        if copy is None or step.deferred or step.state.workdir is not None:
            continue
        text = copy.destination.text.strip("\"'")
        if text[:1] not in {"/", "$"} and not _DRIVE.match(text):
            yield Problem(span=copy.destination.span)


RULE = Rule(
    id="copy-relative-destination",
    aliases=("DL3045",),
    severity=Severity.WARNING,
    summary="COPY to a relative destination, and no WORKDIR says relative to what",
    check=_check,
)
