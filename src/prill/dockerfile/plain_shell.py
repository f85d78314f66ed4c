"""Shell text that is nothing but words and what joins commands, read without a grammar: most of what RUN says.

What it reads, the grammar of `prill.dockerfile.shell_reader` reads alike, several times as slowly. Whatever is not
listed here is left to that: ``$( )``, escapes, comments, lone assignments, groups, heredocs, reserved words, and
programs with odd names.
"""

import re

from prill.dockerfile.shell import Redirection, ShellCommand, ShellWord
from prill.dockerfile.source import Span
from prill.dockerfile.syntax import Logical
from prill.model.regex import regex

__all__ = ["read_plain"]

_VARIABLE = r"\$(?:[A-Za-z_]\w*+|\{[A-Za-z_]\w*+\})"
_BARE = r"[\w./:@%+,=*?~^-]++"
_PART = rf"""{_BARE}|'[^'\n]*+'|"(?:[^"$`\\\n]|{_VARIABLE})*+"|{_VARIABLE}"""
_TOKENS = re.compile(
    rf"""(?:({_BARE})(?!['"$<>])|((?:{_PART})++)(?![<>])"""
    rf"|(?<=[ \t])([12]?(?:>>|>&|>)(?![&><|(])|<(?![&><|(]))([ \t]*+)((?:{_PART})++)(?![<>])"
    r"|(&&|\|\||;|\|)(?![&|;]))([ \t]*+)|[\s\S]++",
    re.ASCII,
)
"""A bare word, one with quotes or variables, a redirection with its target, or what joins commands; then blanks.

Or all that is left where none of these stands: to look for one further on would take the square of the length.
"""
_new = tuple.__new__
"""Half of what a named tuple's own costs; most of a file is words."""
_PARTS = regex(_PART, re.ASCII)
_INSIDE = regex(_VARIABLE, re.ASCII)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*+\+?=", re.ASCII)
_PROGRAM = re.compile(r"[A-Za-z_./][\w./+-]*+", re.ASCII)
_RESERVED = frozenset(
    {
        "builtin", "busybox", "case", "command", "coproc", "declare", "do", "done", "elif", "else", "esac", "exec",
        "fi", "for", "function", "if", "in", "local", "readonly", "select", "then", "time", "typeset", "unset",
        "unsetenv", "until", "while",
    }
)  # fmt: skip


def read_plain(logical: Logical, start: int, end: int) -> tuple[ShellCommand, ...] | None:
    """Return the commands of the text from ``start`` to ``end``; None where it takes the grammar to read it."""
    text, place = logical.text, start
    while place < end and text[place] in " \t":
        place += 1
    reading = _Reading()
    starts, sources = logical.starts, logical.sources
    line, ends = 0, (*starts[1:], len(text))
    for bare, quoted, operator, gap, target, connector, blanks in _TOKENS.findall(text, place, end):
        if connector:
            if not reading.join(connector):
                return None
            place += len(connector) + len(blanks)
            continue
        raw = bare or quoted or target
        if not raw:
            return None
        begin = place + len(operator) + len(gap) if operator else place
        after = begin + len(raw)
        while begin >= ends[line]:
            line += 1
        shift = sources[line] - starts[line]
        last = after + shift if after <= ends[line] else logical.at(after - 1) + 1
        plain, masked = (raw, raw) if bare else (_text(raw), _masked(raw))
        word = _new(ShellWord, (plain, begin + shift, last, masked))
        if operator:
            reading.redirections.append(Redirection(operator, word, logical.span(place, after)))
        elif reading.redirections:
            return None
        elif reading.words or not _ASSIGNMENT.match(raw):
            reading.words.append(word)
        else:
            reading.assigned.append(word)
        place = after + len(blanks)
    return tuple(reading.found) if place == end and reading.finish() else None  # all tokens together are the text


class _Reading:
    """The commands so far, and the parts of the one that is being read."""

    def __init__(self) -> None:
        self.found: list[ShellCommand] = []
        self.connector = ""
        self.pipeline = 1
        self._begin()

    def _begin(self) -> None:
        self.assigned: list[ShellWord] = []
        self.words: list[ShellWord] = []
        self.redirections: list[Redirection] = []

    def finish(self) -> bool:
        """End the last command; a ``;`` may be the end as well."""
        nothing = not (self.assigned or self.words or self.redirections)
        return self.join("") if not nothing else self.connector == ";"

    def join(self, connector: str) -> bool:
        """End a command; it is no plain one where its first word makes something else of it, or there is none."""
        words = self.words
        if not words or words[0].text in _RESERVED or not _PROGRAM.fullmatch(words[0].masked):
            return False
        span = Span((self.assigned or words)[0].start, words[-1].end)
        assigned, redirections = tuple(self.assigned), tuple(self.redirections)
        self.found.append(ShellCommand(tuple(words), span, assigned, redirections, self.connector, self.pipeline))
        self.connector = connector
        self.pipeline += connector != "|"
        self._begin()
        return True


def _text(raw: str) -> str:
    """Take a word's quotes away; they hold no escapes."""
    return "".join(part[1:-1] if part[0] in "'\"" else part for part in _PARTS.findall(raw))


def _masked(raw: str) -> str:
    """Take a word's quotes away, and put ``${}`` in the place of each variable."""
    if "$" not in raw:
        return _text(raw)
    return "".join(
        part[1:-1] if part[0] == "'" else _INSIDE.sub("${}", part[1:-1] if part[0] == '"' else part)
        for part in _PARTS.findall(raw)
    )
