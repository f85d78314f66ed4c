"""npm installs whatever version is newest."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import report, spanning
from prill.model.finding import Severity

__all__ = ["RULE"]

_ARCHIVES = (".tar", ".tar.gz", ".tgz")
_GIT = ("git://", "git+ssh://", "git+http://", "git+https://")
_LOCAL = ("/", "./", "../", "~/")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("npm"):
        words = one.command.without_values("--loglevel", "--registry")
        if words and words[0].masked == "install":
            loose = [word for word in words if word.masked != "install" and _is_loose(word.masked)]
            if loose:
                yield report(one, span=spanning(loose))


def _is_loose(package: str) -> bool:
    if package.startswith(_GIT):
        return "#" not in package
    if package.endswith(_ARCHIVES) or package.startswith(_LOCAL):
        return False
    return "@" not in package.removeprefix("@")


RULE = Rule(
    id="unpinned-npm",
    aliases=("DL3016",),
    severity=Severity.INFO,
    summary="npm installs whatever version is newest",
    check=_check,
)
