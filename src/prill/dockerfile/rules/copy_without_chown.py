"""Files are copied for root behind USER."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.step import Step
from prill.model.finding import Severity

__all__ = ["RULE"]

_ROOT = frozenset({"", "root", "0"})
_CHANGES = frozenset({"chown", "chmod", "chgrp", "rm", "mv", "sed"})


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("COPY", "ADD"):
        user = (step.state.user or "").partition(":")[0]
        if user in _ROOT or step.deferred or step.instruction.flag("chown") or step.stage is None:
            continue
        names = _names(step)
        if any(_changes(one, names) for one in step.stage.steps[step.index + 1 :]):
            yield Problem(span=step.span, message=f"the files are root's; {user} cannot change them in the RUN below")


def _names(step: Step) -> frozenset[str]:
    """Return what the copied files and their folder are called."""
    copy = step.copy
    paths = [word.text.rstrip("/") for word in (*copy.sources, copy.destination)] if copy is not None else []
    return frozenset(path.rpartition("/")[2] for path in paths) - {"", ".", "*"}


def _changes(step: Step, names: frozenset[str]) -> bool:
    """Whether a RUN changes one of the files as another user than root."""
    if step.keyword != "RUN" or (step.state.user or "").partition(":")[0] in _ROOT:
        return False
    return any(
        command.program in _CHANGES and any(word.rstrip("/").rpartition("/")[2] in names for word in command.texts)
        for command in step.commands
    )


RULE = Rule(
    id="copy-without-chown",
    severity=Severity.INFO,
    summary="Files are copied for root behind USER",
    check=_check,
)
