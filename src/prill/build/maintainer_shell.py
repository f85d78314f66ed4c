"""Reading the commands of a maintainer script without running it.

This is no shell. It finds the simple commands, remembers assignments of literal values, repeats the body of a ``for``
loop over literal words, and puts a function's body in place of each call. Every branch of ``if`` and ``case`` counts as
taken. A word it cannot know, such as a script's own ``$1`` or the output of a command, is None: callers must treat that
as unknown.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Final

from prill.build.shell_scope import MAX_STEPS, Scope
from prill.build.shell_tree import Function, Loop, Mark, Node, parse_shell
from prill.build.shell_words import Variable, Word, WordPart, literal
from prill.model.value import replace

__all__ = ["is_shell", "script_commands"]

_MAX_SCRIPT: Final = 1 << 20
_MAX_NESTING: Final = 40

_SHELL = re.compile(rb"#!\s*(?:\S*/env\s+)?\S*/?(?:ba|da|k)?sh\b")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=", re.ASCII)
_NAME = re.compile(r"[\w-]+", re.ASCII)
_DECLARING = frozenset({"declare", "export", "local", "readonly", "typeset"})
_CALLS_BY_NAME = frozenset({None, "eval", "trap"})
"""Commands that may call any function."""

Command = tuple[str | None, ...]


def is_shell(script: bytes) -> bool:
    """Whether the script's first line asks for a POSIX shell."""
    return _SHELL.match(script) is not None


def script_commands(script: bytes) -> Iterator[Command]:
    """Yield the script's simple commands, each a tuple of words; nothing for what is no shell script.

    A function that nobody calls yields nothing, unless it might be called in a way that cannot be followed: then its
    parameters are unknown. A script over 1 MiB, or one that would take more than 20,000 steps, ends early with a
    command ``(None,)``.
    """
    if not is_shell(script):
        return
    if len(script) > _MAX_SCRIPT:
        yield (None,)
        return
    text = script.decode("utf-8", "replace")
    reader = _Reader()
    yield from reader.read(parse_shell(text), 0)
    yield from reader.uncalled(text)
    if reader.scope.steps > MAX_STEPS:
        yield (None,)


class _Reader:
    """Goes through a script's parts; what it knows on the way is in ``scope``."""

    def __init__(self) -> None:
        self.scope = Scope()
        self._called: set[str] = set()
        self._calls_by_name = False

    def read(self, nodes: Iterable[Node], nesting: int) -> Iterator[Command]:
        """Yield the commands of ``nodes``, the bodies of loops and of called functions among them."""
        scope = self.scope
        for node in nodes:
            scope.steps += 1
            if scope.steps > MAX_STEPS:
                return
            match node:
                case Mark(step):
                    scope.mark(step)
                case Function(name, body):
                    scope.define(name, body)
                case Loop(variable, values, body):
                    for value in [one for word in values for one in scope.expand(word)]:
                        scope.steps += 1
                        scope.values[variable] = value
                        if nesting < _MAX_NESTING:
                            yield from self.read(body, nesting + 1)
                case _:
                    yield from self._command(node, nesting)

    def uncalled(self, text: str) -> Iterator[Command]:
        """Yield the commands of functions that were not seen called, where ``text`` might call them nevertheless."""
        names = Counter(_NAME.findall(text))
        for name, body in [*self.scope.functions.items()]:
            if name not in self._called and (names[name] != 1 or self._calls_by_name):
                self.scope.parameters = None
                yield from self.read(body, 1)

    def _command(self, words: list[Word], nesting: int) -> Iterator[Command]:
        """Yield a command, or what the function does that it calls; assignments and their like change the scope."""
        scope = self.scope
        assignments = [*takewhile(_is_assignment, words)]
        if len(assignments) == len(words):
            _assign(words, scope)
            return
        words = words[len(assignments) :]
        command = tuple(one for word in words for one in scope.expand(word))
        if not command:
            return
        name = command[0]
        self._calls_by_name = self._calls_by_name or name in _CALLS_BY_NAME
        if name in scope.functions and nesting < _MAX_NESTING:
            self._called.add(name)
            written = literal(words[0]) == name
            scope.call(name, words[1:] if written else [(one,) for one in command[1:]])
            yield from self.read(scope.functions[name], nesting + 1)
            scope.leave()
            return
        if name in _DECLARING:
            _declare(words[1:], scope, local=name == "local")
        elif name == "read":
            scope.values.update((one or "", None) for one in command[1:])
        elif name == "unset":
            for one in command[1:]:
                scope.values.pop(one or "", None)
            return
        yield command


def _declare(words: Iterable[Word], scope: Scope, *, local: bool) -> None:
    """Take over the assignments of ``local``, ``export`` and their like."""
    for word in words:
        if local:
            scope.hide(_head(word).partition("=")[0])
        if _is_assignment(word):
            _assign((word,), scope)


def _is_assignment(word: Word) -> bool:
    return _ASSIGNMENT.match(_head(word)) is not None


def _head(word: Word) -> str:
    """Return the text that a word begins with."""
    texts: list[str] = []
    for part in word:
        if not isinstance(part, str):
            break
        texts.append(part)
    return "".join(texts)


def _assign(words: Iterable[Word], scope: Scope) -> None:
    """Carry out assignments, one after another: each sees those before it."""
    for word in words:
        head = _head(word)
        name, _, value = head.partition("=")
        texts = sum(1 for _ in takewhile(lambda part: isinstance(part, str), word))
        rest: Word = (value, *(_quote(part) for part in word[texts:]))
        scope.values[name] = scope.expand(rest)[0]


def _quote(part: WordPart) -> WordPart:
    return replace(part, quoted=True) if isinstance(part, Variable) else part
