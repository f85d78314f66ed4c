"""gem installs whatever version is newest."""

from collections.abc import Iterator
from itertools import takewhile

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import report, spanning
from prill.dockerfile.shell import ShellCommand, ShellWord
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("gem"):
        texts = one.command.texts
        if not {"install", "i"} & set(texts) or {"-v", "--version"} & set(texts):
            continue
        if any(text.startswith("--version=") for text in texts):
            continue
        loose = [word for word in _packages(one.command) if ":" not in word.masked]
        if loose:
            yield report(one, span=spanning(loose))


def _packages(command: ShellCommand) -> list[ShellWord]:
    """Return what is installed; the word behind a flag is taken for its value."""
    words = iter(command.words[1:])
    found: list[ShellWord] = []
    for word in takewhile(lambda word: word.masked != "--", words):
        if word.masked.startswith("-"):
            next(words, None)
        elif word.masked not in {"install", "i"}:
            found.append(word)
    return found


RULE = Rule(
    id="unpinned-gem",
    aliases=("DL3028",),
    severity=Severity.INFO,
    summary="gem installs whatever version is newest",
    check=_check,
)
