"""go installs whatever version is newest."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import report, spanning
from prill.model.finding import Severity

__all__ = ["RULE"]

_MOVING = frozenset({"", "latest", "none", "upgrade", "patch", "main", "master", "HEAD"})


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("go"):
        words = one.command.without_values("-C")
        if not words or words[0].masked not in {"install", "get", "run"}:
            continue
        runs = words[0].masked == "run"
        packages = words[1:2] if runs else [word for word in words[1:] if word.masked != "tool"]  # those of go.mod
        loose = [word for word in packages if _is_loose(word.masked)]
        if loose:
            found = report(one, span=spanning(loose))
            known = any(_version(word.masked) in {"", "latest", "none"} for word in loose)
            yield found if known else found._replace(aliases=())


def _is_loose(package: str) -> bool:
    if package.startswith((".", "/")) or package.endswith(".go"):
        return False
    return _version(package) in _MOVING


def _version(package: str) -> str:
    return package.partition("@")[2]


RULE = Rule(
    id="unpinned-go-install",
    aliases=("DL3062",),
    severity=Severity.INFO,
    summary="go installs whatever version is newest",
    check=_check,
)
