"""apk installs whatever version is newest."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import report, spanning
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_PINNED = regex(r"[=~<>]|\.apk\Z")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("apk"):
        if "add" in one.command.texts:
            words = one.command.without_values("-t", "--virtual", "-X", "--repository")
            loose = [word for word in words if word.masked != "add" and not _PINNED.search(word.masked)]
            if loose:
                yield report(one, span=spanning(loose))


RULE = Rule(
    id="unpinned-apk",
    aliases=("DL3018",),
    severity=Severity.INFO,
    summary="apk installs whatever version is newest",
    check=_check,
)
