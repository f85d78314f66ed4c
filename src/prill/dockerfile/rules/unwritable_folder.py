"""The user may not write where it has to."""

import posixpath
from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import base_of, runs_unseen, steps_before
from prill.dockerfile.rules._users import stays_root
from prill.dockerfile.shell import ShellCommand
from prill.dockerfile.step import Step
from prill.model.finding import Severity

__all__ = ["RULE"]

_WRITERS: dict[str, frozenset[str]] = {
    "npm": frozenset({"install", "i", "ci"}),
    "yarn": frozenset({"install", "add"}),
    "pnpm": frozenset({"install", "i", "add"}),
    "bundle": frozenset({"install"}),
    "composer": frozenset({"install", "update"}),
    "cargo": frozenset({"build"}),
    "mvn": frozenset({"package", "install", "compile", "verify"}),
}
_OPEN = ("/tmp", "/var/tmp", "/dev", "/run/user", "/home")  # noqa: S108 - folders of an image


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        known = base_of(stage)
        if known is None or known.nonroot or stage.source is None:  # who owns what is not known
            continue
        for step in stage.steps:
            if step.deferred or stays_root(step.state.user):
                continue
            if step.keyword == "RUN":
                yield from _run(step)
        if stage is dockerfile.final and not stays_root(stage.result.user):
            for step in stage.of("VOLUME"):
                for word in step.words:
                    folder = step.expand(word.text)
                    if not folder.unset and folder.text.startswith("/") and not _given(stage.steps, folder.text):
                        user = stage.result.user
                        yield Problem(span=word.span, message=f"{folder.text} is root's; {user} cannot write there")


def _run(step: Step) -> Iterator[Problem]:
    """Look for programs that write into the folder that they are called in."""
    folder = step.state.workdir or "/"
    if any(command.program == "cd" for command in step.commands) or _given(list(steps_before(step)), folder):
        return
    for command in step.commands:
        writes = _WRITERS.get(command.program, frozenset()) & set(command.texts) and not _elsewhere(command)
        if writes or _makes(command, step):
            message = f"{command.program} writes to {folder}, which is root's, and {step.state.user} is not"
            yield Problem(span=command.span, message=message)


def _makes(command: ShellCommand, step: Step) -> bool:
    """Whether a command makes something where it is called; files that are given to the user may be there before."""
    if command.program not in {"mkdir", "touch"} or any(one.instruction.flag("chown") for one in steps_before(step)):
        return False
    return any(word.literal and not {"/", "~"} & set(word.text) for word in command.operands if word.text != ".")


def _elsewhere(command: ShellCommand) -> bool:
    return command.has_flag("g", "global", "prefix", "C", "cwd", "target-dir", "f", "file")


def _given(steps: list[Step], folder: str) -> bool:
    """Whether one of the steps gives the folder, or one above, to somebody else than root; or whether it may."""
    above = {folder}
    while folder not in {"/", ""}:
        folder = posixpath.dirname(folder)
        above.add(folder)
    return any(_gives(step, above - {"/"} or {"/"}) for step in steps) or any(one in above for one in _OPEN)


def _gives(step: Step, folders: set[str]) -> bool:
    if step.keyword == "WORKDIR":  # BuildKit makes it as the user that holds
        return (
            not stays_root(step.state.user)
            and posixpath.join(step.state.workdir or "/", step.expand(step.instruction.arguments).text) in folders
        )
    if step.keyword in {"COPY", "ADD"}:
        copy = step.copy
        if copy is None or not (step.instruction.flag("chown") or step.instruction.flag("from")):
            return False
        target = posixpath.join(step.state.workdir or "/", step.expand(copy.destination.text).text)
        return posixpath.normpath(target) in folders
    if step.keyword != "RUN":
        return False
    return bool(step.instruction.heredocs) or any(_changes(one) for one in step.commands)


def _changes(command: ShellCommand) -> bool:
    """Whether a command may change whose a folder is; which, often only a shell knows."""
    if command.program in {"adduser", "useradd"}:  # home folders are below /home, unless it is said
        return command.has_flag("b", "base-dir", "d", "h", "home", "home-dir")
    changes = command.program in {"chown", "chmod", "install", "setfacl", "find", "xargs", "su"}
    return changes or runs_unseen(command)


RULE = Rule(
    id="unwritable-folder",
    severity=Severity.WARNING,
    summary="The user may not write where it has to",
    check=_check,
)
