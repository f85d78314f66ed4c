"""dnf installs whatever version is newest."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import report, spanning
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_VERSION = regex(r"-[0-9]")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("dnf", "microdnf"):
        texts = one.command.texts
        if "install" in texts and "group" not in texts:  # a group has no version
            module = "module" in texts
            words = [word for word in one.command.operands if word.masked not in {"install", "module"}]
            loose = [word for word in words if not (":" in word.masked if module else _VERSION.search(word.masked))]
            if loose:
                yield report(one, span=spanning(loose))


RULE = Rule(
    id="unpinned-dnf",
    aliases=("DL3041",),
    severity=Severity.INFO,
    summary="dnf installs whatever version is newest",
    check=_check,
)
