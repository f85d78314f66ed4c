"""/bin/sh is replaced; SHELL says which shell RUN uses."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import report
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("ln"):
        if "/bin/sh" in one.command.texts:
            other = one.command.texts[-1] != "/bin/sh"
            yield report(one, message="a link to /bin/sh; SHELL says which shell RUN uses" if other else "")


RULE = Rule(
    id="link-over-sh",
    aliases=("DL4005",),
    severity=Severity.WARNING,
    summary="/bin/sh is replaced; SHELL says which shell RUN uses",
    check=_check,
)
