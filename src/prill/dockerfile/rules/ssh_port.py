"""Port 22 is exposed."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("EXPOSE"):
        for word in step.words:
            if word.text.partition("/")[0] == "22" and not word.text.lower().endswith("/udp"):
                yield Problem(span=word.span)


RULE = Rule(
    id="ssh-port",
    aliases=("DS-0004", "CKV_DOCKER_1"),
    severity=Severity.WARNING,
    summary="Port 22 is exposed",
    check=_check,
)
