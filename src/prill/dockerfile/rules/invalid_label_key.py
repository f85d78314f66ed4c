"""The key is not what a label key looks like."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_KEY = regex(r"[a-z](?:[a-z0-9._/-]*[a-z0-9])?")
_RESERVED = ("com.docker.", "io.docker.", "org.dockerproject.")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("LABEL"):
        for pair in step.pairs:
            key = pair.key.text.strip("\"'")
            if step.deferred:
                continue
            if not _KEY.fullmatch(key) or ".." in key or "--" in key:
                yield Problem(span=pair.key.span)
            elif key.startswith(_RESERVED):
                yield Problem(span=pair.key.span, message=f"{key} is one of Docker's own labels")


RULE = Rule(
    id="invalid-label-key",
    aliases=("DL3048",),
    severity=Severity.STYLE,
    summary="The key is not what a label key looks like",
    check=_check,
)
