"""pip installs whatever version is newest."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import report, spanning
from prill.dockerfile.rules._pip import pip_installs
from prill.dockerfile.shell import ShellCommand
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_VALUES = (
    "--abi", "-b", "--build", "-e", "--editable", "--extra-index-url", "-f", "--find-links", "-i", "--index-url",
    "--implementation", "-m", "--no-binary", "--only-binary", "--platform", "--prefix", "--progress-bar", "--proxy",
    "--python-version", "--root", "--src", "-t", "--target", "--trusted-host", "--upgrade-strategy",
)  # fmt: skip
_REPOSITORY = regex(r"(?:git|hg|svn|bzr)\+")
_COMPARED = regex(r"[<>!=~]=|[<>]")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in pip_installs(dockerfile):
        if "." not in one.command.texts and not _reads_file(one.command):
            words = one.command.without_values(*_VALUES)
            loose = [word for word in words if word.masked != "install" and _is_loose(word.masked)]
            if loose:
                yield report(one, span=spanning(loose))


def _reads_file(command: ShellCommand) -> bool:
    """Whether a file says what is installed, or which versions may be."""
    named = not {"-r", "--requirement"}.isdisjoint(command.texts) or command.has_flag("constraint")
    return named or any(text[:2] == "-c" for text in command.texts)


def _is_loose(package: str) -> bool:
    if _COMPARED.search(package):
        return False
    if "@" not in package and _REPOSITORY.search(package):
        return True
    return "git+" not in package and "/" not in package and not package.endswith((".whl", ".tar.gz"))


RULE = Rule(
    id="unpinned-pip",
    aliases=("DL3013",),
    severity=Severity.INFO,
    summary="pip installs whatever version is newest",
    check=_check,
)
