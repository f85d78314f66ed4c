"""What is fetched is run unseen."""

from collections.abc import Iterator
from itertools import pairwise

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.shell import ShellCommand
from prill.dockerfile.source import Span
from prill.dockerfile.step import Step
from prill.model.finding import Severity

__all__ = ["RULE"]

_FETCHERS = frozenset({"curl", "wget", "fetch", "http"})
_RUNNERS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh", "python", "python3", "perl", "ruby", "node", "php"})
_CHECKERS = frozenset(
    {"cosign", "gpg", "gpg2", "gpgv", "minisign", "openssl", "shasum", "sha1sum", "md5sum", "b2sum"}
) | {f"sha{size}sum" for size in (224, 256, 384, 512)}
"""What may look at a file before it is run."""


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("RUN") if dockerfile.programs & _FETCHERS else ():
        fetched: dict[int, ShellCommand] = {}
        for command in step.commands:
            if command.program in _FETCHERS:
                fetched[command.pipeline] = command
            elif command.connector in {"|", "|&"} and command.pipeline in fetched and _runs(command):
                first = fetched[command.pipeline]
                yield Problem(span=Span(first.span.start, max(first.span.end, command.span.end)))
        yield from _substituted(step)
        yield from _saved(step)


def _runs(command: ShellCommand) -> bool:
    words = [word for word in command.words if not word.masked.startswith("-") and "=" not in word.masked]
    names = [word.text.rpartition("/")[2] for word in words[:3]]
    return bool(names) and (names[0] in _RUNNERS or (names[0] in {"sudo", "env"} and bool(set(names[1:]) & _RUNNERS)))


def _substituted(step: Step) -> Iterator[Problem]:
    """Find ``sh -c "$(curl …)"`` and ``bash <(curl …)``."""
    for before, command in pairwise(step.commands):
        inside = command.nesting[-1:] == ("substitution",) and command.program in _FETCHERS
        if inside and before.program in _RUNNERS | {"eval", "source", "."} and before.span.end >= command.span.end:
            yield Problem(span=before.span)


def _saved(step: Step) -> Iterator[Problem]:
    """Find ``curl -o x … && sh x``, where nothing between the two looks at the file."""
    files: dict[str, ShellCommand] = {}
    for command in step.commands:
        if command.program in {"curl", "wget"} and command.connector not in {"|", "|&"}:
            files.update(dict.fromkeys(_outputs(command), command))
        elif command.program in _CHECKERS:
            files.clear()
        elif files and (name := _run_file(command)) in files:
            yield Problem(span=files.pop(name).span, message=f"{name} is fetched and run unseen")


def _outputs(command: ShellCommand) -> Iterator[str]:
    """Yield the names of the files that are written, without their folders."""
    letter, long = ("o", "--output") if command.program == "curl" else ("O", "--output-document")
    texts = [word.text for word in command.words[1:]]
    given = [text.partition("=")[2] for text in texts if text.startswith(long + "=")]
    given += [
        after
        for text, after in pairwise(texts)
        if text == long or (text[:1] == "-" != text[1:2] and text[-1] == letter)
    ]
    given += [one.target.text for one in command.redirections if one.operator in {">", "1>"} and one.target]
    if not given and (command.program == "wget" or command.has_flag("O", "remote-name")):
        given = [text for text in texts if "://" in text]
    yield from (text.rstrip("/").rpartition("/")[2] for text in given)


def _run_file(command: ShellCommand) -> str:
    """Return the name of the file that a command runs: itself, or what it gives to a shell or an interpreter."""
    if command.program in _RUNNERS:
        operand = next((word.text for word in command.words[1:] if not word.masked.startswith("-")), "")
        return operand.rpartition("/")[2]
    return command.program if "/" in command.name else ""


RULE = Rule(
    id="untrusted-download",
    severity=Severity.WARNING,
    summary="What is fetched is run unseen",
    check=_check,
)
