"""apt-get asks a question that nobody answers."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.dockerfile.rules._commands import after_word, loose_flags, report
from prill.dockerfile.source import Span
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("apt-get"):
        command = one.command
        if "install" not in command.texts or loose_flags(command, "y", "yes", "assume-yes") or _is_quiet(command.texts):
            continue
        place = after_word(command, "install")
        fix = replacement("add -y", Span(place, place), " -y")
        yield report(one, fix=fix)


def _is_quiet(texts: tuple[str, ...]) -> bool:
    """Whether it is quiet twice, which implies yes (apt-get(8))."""
    letters = sum(text.count("q") for text in texts if text[:1] == "-" and text[:2] != "--")
    return letters + texts.count("--quiet") > 1 or "-q=2" in texts


RULE = Rule(
    id="apt-without-yes",
    aliases=("DL3014", "DS-0021"),
    severity=Severity.WARNING,
    summary="apt-get asks a question that nobody answers",
    check=_check,
)
