"""yarn's cache stays in the layer."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import cached_below, lasting, lasts, report
from prill.dockerfile.shell import ShellCommand
from prill.dockerfile.step import Step
from prill.model.finding import Severity

__all__ = ["RULE"]


_BERRY = ("corepack", ".yarnrc.yml", ".yarn/releases", "--immutable", "yarn set version", "workspaces focus")
"""What tells that it is a newer yarn, which may run its packages out of the cache: hadolint does not look."""
_ASKS = frozenset({"-h", "--help", "-v", "--version"})


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    calls = dockerfile.calls("yarn")
    lasting_stages, berry = lasting(dockerfile), bool(calls) and _is_berry(dockerfile)
    judged: dict[int, tuple[int, bool]] = {}
    for one in calls:
        step = one.step
        installs = "install" in one.command.texts
        if not (installs or _adds(one.command)) or not lasts(step, lasting_stages):
            continue
        if id(step) not in judged:
            judged[id(step)] = _last_clean(step), berry or _elsewhere(step)
        cleaned, silent = judged[id(step)]
        if one.command.span.start < cleaned or cached_below(step, ".cache/yarn"):
            continue
        if installs:
            yield report(one)
        elif not silent:
            yield Problem(one.command.span, aliases=())


def _last_clean(step: Step) -> int:
    """Return where the last ``yarn cache clean`` of a step stands, and -1 where there is none."""
    cleans = (one for one in step.commands if one.name == "yarn" and {"cache", "clean"} <= set(one.texts))
    return max((one.span.start for one in cleans), default=-1)


def _adds(command: ShellCommand) -> bool:
    """Whether yarn installs without that word, of which hadolint does not know: ``yarn``, ``yarn add``."""
    words = [word.text for word in command.operands]
    return words[:1] == ["add"] or words[:2] == ["global", "add"] or not (words or _ASKS & set(command.texts))


def _is_berry(dockerfile: Dockerfile) -> bool:
    return any(word in dockerfile.file.source.text for word in _BERRY)


def _elsewhere(step: Step) -> bool:
    """Whether a mount, a variable, a flag or an ``rm`` has the cache somewhere else than in the layer."""
    return (
        any(mount.type in {"cache", "tmpfs"} for mount in step.mounts)
        or step.state.declares("YARN_CACHE_FOLDER")
        or "cache-folder" in step.script.text.lower().replace("_", "-")
        or any(command.name == "rm" and "cache" in text for command in step.commands for text in command.texts)
    )


RULE = Rule(
    id="yarn-cache-left",
    aliases=("DL3060",),
    severity=Severity.INFO,
    summary="yarn's cache stays in the layer",
    check=_check,
)
