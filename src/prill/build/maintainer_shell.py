"""Reading the commands of a maintainer script without running it.

This is no shell. It splits POSIX shell text into simple commands (POSIX.1-2017, XCU 2.3), remembers assignments of
literal values and repeats the body of a ``for`` loop over literal words. Every branch of ``if`` and ``case`` counts as
taken. A word it cannot know, such as ``$1`` or the output of a command, is None: callers must treat that as unknown.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

__all__ = ["is_shell", "script_commands"]

_MAX_SCRIPT: Final = 1 << 20
_MAX_COMMANDS: Final = 20_000
_MAX_DEPTH: Final = 20
_MAX_WORD: Final = 1 << 16

_SHELL = re.compile(rb"#!\s*(?:\S*/env\s+)?\S*/?(?:ba|da|k)?sh\b")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=", re.ASCII)
_VARIABLE = re.compile(
    r"\$(?:(?P<plain>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)(?:(?P<end>[#%])(?P<cut>[\w./-]+))?\})", re.ASCII
)
_HERE_DOCUMENT = re.compile(r"<<-?\s*(?P<quote>['\"\\]?)(?P<end>\w+)(?P=quote)?")
_BRANCHES = {"if": 1, "case": 1, "fi": -1, "esac": -1}
_KEYWORDS = frozenset({*_BRANCHES, "while", "until", "done", "then", "else", "elif", "do", "!", "{", "}"})
_OPERATORS = ("&&", "||", ";;", ";", "&", "|", "(", ")", "\n")


@dataclass(frozen=True, slots=True)
class _Variable:
    """An expansion inside a word; without quotes its value falls into several words.

    ``end`` and ``cut`` are those of ``${name#prefix}`` and ``${name%suffix}``.
    """

    name: str
    quoted: bool
    end: str = ""
    cut: str = ""

    def value(self, values: dict[str, str | None]) -> str | None:
        value = values.get(self.name)
        if value is None or not self.cut:
            return value
        return value.removeprefix(self.cut) if self.end == "#" else value.removesuffix(self.cut)


_Part = str | _Variable | None
_Word = tuple[_Part, ...]


@dataclass(slots=True)
class _Lexer:
    """Splits text into words and operators; an operator is a plain ``str`` and a word a tuple of its parts."""

    text: str
    position: int = 0
    ends: list[str] = field(default_factory=list)

    def tokens(self) -> Iterator[str | _Word]:
        while self.position < len(self.text):
            char = self.text[self.position]
            if char in " \t\r":
                self.position += 1
            elif self.text.startswith("\\\n", self.position):
                self.position += 2
            elif char == "#":
                end = self.text.find("\n", self.position)
                self.position = len(self.text) if end < 0 else end
            elif char in "<>":
                self._redirection()
            else:
                yield self._operator() or self._word()

    def _operator(self) -> str:
        operator = next((one for one in _OPERATORS if self.text.startswith(one, self.position)), "")
        self.position += len(operator)
        if operator == "\n":
            while self.ends:
                self._skip_here_document(self.ends.pop(0))
        return operator

    def _redirection(self) -> None:
        """Pass over a redirection with its target."""
        here = _HERE_DOCUMENT.match(self.text, self.position)
        if here:
            self.ends.append(here["end"])
            self.position = here.end()
            return
        while self.position < len(self.text) and self.text[self.position] in "<>&| \t":
            self.position += 1
        if self.position < len(self.text) and self.text[self.position] not in "\n;":
            self._word()

    def _skip_here_document(self, end: str) -> None:
        found = re.compile(rf"^\t*{re.escape(end)}$", re.MULTILINE).search(self.text, self.position)
        self.position = found.end() if found else len(self.text)

    def _word(self) -> _Word:
        parts: list[_Part] = []
        start = self.position
        while self.position < len(self.text):
            char = self.text[self.position]
            if char in " \t\r\n;&|()":
                break
            if char in "<>":
                if all(isinstance(part, str) and part.isdigit() for part in parts):
                    parts.clear()  # the number of a file descriptor, as in 2>/dev/null
                break
            self._part(char, parts, quoted=False)
        if self.position == start:
            self.position += 1
        return tuple(parts)

    def _part(self, char: str, parts: list[_Part], *, quoted: bool) -> None:
        if char == "\\":
            following = self.text[self.position + 1 : self.position + 2]
            if following != "\n":
                parts.append(following if not quoted or following in '$`"\\' else char + following)
            self.position += 2
        elif char == "'" and not quoted:
            end = self._end_of("'", self.position + 1)
            parts.append(self.text[self.position + 1 : end])
            self.position = end + 1
        elif char == '"' and not quoted:
            self.position += 1
            parts.append("")
            while self.position < len(self.text) and self.text[self.position] != '"':
                self._part(self.text[self.position], parts, quoted=True)
            self.position += 1
        elif char == "`":
            parts.append(None)
            self.position = self._end_of("`", self.position + 1) + 1
        elif char == "$":
            parts.append(self._expansion(quoted=quoted))
        else:
            parts.append(char)
            self.position += 1

    def _end_of(self, quote: str, start: int) -> int:
        end = self.text.find(quote, start)
        return len(self.text) if end < 0 else end

    def _expansion(self, *, quoted: bool) -> _Part:
        variable = _VARIABLE.match(self.text, self.position)
        if variable:
            self.position = variable.end()
            return _Variable(
                variable["plain"] or variable["braced"], quoted, variable["end"] or "", variable["cut"] or ""
            )
        pair = {"(": ")", "{": "}"}.get(self.text[self.position + 1 : self.position + 2])
        if pair is None:
            self.position += 2 if self.position + 1 < len(self.text) and self.text[self.position + 1].isalnum() else 1
            self.position += self.text[self.position : self.position + 1] in tuple("@*#?$!-")
            return None
        depth = 0
        while self.position < len(self.text):
            char = self.text[self.position]
            depth += (char in "({") - (char in ")}")
            self.position += 1
            if depth == 0 and char == pair:
                break
        return None


@dataclass(slots=True)
class _Loop:
    variable: str
    values: list[_Word]
    body: "list[_Loop | list[_Word] | str]" = field(default_factory=list)


_Node = _Loop | list[_Word] | str


def is_shell(script: bytes) -> bool:
    """Whether the script's first line asks for a POSIX shell."""
    return _SHELL.match(script) is not None


def script_commands(script: bytes) -> Iterator[tuple[str | None, ...]]:
    """Yield the script's simple commands, each a tuple of words; nothing for what is no shell script.

    A script over 1 MiB, or one that would yield more than 20,000 commands, ends early with a command ``(None,)``.
    """
    if not is_shell(script):
        return
    if len(script) > _MAX_SCRIPT:
        yield (None,)
        return
    nodes = _Parser().parse(_Lexer(script.decode("utf-8", "replace")))
    for count, command in enumerate(_run(nodes, _Scope())):
        if count == _MAX_COMMANDS:
            yield (None,)
            return
        yield command


@dataclass(slots=True)
class _Parser:
    """Groups words into commands, and the commands between ``do`` and ``done`` into loops."""

    top: list[_Node] = field(default_factory=list)
    stack: list[list[_Node]] = field(default_factory=list)
    words: list[_Word] = field(default_factory=list)

    def parse(self, lexer: _Lexer) -> list[_Node]:
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
        while words and (name := _literal(words[0])) in _KEYWORDS:
            self._keyword(name or "")
            words = words[1:]
        if words and _literal(words[0]) == "for" and len(words) > 1 and len(self.stack) < _MAX_DEPTH:
            loop = _Loop(_literal(words[1]) or "", words[3:])
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


def _literal(word: _Word) -> str | None:
    """Return the word's text where no part of it is an expansion."""
    texts = [part for part in word if isinstance(part, str)]
    return "".join(texts) if len(texts) == len(word) else None


@dataclass(slots=True)
class _Scope:
    """What variables are known to hold; None for what has no single known value."""

    values: dict[str, str | None] = field(default_factory=dict)
    depth: int = 0

    def assign(self, name: str, value: str | None) -> None:
        """Set a variable; inside a branch a known value survives what cannot be known, but not a rival."""
        if self.depth and name in self.values and self.values[name] != value:
            if value is not None:
                self.values[name] = None
        else:
            self.values[name] = value

    def expand(self, word: _Word) -> list[str | None]:
        """Expand a word into fields; a field with an unknown part is None."""
        fields: list[str | None] = [""]
        for part in word:
            value = part.value(self.values) if isinstance(part, _Variable) else part
            last = fields[-1]
            if value is None or last is None or len(last) + len(value) > _MAX_WORD:
                fields[-1] = None
            elif isinstance(part, _Variable) and not part.quoted:
                first, *rest = value.split() or [""]
                fields[-1] = last + first
                fields.extend(rest)
            else:
                fields[-1] = last + value
        quoted = any(isinstance(part, str) or (isinstance(part, _Variable) and part.quoted) for part in word)
        return fields if quoted or fields != [""] else []


def _run(nodes: list[_Node], scope: _Scope) -> Iterator[tuple[str | None, ...]]:
    for node in nodes:
        if isinstance(node, str):
            scope.depth = max(scope.depth + _BRANCHES[node], 0)
        elif isinstance(node, _Loop):
            for value in [one for word in node.values for one in scope.expand(word)]:
                scope.values[node.variable] = value
                yield from _run(node.body, scope)
        else:
            words = node
            while words and (assigned := _assignment(words[0], scope)):
                words = words[1:]
                if not words:
                    scope.assign(*assigned)
            command = tuple(one for word in words for one in scope.expand(word))
            if command[:1] == ("unset",):
                for name in command[1:]:
                    scope.values.pop(name or "", None)
            elif command:
                yield command


def _assignment(word: _Word, scope: _Scope) -> tuple[str, str | None] | None:
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
    rest: _Word = (head[match.end() :], *(_quote(part) for part in word[len(texts) :]))
    return match[1], scope.expand(rest)[0]


def _quote(part: _Part) -> _Part:
    return replace(part, quoted=True) if isinstance(part, _Variable) else part
