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
    text, starts, sources = logical.text, logical.starts, logical.sources
    while start < end and text[start] in " \t":
        start += 1
    reading = _Reading()
    for token in _TOKEN.finditer(text, start, end):
        begin, after = token.span()
        if begin != start:
            return None
        start = after
        kind = token.lastindex or 0
        if kind == _JOIN:
            if not reading.join(token[_JOIN]):
                return None
            continue
        raw = token[kind]
        begin, after = token.span(kind)
        line = bisect_right(starts, begin) - 1
        last = line if line + 1 == len(starts) or after <= starts[line + 1] else bisect_right(starts, after - 1) - 1
        span = Span(sources[line] + begin - starts[line], sources[last] + after - starts[last])
        word = ShellWord(raw, span, raw) if _QUOTED.search(raw) is None else ShellWord(_text(raw), span, _masked(raw))
        if kind == _REDIRECTED:
            reading.redirections.append(Redirection(token[2], word, logical.span(token.start(2), after)))
        elif reading.redirections:
            return None
        elif reading.words or not _ASSIGNMENT.match(raw):
            reading.words.append(word)
        else:
            reading.assigned.append(word)
    return tuple(reading.found) if start == end and reading.finish() else None


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
