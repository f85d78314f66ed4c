"""go installs whatever version is newest."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import report, spanning
from prill.model.finding import Severity

__all__ = ["RULE"]

_MOVING = frozenset({"latest", "none", "upgrade", "patch", "main", "master", "HEAD"})


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("go"):
        words = one.command.operands
        if not words or words[0].masked not in {"install", "get", "run"}:
            continue
        packages = words[1:2] if words[0].masked == "run" else words[1:]
        loose = [word for word in packages if _is_loose(word.masked)]
        if loose:
            yield report(one, span=spanning(loose))


def _is_loose(package: str) -> bool:
    if package.startswith((".", "/")) or package.endswith(".go"):
        return False
    _, at, version = package.partition("@")
    return not at or version in _MOVING


RULE = Rule(
    id="unpinned-go-install",
    aliases=("DL3062",),
    severity=Severity.INFO,
    summary="go installs whatever version is newest",
    check=_check,
)
