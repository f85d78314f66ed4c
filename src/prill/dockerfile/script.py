"""The commands of an instruction, whichever form it is written in: shell, exec, heredoc."""

from pathlib import PurePosixPath
from typing import NamedTuple

from prill.dockerfile.arguments import read_health
from prill.dockerfile.shell import ShellCommand, ShellWord, told_place
from prill.dockerfile.shell_reader import SHELLS, TooIntricate, read_shell
from prill.dockerfile.source import Word
from prill.dockerfile.state import ShellKind, shell_kind
from prill.dockerfile.syntax import Instruction, Logical
from prill.model.regex import regex

__all__ = ["Script", "ShellText", "read_script", "shell_text"]

_OPENER = regex(r"""\d*<<-?(?:[^\s'"\\<]|\\.|'[^']*'|"[^"]*")+""")


class Script(NamedTuple):
    """What an instruction runs: in which language, and the commands where that is a POSIX shell's or none.

    ``unread`` says why there are none where there may be some.
    """

    kind: ShellKind
    commands: tuple[ShellCommand, ...]
    text: str = ""
    unread: str = ""


class ShellText(NamedTuple):
    """What a shell reads, from ``start`` to ``end``; ``interpreter`` is the shell that a ``#!`` in it names."""

    logical: Logical
    start: int
    end: int
    interpreter: str = ""


def read_script(instruction: Instruction, shell: tuple[str, ...] | None) -> Script:
    """Read what RUN, CMD, ENTRYPOINT or HEALTHCHECK runs; ``shell`` is the SHELL that holds, None for the default."""
    start = instruction.start
    if instruction.keyword == "HEALTHCHECK":
        health = read_health(instruction)
        if health is None or health.kind != "CMD":
            return Script(ShellKind.NONE, ())
        start = health.start
    if instruction.json is not None:
        kind, text = ShellKind.NONE, ""
    else:
        kind, text = shell_kind(shell or ()), instruction.logical.text[start : instruction.end]
    commands: tuple[ShellCommand, ...] = ()
    try:
        if instruction.json is not None:
            commands = _exec(instruction.json)
        elif kind is ShellKind.POSIX:
            commands = _shell_commands(instruction, start)
    except TooIntricate as error:
        return Script(kind, (), text, str(error))
    return Script(kind, commands, text)


def _exec(words: tuple[Word, ...]) -> tuple[ShellCommand, ...]:
    """Return the exec form as a command, and what a shell in it is told to run."""
    if not words:
        return ()
    command = ShellCommand(
        tuple(ShellWord(word.text, *word.span, word.text) for word in words),
        words[0].span._replace(end=words[-1].span.end),
        pipeline=0,
    )
    place = told_place(command.texts) if command.program in SHELLS else None
    if place is None:
        return (command,)
    text, span = words[1 + place]
    if span.end - span.start == len(text):
        logical = Logical(text, (0,), (span.start,))
    else:
        logical = Logical(text, tuple(range(len(text) + 1)), (span.start,) * (len(text) + 1))
    nested = read_shell(logical, 0, len(text), 1)
    return (command, *(one._replace(nesting=("shell", *one.nesting), pipeline=one.pipeline + 1) for one in nested))


def _shell_commands(instruction: Instruction, start: int) -> tuple[ShellCommand, ...]:
    """Read the text that the shell gets. A heredoc is read where it is the script, or a shell's standard input.

    ``RUN <<EOF bash`` is that shell's script, as ``RUN <<EOF`` is the default one's; others read both alike.
    """
    logical, end = instruction.logical, instruction.end
    if not instruction.heredocs:
        return read_shell(logical, start, end)
    bodies = [Logical(heredoc.text, (0,), (heredoc.body.start,)) for heredoc in instruction.heredocs]
    if _OPENER.fullmatch(logical.text, start, end):
        plain = _shebang(bodies[0].text) in SHELLS
        return read_shell(bodies[0], 0, len(bodies[0].text)) if plain else ()
    line = _OPENER.sub(lambda match: " " * len(match[0]), logical.text)
    commands = read_shell(logical._replace(text=line), start, end)
    fed = [one for one in commands if one.program in SHELLS and (not one.operands or one.has_flag("s"))]
    inside = () if commands[:1] == (*fed[:1],) and _OPENER.match(logical.text, start, end) else ("shell",)
    for command, body in zip(fed, bodies, strict=False):
        nested = read_shell(body, 0, len(body.text), 1)
        first = 1 + max(one.pipeline for one in commands)
        commands += tuple(
            one._replace(pipeline=one.pipeline + first, nesting=(*command.nesting, *inside, *one.nesting))
            for one in nested
        )
    return commands


def _shebang(text: str) -> str:
    """Return the interpreter that a script names in its first line; the default shell without one."""
    if not text.startswith("#!"):
        return "sh"
    words = text[2:].partition("\n")[0].split()
    names = [PurePosixPath(word).name for word in words if not word.startswith("-")]
    return names[1] if names[:1] == ["env"] and len(names) > 1 else (names or ["sh"])[0]


def shell_text(instruction: Instruction) -> ShellText | None:
    """Return the text of a RUN that a shell reads; None for the exec form and other interpreters."""
    if instruction.json is not None or instruction.start >= instruction.end:
        return None
    logical, start, end = instruction.logical, instruction.start, instruction.end
    if not instruction.heredocs:
        return ShellText(logical, start, end)
    if _OPENER.fullmatch(logical.text, start, end):
        heredoc = instruction.heredocs[0]
        interpreter = _shebang(heredoc.text)
        if interpreter not in SHELLS:
            return None
        named = interpreter if heredoc.text.startswith("#!") else ""
        return ShellText(Logical(heredoc.text, (0,), (heredoc.body.start,)), 0, len(heredoc.text), named)
    line = _OPENER.sub(lambda match: " " * len(match[0]), logical.text)
    program, *rest = line[start:end].split() or ("",)
    name = PurePosixPath(program).name
    if name in SHELLS and all(word.startswith("-") for word in rest):  # a shell's standard input
        heredoc = instruction.heredocs[-1]
        return ShellText(Logical(heredoc.text, (0,), (heredoc.body.start,)), 0, len(heredoc.text), name)
    return ShellText(logical._replace(text=line), start, end)
