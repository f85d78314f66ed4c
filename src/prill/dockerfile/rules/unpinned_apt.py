"""apt-get installs whatever version is newest."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import report, spanning
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("apt-get"):
        if "install" in one.command.texts:
            words = one.command.without_values("-t", "--target-release")
            loose = [word for word in words if word.masked != "install" and _is_loose(word.masked)]
            if loose:
                yield report(one, span=spanning(loose))


def _is_loose(package: str) -> bool:
    return "=" not in package and "/" not in package and not package.endswith(".deb")


RULE = Rule(
    id="unpinned-apt",
    aliases=("DL3008",),
    severity=Severity.INFO,
    summary="apt-get installs whatever version is newest",
    check=_check,
)
