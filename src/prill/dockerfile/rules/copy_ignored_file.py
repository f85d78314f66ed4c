"""COPY takes a file that .dockerignore leaves out."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.ignore_file import TooManyPatterns, read_ignore_file
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

MOST_COMPARISONS = 1_000_000
_LONG = 100
"""From so many characters on, two stars take the square of a path's length."""
_WILD = frozenset("*?[$")
_REMOTE = regex(r"[a-z]+://|[\w.-]+@[\w.-]+:")


def _check(dockerfile: Dockerfile, context: Context) -> Iterator[Problem]:
    if not context.ignore_file:
        return
    ignored = read_ignore_file(context.ignore_file)
    left = MOST_COMPARISONS
    for step in dockerfile.of("COPY", "ADD"):
        copy = step.copy
        if copy is None or step.instruction.flag("from"):
            continue
        for word in copy.sources:
            path = step.expand(word.text).text
            if _REMOTE.match(path) or not _WILD.isdisjoint(path):
                continue
            left -= len(ignored.wild) * (1 + (len(path) // _LONG) ** 2)
            if left < 0:
                raise TooManyPatterns(f"{len(ignored.wild)} patterns with stars are too many for such paths")
            if ignored.leaves_out(path):
                yield Problem(span=word.span, message=f"{path} is left out by .dockerignore")


RULE = Rule(
    id="copy-ignored-file",
    aliases=("CopyIgnoredFile",),
    severity=Severity.ERROR,
    summary="COPY takes a file that .dockerignore leaves out",
    check=_check,
)
