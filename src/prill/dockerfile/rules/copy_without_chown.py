"""Files are copied for root behind USER."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._users import name_of, stays_root
from prill.dockerfile.step import Step
from prill.model.finding import Severity

__all__ = ["RULE"]

_CHANGES = frozenset({"chown", "chmod", "chgrp", "rm", "mv", "sed"})


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("COPY", "ADD"):
        if stays_root(step.state.user) or step.deferred or step.instruction.flag("chown") or step.stage is None:
            continue
        names = _names(step)
        if any(_changes(one, names) for one in step.stage.steps[step.index + 1 :]):
            user = name_of(step.state.user)
            yield Problem(span=step.span, message=f"the files are root's; {user} cannot change them in the RUN below")


def _names(step: Step) -> frozenset[str]:
    """Return what the copied files and their folder are called."""
    copy = step.copy
    paths = [word.text.rstrip("/") for word in (*copy.sources, copy.destination)] if copy is not None else []
    return frozenset(path.rpartition("/")[2] for path in paths) - {"", ".", "*"}


def _changes(step: Step, names: frozenset[str]) -> bool:
    """Whether a RUN changes one of the files as another user than root."""
    if step.keyword != "RUN" or stays_root(step.state.user):
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
