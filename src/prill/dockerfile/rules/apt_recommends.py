"""apt-get installs recommended packages, too."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.dockerfile.rules._commands import after_word, report
from prill.dockerfile.source import Span
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("apt-get"):
        command = one.command
        if "install" not in command.texts or command.has_flag("no-install-recommends"):
            continue
        if "APT::Install-Recommends=false" not in command.texts:
            place = after_word(command, "install")
            fix = replacement("add --no-install-recommends", Span(place, place), " --no-install-recommends", safe=False)
            yield report(one, fix=fix)


RULE = Rule(
    id="apt-recommends",
    aliases=("DL3015", "DS-0029"),
    severity=Severity.INFO,
    summary="apt-get installs recommended packages, too",
    check=_check,
)
