"""apt is for people at a terminal; scripts use apt-get."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.dockerfile.rules._commands import report
from prill.model.finding import Severity

__all__ = ["RULE"]

_SAME = frozenset(
    {"autoclean", "autoremove", "build-dep", "clean", "dist-upgrade", "install", "purge", "remove", "update"}
)


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("apt"):
        program = one.command.words[0]
        verbs = [word.masked for word in one.command.operands]
        fix = None
        if verbs and verbs[0] in _SAME:
            fix = replacement("say apt-get", program.span, "apt-get")
        yield report(one, span=program.span, fix=fix)


RULE = Rule(
    id="apt-in-script",
    aliases=("DL3027", "CKV_DOCKER_9"),
    severity=Severity.WARNING,
    summary="apt is for people at a terminal; scripts use apt-get",
    check=_check,
)
