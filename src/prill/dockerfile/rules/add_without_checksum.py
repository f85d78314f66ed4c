"""ADD fetches something that nothing holds it to."""

import re
from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_URL = regex(r"https?://", re.IGNORECASE)
_GIT = regex(r"(?:https?://[^#]+\.git(?:#|\Z))|git://|ssh://|git@", re.IGNORECASE)
_COMMIT = regex(r"#(?:[0-9a-f]{40}|[0-9a-f]{64})(?::|\Z)")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("ADD"):
        copy = step.copy
        if copy is None or step.instruction.flag("checksum"):
            continue
        for word in copy.sources:
            if _GIT.match(word.text):
                if not _COMMIT.search(word.text):
                    yield Problem(span=word.span, message="the repository is fetched without a commit")
            elif _URL.match(word.text):
                yield Problem(span=word.span, message="the file is fetched without --checksum")


RULE = Rule(
    id="add-without-checksum",
    severity=Severity.WARNING,
    summary="ADD fetches something that nothing holds it to",
    check=_check,
)
