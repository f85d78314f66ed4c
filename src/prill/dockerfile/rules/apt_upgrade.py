"""The packages of the base are upgraded."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import report
from prill.model.finding import Severity

__all__ = ["RULE"]

_VERBS = {
    "apt-get": frozenset({"upgrade", "dist-upgrade", "full-upgrade"}),
    "apt": frozenset({"upgrade", "dist-upgrade", "full-upgrade"}),
    "apk": frozenset({"upgrade"}),
    "yum": frozenset({"update", "upgrade"}),
    "dnf": frozenset({"update", "upgrade"}),
    "microdnf": frozenset({"update", "upgrade"}),
}


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for program, verbs in _VERBS.items():
        for one in dockerfile.calls(program):
            words = one.command.operands
            if words and words[0].text in verbs and len(words) == 1:
                yield report(one)


RULE = Rule(
    id="apt-upgrade",
    aliases=("DS-0024", "DKL-DI-0003"),
    severity=Severity.INFO,
    summary="The packages of the base are upgraded",
    check=_check,
)
