"""Port 22 is exposed."""

import re
from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_SSH = 22
_PORTS = regex(r"\+?([0-9]{1,5})(?:-\+?([0-9]{1,5}))?(?:/(?:tcp)?)?\Z", re.IGNORECASE)


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("EXPOSE"):
        for word in step.words:
            found = _PORTS.match(step.expand(word.text).text)
            if found and int(found[1]) <= _SSH <= int(found[2] or found[1]):
                yield Problem(span=word.span)


RULE = Rule(
    id="ssh-port",
    aliases=("DS-0004", "CKV_DOCKER_1"),
    severity=Severity.WARNING,
    summary="Port 22 is exposed",
    check=_check,
)
