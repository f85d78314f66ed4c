"""WORKDIR is relative to a folder that the file does not name."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_ALIASES = ("DL3000", "WorkdirRelativePath", "DS-0009", "CKV_DOCKER_10")
_DRIVE = regex(r"[A-Za-z]:")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("WORKDIR"):
        text = step.instruction.arguments.strip().strip("\"'")
        if step.deferred or not text or text[0] == "/" or _DRIVE.match(text):
            continue
        if text[0] == "$":
            found = step.expand(step.instruction.arguments).known
            if found and found[0] != "/" and not _DRIVE.match(found) and step.state.workdir is None:
                message = f"WORKDIR {found} is not absolute"
                yield Problem(span=step.instruction.arguments_span, message=message, aliases=_ALIASES[1:])
            continue
        aliases = None if step.state.workdir is None else ("DL3000",)
        yield Problem(span=step.instruction.arguments_span, message=f"WORKDIR {text} is not absolute", aliases=aliases)


RULE = Rule(
    id="relative-workdir",
    aliases=_ALIASES,
    severity=Severity.WARNING,
    summary="WORKDIR is relative to a folder that the file does not name",
    check=_check,
)
