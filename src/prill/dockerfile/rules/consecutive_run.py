"""Two simple RUN instructions, one after the other, could be one."""

from collections.abc import Iterator
from itertools import pairwise

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.state import ShellKind
from prill.dockerfile.step import Mount, Step
from prill.model.finding import Severity

__all__ = ["RULE"]

_NAMES = {"dst": "target", "destination": "target", "src": "source", "ro": "readonly"}


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        for before, step in pairwise(stage.steps):
            both = before.keyword == step.keyword == "RUN" and not (before.deferred or step.deferred)
            if both and _is_simple(before) and _is_simple(step) and _flags(before) == _flags(step):
                yield Problem(step.span)


def _flags(step: Step) -> frozenset[tuple[str, str | frozenset[tuple[str, str]] | None]]:
    """Return what the flags say, in whatever order and by whatever name; a device changes nothing for others."""
    plain = {(flag.name, flag.value) for flag in step.instruction.flags if flag.name not in {"device", "mount"}}
    return frozenset({*plain, *(("mount", _options(mount)) for mount in step.mounts)})


def _options(mount: Mount) -> frozenset[tuple[str, str]]:
    said = {_NAMES.get(name, name): value for name, value in mount.options.items()}
    return frozenset({"type": mount.type, **said}.items())


def _is_simple(step: Step) -> bool:
    own = [command for command in step.commands if command.name and "shell" not in command.nesting]
    inner = len(step.commands) - 1 if step.instruction.json is not None else 0
    return max(len(own), inner) <= 1 and step.script.kind in {ShellKind.POSIX, ShellKind.NONE}


RULE = Rule(
    id="consecutive-run",
    aliases=("DL3059",),
    severity=Severity.STYLE,
    summary="Two simple RUN instructions, one after the other, could be one",
    check=_check,
)
