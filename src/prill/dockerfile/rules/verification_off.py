"""A certificate or a signature is not checked."""

import re
from collections.abc import Iterator
from itertools import chain, pairwise

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._switches import (
    FLAGS,
    HINTS,
    PROGRAMS,
    SAYS_SO,
    SETTINGS,
    UNSIGNED,
    UNSWITCHED,
    set_off,
    told_off,
)
from prill.dockerfile.shell import ShellCommand
from prill.dockerfile.source import Span
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_PIP = regex(r"pip[0-9.]*")
_SOUGHT = regex(
    r"(?:^|[;{\n])\s{0,8}/(?:\\.|[^/\\]){0,1024}/|(?<![\w\\])s(?P<by>[^\w\s])(?:\\.|(?!(?P=by)).){0,1024}(?P=by)",
    re.DOTALL,
)
"""What ``sed`` looks for: a line's address, and of a replacement what is replaced."""
_ASKING = frozenset({"[", "egrep", "fgrep", "grep", "rg", "test"})
"""Programs that look for what others switch off."""
_USER = regex(r"(?<=://)[^/@\s]{1,1024}@")
"""Who is asked to log in, perhaps with a password: a message does not say it once more."""
_TRUSTED = "packages of a source that is trusted unsigned are not checked"
_SETTING = frozenset({*SAYS_SO, *UNSWITCHED, "declare", "export", "git", "go", "pip", "poetry"})
"""What else is told in a way of its own; a setting of a package manager, which any program may hand on, has a ``=``."""
_RUNNERS = frozenset({"doas", "env", "gosu", "nice", "nohup", "setpriv", "su-exec", "sudo", "timeout", "xargs"})
"""Programs that run the one whose name is among their words."""
_CURL = _RUNNERS | {"curl"}
_FILES = "a line of the file switches a check off"

_CHECKOV = {
    "curl": 2, "wget": 3, "pip": 4, "pythonhttpsverify": 5, "node_tls_reject_unauthorized": 6, "apk": 7,
    "--allow-unauthenticated": 8, "dnf": 9, "microdnf": 9, "tdnf": 9, "yum": 9, "rpm": 10, "--force-yes": 11,
    "npm_config_strict_ssl": 12, "npm": 13, "yarn": 13, "git_ssl_no_verify": 14, "sslverify": 15,
    "pip_trusted_host": 16,
}  # fmt: skip
"""The number that checkov has for a switch, a variable or what else a program is told; it knows no others."""


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("ENV", "ARG"):
        for pair in step.pairs:
            if told_off(pair.key.text, pair.text):
                message = f"{pair.key.text} switches the check off"
                yield Problem(span=pair.span, message=message, aliases=_aliases(pair.key.text))
            elif any(map(pair.text.__contains__, "=: ")) and _hints(pair.text) and SETTINGS.search(pair.text):
                message = f"{pair.key.text} has a switch that turns the check off"
                yield Problem(span=pair.span, message=message, aliases=())
    if "<<" in dockerfile.file.source.text:
        yield from _written(dockerfile)
    programs = dockerfile.programs
    hint = not PROGRAMS.isdisjoint(programs) or _hints(dockerfile.command_text)
    if not hint and not _RUNNERS.isdisjoint(programs):
        run = (one.texts for _, one in dockerfile.invocations if one.program in _RUNNERS)
        hint = not PROGRAMS.isdisjoint(chain.from_iterable(run))
    for _, command in dockerfile.invocations if hint or not _CURL.isdisjoint(programs) else ():
        if hint or command.program in _CURL:
            yield from _called(command, hint=hint)


def _hints(text: str) -> bool:
    said = text.lower()
    for hint in HINTS:  # noqa: SIM110 - as a loop it takes half of the time
        if hint in said:
            return True
    return False


def _written(dockerfile: Dockerfile) -> Iterator[Problem]:
    """Yield what files say that COPY and ADD write from the Dockerfile itself."""
    for step in dockerfile.of("COPY", "ADD"):
        for heredoc in step.instruction.heredocs:
            found = _set_by(heredoc.text) if _hints(heredoc.text) else None
            if found is not None:
                line, setting = found
                text, (start, end) = dockerfile.file.source.text, heredoc.body
                for one in heredoc.text.split("\n")[:line]:
                    start = max(start, text.find(one, start, end) + len(one))
                start = text.find(setting, start, end)
                span = Span(start, start + len(setting)) if start >= 0 else heredoc.opener
                yield Problem(span=span, message=_FILES, aliases=())


def _set_by(text: str) -> tuple[int, str] | None:
    """Return the first line that is no comment and switches a check off, by its number from 0, and what in it does."""
    for number, line in enumerate(text.split("\n")):
        found = None if line.lstrip()[:1] in {"#", ";"} else SETTINGS.search(line) or UNSIGNED.search(line)
        if found is not None:
            return number, found[0]
    return None


def _called(command: ShellCommand, *, hint: bool) -> Iterator[Problem]:
    """Yield what a command switches off; without a hint, it can only be curl that has its ``-k``."""
    program, before = _run(command)
    if program in _ASKING or (not hint and program != "curl"):
        return
    for word in command.assignments:
        name, _, value = word.text.partition("=")
        if told_off(name, value):
            yield Problem(span=word.span, message=f"{name} switches the check off", aliases=_aliases(name))
    own = program in FLAGS or program in _SETTING
    texts = command.texts
    for place, word in enumerate(command.words[1:]):
        following = texts[place + 1] if place + 1 < len(texts) else ""
        off = place >= before and (own or "=" in word.masked) and _off(program, word.masked, texts, following)
        found = (
            SETTINGS.search(_put(command, word.text))
            if hint and not off and ("=" in word.text or " " in word.text)
            else None
        )
        if off or found:
            told = word.masked.lower().removeprefix("--setopt=").partition("=")[0]
            aliases = _aliases(told, program) if off else ()
            shown = _USER.sub("", found[0].removeprefix("\\n") if found else word.text)
            yield Problem(span=word.span, message=f"{command.program} {shown}: nothing is checked", aliases=aliases)
        elif "yes" in word.text and UNSIGNED.search(word.text):
            yield Problem(span=word.span, message=_TRUSTED, aliases=())


def _put(command: ShellCommand, text: str) -> str:
    """Return what a word puts somewhere: in a script of ``sed``, what it looks for is left out."""
    return _SOUGHT.sub("", text) if command.program == "sed" or "sed" in command.texts else text


def _aliases(*names: str) -> tuple[str, ...]:
    """Return checkov's name for the first of them that it knows."""
    numbers = [_CHECKOV[name.lower()] for name in names if name.lower() in _CHECKOV]
    return (f"CKV2_DOCKER_{numbers[0]}",) if numbers else ()


def _run(command: ShellCommand) -> tuple[str, int]:
    """Return the program's name, pip's for each of its names, and how many arguments stand before its own.

    Of ``sudo`` and its like, it is the one that they run.
    """
    program, before = command.program, 0
    if program in _RUNNERS:
        for place, text in enumerate(command.texts, 1):
            name = text.rpartition("/")[2]
            if name in FLAGS or name in _SETTING or _PIP.fullmatch(name):
                program, before = name, place
                break
    module = program.startswith("python") and ("-m", "pip") in pairwise(command.texts)
    return ("pip" if module or _PIP.fullmatch(program) else program), before


def _off(program: str, text: str, texts: tuple[str, ...], following: str) -> bool:
    """Whether an argument switches a check off; ``export`` and the settings of git, npm, yarn and yum count, too."""
    if program == "curl" and text[:1] == "-" and text[:2] != "--":
        return "k" in text.partition("=")[0] and not text.startswith(("-H", "-o", "-u", "-A", "-d", "-X"))
    name, _, value = text.partition("=")
    if program in {"export", "declare"} or (program == "go" and texts[:1] == ("env",)):
        return told_off(name, value)
    flags = FLAGS.get(program, ())
    if text in flags or (name in flags and value.lower() != "false"):
        return True
    return (program in _SETTING or "=" in text) and set_off(program, text.lower(), texts, following.lower())


RULE = Rule(
    id="verification-off",
    aliases=tuple(f"CKV2_DOCKER_{number}" for number in range(2, 17)),
    severity=Severity.ERROR,
    summary="A certificate or a signature is not checked",
    check=_check,
)
