"""Reading the commands of a maintainer script without running it.

This is no shell. It finds the simple commands, remembers assignments of literal values and repeats the body of a
``for`` loop over literal words. Every branch of ``if`` and ``case`` counts as taken. A word it cannot know, such as
``$1`` or the output of a command, is None: callers must treat that as unknown.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from prill.build.shell_words import ShellLexer, Variable, Word, WordPart, literal

__all__ = ["is_shell", "script_commands"]

_MAX_SCRIPT: Final = 1 << 20
_MAX_STEPS: Final = 20_000
_MAX_DEPTH: Final = 20
_MAX_WORD: Final = 8192

_SHELL = re.compile(rb"#!\s*(?:\S*/env\s+)?\S*/?(?:ba|da|k)?sh\b")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=", re.ASCII)
_BRANCHES = {"if": 1, "case": 1, "fi": -1, "esac": -1}
_KEYWORDS = frozenset({*_BRANCHES, "while", "until", "done", "then", "else", "elif", "do", "!", "{", "}"})


@dataclass(slots=True)
class _Loop:
    variable: str
    values: list[Word]
    body: "list[_Loop | list[Word] | str]" = field(default_factory=list)


_Node = _Loop | list[Word] | str


def is_shell(script: bytes) -> bool:
    """Whether the script's first line asks for a POSIX shell."""
    return _SHELL.match(script) is not None


def script_commands(script: bytes) -> Iterator[tuple[str | None, ...]]:
    """Yield the script's simple commands, each a tuple of words; nothing for what is no shell script.

    A script over 1 MiB, or one that would take more than 20,000 steps, ends early with a command ``(None,)``.
    """
    if not is_shell(script):
        return
    if len(script) > _MAX_SCRIPT:
        yield (None,)
        return
    scope = _Scope()
    yield from _run(_Parser().parse(ShellLexer(script.decode("utf-8", "replace"))), scope)
    if scope.steps > _MAX_STEPS:
        yield (None,)


@dataclass(slots=True)
class _Parser:
    """Groups words into commands, and the commands between ``do`` and ``done`` into loops."""

    top: list[_Node] = field(default_factory=list)
    stack: list[list[_Node]] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)

    def parse(self, lexer: ShellLexer) -> list[_Node]:
        self.stack.append(self.top)
        for token in lexer.tokens():
            if isinstance(token, str):
                self._end_command()
            elif token:
                self.words.append(token)
        self._end_command()
        return self.top

    def _end_command(self) -> None:
        words, self.words = self.words, []
        first = 0
        while first < len(words) and (name := literal(words[first])) in _KEYWORDS:
            self._keyword(name or "")
            first += 3 if name == "case" else 1  # case WORD in
        words = words[first:]
        if words and literal(words[0]) == "for" and len(words) > 1 and len(self.stack) < _MAX_DEPTH:
            loop = _Loop(literal(words[1]) or "", words[3:])
            self.stack[-1].append(loop)
            self.stack.append(loop.body)
        elif words:
            self.stack[-1].append(words)

    def _keyword(self, name: str) -> None:
        if name in _BRANCHES:
            self.stack[-1].append(name)
        elif name in ("while", "until") and len(self.stack) < _MAX_DEPTH:
            self.stack.append(self.stack[-1])
        elif name == "done" and len(self.stack) > 1:
            self.stack.pop()


@dataclass(slots=True)
class _Scope:
    """What variables are known to hold; None for what has no single known value."""

    values: dict[str, str | None] = field(default_factory=dict)
    depth: int = 0
    steps: int = 0

    def assign(self, name: str, value: str | None) -> None:
        """Set a variable; inside a branch a known value survives what cannot be known, but not a rival."""
        if self.depth and name in self.values and self.values[name] != value:
            if value is not None:
                self.values[name] = None
        else:
            self.values[name] = value

    def expand(self, word: Word) -> list[str | None]:
        """Expand a word into fields; a field with an unknown part is None."""
        fields: list[str | None] = [""]
        for part in word:
            value = part.value(self.values) if isinstance(part, Variable) else part
            last = fields[-1]
            if value is None or last is None or len(last) + len(value) > _MAX_WORD:
                fields[-1] = None
            elif isinstance(part, Variable) and not part.quoted:
                first, *rest = value.split() or [""]
                fields[-1] = last + first
                fields.extend(rest)
            else:
                fields[-1] = last + value
        quoted = any(isinstance(part, str) or (isinstance(part, Variable) and part.quoted) for part in word)
        return fields if quoted or fields != [""] else []


def _run(nodes: list[_Node], scope: _Scope) -> Iterator[tuple[str | None, ...]]:
    for node in nodes:
        scope.steps += 1
        if scope.steps > _MAX_STEPS:
            return
        if isinstance(node, str):
            scope.depth = max(scope.depth + _BRANCHES[node], 0)
        elif isinstance(node, _Loop):
            for value in [one for word in node.values for one in scope.expand(word)]:
                scope.steps += 1
                scope.values[node.variable] = value
                yield from _run(node.body, scope)
        elif command := _command(node, scope):
            yield command


def _command(words: list[Word], scope: _Scope) -> tuple[str | None, ...]:
    """Return a command's words; nothing for assignments and ``unset``, which change the scope."""
    first = 0
    while first < len(words) and (assigned := _assignment(words[first], scope)):
        first += 1
        if first == len(words):
            scope.assign(*assigned)
    command = tuple(one for word in words[first:] for one in scope.expand(word))
    if command[:1] == ("unset",):
        for name in command[1:]:
            scope.values.pop(name or "", None)
        return ()
    return command


def _assignment(word: Word, scope: _Scope) -> tuple[str, str | None] | None:
    """Return name and value where the word is an assignment."""
    texts: list[str] = []
    for part in word:
        if not isinstance(part, str):
            break
        texts.append(part)
    head = "".join(texts)
    match = _ASSIGNMENT.match(head)
    if not match:
        return None
    rest: Word = (head[match.end() :], *(_quote(part) for part in word[len(texts) :]))
    return match[1], scope.expand(rest)[0]


def _quote(part: WordPart) -> WordPart:
    return replace(part, quoted=True) if isinstance(part, Variable) else part
