"""Shell text that is nothing but words and what joins commands, read without a grammar: most of what RUN says.

What it reads, the grammar of `prill.dockerfile.shell_reader` reads alike, several times as slowly. Whatever is not
listed here is left to that: ``$( )``, escapes, comments, lone assignments, groups, heredocs, reserved words, and
programs with odd names.
"""

import re
from bisect import bisect_right

from prill.dockerfile.shell import Redirection, ShellCommand, ShellWord
from prill.dockerfile.source import Span
from prill.dockerfile.syntax import Logical

__all__ = ["read_plain"]

_VARIABLE = r"\$(?:[A-Za-z_]\w*+|\{[A-Za-z_]\w*+\})"
_PART = rf"""[\w./:@%+,=*?~^-]++|'[^'\n]*+'|"(?:[^"$`\\\n]|{_VARIABLE})*+"|{_VARIABLE}"""
_TOKEN = re.compile(
    rf"(?:((?:{_PART})++)(?![<>])|(?<=[ \t])([12]?(?:>>|>&|>)(?![&><|(])|<(?![&><|(]))[ \t]*+((?:{_PART})++)(?![<>])"
    r"|(&&|\|\||;|\|)(?![&|;]))[ \t]*+",
    re.ASCII,
)
_REDIRECTED, _JOIN = 3, 4
_QUOTED = re.compile(r"['\"$]")
_PARTS = re.compile(_PART, re.ASCII)
_INSIDE = re.compile(_VARIABLE, re.ASCII)
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
    while start < end and logical.text[start] in " \t":
        start += 1
    reading = _Reading(logical)
    for token in _TOKEN.finditer(logical.text, start, end):
        if token.start() != start or not reading.take(token):
            return None
        start = token.end()
    return tuple(reading.found) if start == end and reading.finish() else None


class _Reading:
    """Takes tokens in order; what it answers says whether they are plain so far."""

    def __init__(self, logical: Logical) -> None:
        self.logical = logical
        self.found: list[ShellCommand] = []
        self.connector = ""
        self.pipeline = 1
        self._begin()

    def _begin(self) -> None:
        self.assigned: list[ShellWord] = []
        self.words: list[ShellWord] = []
        self.redirections: list[Redirection] = []

    def take(self, token: re.Match[str]) -> bool:
        kind = token.lastindex or 0
        if kind == _JOIN:
            return self._join(token[_JOIN])
        raw = token[kind]
        begin, end = token.span(kind)
        starts, sources = self.logical.starts, self.logical.sources
        first, last = bisect_right(starts, begin) - 1, bisect_right(starts, end - 1) - 1
        span = Span(sources[first] + begin - starts[first], sources[last] + end - starts[last])
        word = ShellWord(raw, span, raw) if _QUOTED.search(raw) is None else ShellWord(_text(raw), span, _masked(raw))
        if kind == _REDIRECTED:
            self.redirections.append(Redirection(token[2], word, self.logical.span(token.start(2), end)))
        elif self.redirections:
            return False
        elif self.words or not _ASSIGNMENT.match(raw):
            self.words.append(word)
        else:
            self.assigned.append(word)
        return True

    def finish(self) -> bool:
        """End the last command; a ``;`` may be the end as well."""
        nothing = not (self.assigned or self.words or self.redirections)
        return self._join("") if not nothing else self.connector == ";"

    def _join(self, connector: str) -> bool:
        """End a command; it is no plain one where its first word makes something else of it, or there is none."""
        words = self.words
        if not words or words[0].text in _RESERVED or not _PROGRAM.fullmatch(words[0].masked):
            return False
        span = Span((self.assigned or words)[0].span.start, words[-1].span.end)
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
