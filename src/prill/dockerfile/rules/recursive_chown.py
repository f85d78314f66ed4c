"""Files are copied into a layer, and again into the next."""

import posixpath
from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.step import Step
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages if dockerfile.programs & {"chown", "chgrp"} else ():
        copied: dict[str, None] = {}
        for step in stage.steps:
            if step.keyword in {"COPY", "ADD"} and not step.deferred:
                copied[_target(step)] = None
            for command in step.commands if step.keyword == "RUN" and not step.deferred else ():
                if command.program in {"chown", "chgrp"} and command.has_flag("R", "recursive"):
                    below = [word.masked.rstrip("/") for word in command.operands[1:]]
                    again = next((path for path in copied if _among(path, below, step.state.workdir or "/")), "")
                    if again:
                        message = f"{again} is copied before, and every file of it comes once more; COPY --chown"
                        yield Problem(span=command.span, message=message)


def _target(step: Step) -> str:
    copy = step.copy
    if copy is None:
        return ""
    target = step.expand(copy.destination.text)
    return "" if target.unset else posixpath.normpath(posixpath.join(step.state.workdir or "/", target.text))


def _among(path: str, folders: list[str], workdir: str) -> bool:
    """Whether a path is one of the folders, or below."""
    whole = [posixpath.normpath(posixpath.join(workdir, folder or "/")) for folder in folders if "${}" not in folder]
    return bool(path) and any(path == one or path.startswith(one.rstrip("/") + "/") for one in whole)


RULE = Rule(
    id="recursive-chown",
    severity=Severity.INFO,
    summary="Files are copied into a layer, and again into the next",
    check=_check,
)
