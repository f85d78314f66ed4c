"""WORKDIR is relative to a folder that the file does not name."""

import re
from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]

_DRIVE = re.compile(r"[A-Za-z]:")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("WORKDIR"):
        text = step.instruction.arguments.strip().strip("\"'")
        if step.deferred or not text or text[0] in "/$" or _DRIVE.match(text):
            continue
        aliases = None if step.state.workdir is None else ("DL3000",)
        yield Problem(span=step.instruction.arguments_span, message=f"WORKDIR {text} is not absolute", aliases=aliases)


RULE = Rule(
    id="relative-workdir",
    aliases=("DL3000", "WorkdirRelativePath", "DS-0009", "CKV_DOCKER_10"),
    severity=Severity.WARNING,
    summary="WORKDIR is relative to a folder that the file does not name",
    check=_check,
)
