"""The Docker socket is made part of the image."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("VOLUME", "COPY", "ADD"):
        for word in step.words:
            if word.text.rstrip("/").endswith("/docker.sock"):
                yield Problem(span=word.span)


RULE = Rule(
    id="docker-socket",
    severity=Severity.ERROR,
    summary="The Docker socket is made part of the image",
    check=_check,
)
