"""zypper's cache stays in the layer."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import cached, report
from prill.model.finding import Severity

__all__ = ["RULE"]


_VERBS = frozenset({"in", "install", "patch", "remove", "rm", "si", "source-install"})


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("zypper"):
        step = one.step
        verbs = _VERBS.intersection(one.command.texts)
        if verbs and not cached(step, "/var/cache/zypp", "/var/cache/zypper"):
            later = step.commands[step.commands.index(one.command) + 1 :]
            cleaned = [
                command for command in later if command.name == "zypper" and {"clean", "cc"} & set(command.texts)
            ]
            if not cleaned:
                problem = report(one)
                yield (
                    problem if verbs & {"install", "in"} else problem._replace(aliases=problem.aliases or ("DS-0020",))
                )


RULE = Rule(
    id="zypper-cache-left",
    aliases=("DL3036", "DS-0020"),
    severity=Severity.INFO,
    summary="zypper's cache stays in the layer",
    check=_check,
)
