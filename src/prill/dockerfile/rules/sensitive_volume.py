"""VOLUME covers a folder that the kernel fills."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("VOLUME"):
        for word in step.words:
            path = word.text.rstrip("/")
            if path in {"/dev", "/proc", "/sys"} or path.startswith(("/dev/", "/proc/", "/sys/")):
                yield Problem(span=word.span)


RULE = Rule(
    id="sensitive-volume",
    aliases=("DKL-DI-0002",),
    severity=Severity.ERROR,
    summary="VOLUME covers a folder that the kernel fills",
    check=_check,
)
