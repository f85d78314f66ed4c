"""yarn's cache stays in the layer."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import cached_below, lasting, lasts, report
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    lasting_stages = lasting(dockerfile)
    for one in dockerfile.calls("yarn"):
        step = one.step
        if "install" not in one.command.texts or not lasts(step, lasting_stages):
            continue
        later = step.commands[step.commands.index(one.command) + 1 :]
        cleaned = any(command.name == "yarn" and {"cache", "clean"} <= set(command.texts) for command in later)
        if not cleaned and not cached_below(step, ".cache/yarn"):
            yield report(one)


RULE = Rule(
    id="yarn-cache-left",
    aliases=("DL3060",),
    severity=Severity.INFO,
    summary="yarn's cache stays in the layer",
    check=_check,
)
