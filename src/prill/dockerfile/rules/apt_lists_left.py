"""apt's package lists stay in the layer."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import cached, lasting, lasts, removes, report
from prill.dockerfile.shell import ShellCommand
from prill.model.finding import Severity

__all__ = ["RULE"]

_LISTS = "/var/lib/apt/lists"


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    lasting_stages = lasting(dockerfile)
    for one in dockerfile.calls("apt-get", "apt", "aptitude"):
        step = one.step
        if "update" not in one.command.texts or not lasts(step, lasting_stages):
            continue
        if cached(step, _LISTS) or (cached(step, "/var/lib/apt") and cached(step, "/var/cache/apt")):
            continue
        if any(removes(command, _LISTS) for command in step.commands):
            continue
        forgiven = any(_removes_something(command) for command in step.commands)
        yield report(one)._replace(aliases=()) if forgiven else report(one)


def _removes_something(command: ShellCommand) -> bool:
    """Whether others take this ``rm`` for one of the lists, whatever it removes."""
    return command.name == "rm" and "-rf" in command.texts


RULE = Rule(
    id="apt-lists-left",
    aliases=("DL3009", "DKL-DI-0005"),
    severity=Severity.INFO,
    summary="apt's package lists stay in the layer",
    check=_check,
)
