"""The packages of the base are upgraded."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import report
from prill.dockerfile.step import Invocation
from prill.model.finding import Severity

__all__ = ["RULE"]

_VERBS = {
    "apt-get": frozenset({"upgrade", "dist-upgrade", "full-upgrade"}),
    "apt": frozenset({"upgrade", "dist-upgrade", "full-upgrade"}),
    "apk": frozenset({"upgrade"}),
    "yum": frozenset({"update", "upgrade"}),
    "dnf": frozenset({"update", "upgrade"}),
    "microdnf": frozenset({"update", "upgrade"}),
    "zypper": frozenset({"up", "update"}),
}
_ALIASES = ("DS-0024", "DKL-DI-0003", "DS-0017", "CKV_DOCKER_5")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for program, verbs in _VERBS.items():
        for one in dockerfile.calls(program):
            words = one.command.operands
            verb = words[0].text if words else ""
            if verb in verbs and (len(words) == 1 or verb == "dist-upgrade"):
                problem = report(one)
                yield problem if problem.aliases is not None else problem._replace(aliases=_others(one, verb))


def _others(one: Invocation, verb: str) -> tuple[str, ...]:
    """Return what others call it: they look for dist-upgrade, and for an update with no installation behind it."""
    if verb == "dist-upgrade":
        return _ALIASES[:2]
    later = one.step.commands[one.step.commands.index(one.command) + 1 :]
    return _ALIASES[2:] if verb == "update" and not any("install" in command.texts for command in later) else ()


RULE = Rule(
    id="apt-upgrade",
    aliases=_ALIASES,
    severity=Severity.INFO,
    summary="The packages of the base are upgraded",
    check=_check,
)
