"""The cache of dnf or yum stays in the layer."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import cached, removes, report
from prill.dockerfile.shell import ShellCommand
from prill.model.finding import Severity
from prill.model.value import dataclass, replace

__all__ = ["RULE"]


@dataclass(frozen=True, slots=True)
class _Manager:
    """Which verbs fill which folders, the first of which is what others look for, and what others call that."""

    verbs: frozenset[str]
    folders: tuple[str, ...]
    aliases: tuple[str, ...]


_DNF = _Manager(
    frozenset({"in", "install", "reinstall", "up", "upgrade"}),
    ("/var/cache/dnf", "/var/cache/libdnf5"),
    ("DL3040", "DS-0019"),
)
_MICRODNF = replace(_DNF, aliases=("DL3040", "DS-0019", "DS-0027"))
_YUM = _Manager(frozenset({"install"}), ("/var/cache/yum",), ("DL3032", "DS-0015"))
_MANAGERS = {"dnf": _DNF, "microdnf": _MICRODNF, "yum": _YUM}


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls(*_MANAGERS):
        step, name = one.step, one.command.name
        manager = _MANAGERS[name]
        if manager.verbs.isdisjoint(one.command.texts) or (name != "yum" and cached(step, "/var/cache/libdnf5")):
            continue
        commands = step.commands
        place = commands.index(one.command)
        if not any(_cleans(command, name, manager) for command in commands[place + 1 :]):
            first = next(place for place, command in enumerate(commands) if not manager.verbs.isdisjoint(command.texts))
            forgiven = any(_seems_to_clean(command, name, manager) for command in commands[first + 1 :])
            problem = report(one, message=f"{name}'s cache stays in the layer")
            others = () if forgiven or problem.aliases is not None else manager.aliases
            yield problem._replace(aliases=others)


def _cleans(command: ShellCommand, program: str, manager: _Manager) -> bool:
    return (command.name == program and "clean" in command.texts) or removes(command, manager.folders[0])


def _seems_to_clean(command: ShellCommand, program: str, manager: _Manager) -> bool:
    """Whether others are content with it: whatever ``rm -rf`` removes, and whatever is installed afterwards."""
    cleans = _cleans(command, program, manager)
    return cleans or (command.name == "rm" and not {"-rf", "-fr"}.isdisjoint(command.texts))


RULE = Rule(
    id="dnf-cache-left",
    aliases=(*_YUM.aliases, *_DNF.aliases, "DS-0027"),
    severity=Severity.INFO,
    summary="The cache of dnf or yum stays in the layer",
    check=_check,
)
