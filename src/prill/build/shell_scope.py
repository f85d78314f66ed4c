"""What a shell's variables and parameters are known to hold while a script is read."""

from collections.abc import Iterable, Sequence
from typing import Final

from prill.build.shell_tree import Loop, Node
from prill.build.shell_words import Variable, Word, literal
from prill.model.value import dataclass, field

__all__ = ["MAX_STEPS", "Scope"]

MAX_STEPS: Final = 20_000
_MAX_WORD: Final = 8192
_MAX_PARAMETERS: Final = 99
"""The last one that ``${99}`` can name."""

Values = dict[str, str | None]


@dataclass(slots=True)
class _Branches:
    """An ``if`` or ``case`` that is being read: what was known before it, and behind each finished branch."""

    before: Values
    behind: list[Values] = field(default_factory=list)


@dataclass(slots=True)
class _Frame:
    """A function that is being read: the caller's parameters, and what its ``local`` variables hide."""

    parameters: tuple[str | None, ...] | None
    hidden: Values = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Scope:
    """Known values; None stands for what has no single known value.

    ``parameters`` is None where not even their number is known. ``steps`` counts the work, which has a bound.
    """

    values: Values = field(default_factory=dict)
    functions: dict[str, list[Node]] = field(default_factory=dict)
    parameters: tuple[str | None, ...] | None = None
    frames: list[_Frame] = field(default_factory=list)
    branches: list[_Branches] = field(default_factory=list)
    steps: int = 0

    def mark(self, step: int) -> None:
        """Begin a branch (1), put another in its place (0), or end the last one (-1)."""
        self.steps += len(self.values) // 8
        if step > 0:
            self.branches.append(_Branches(dict(self.values)))
        elif self.branches:
            last = self.branches[-1]
            last.behind.append(self.values)
            self.values = dict(last.before)
            if step < 0:
                self.branches.pop()
                self._join(last)

    def _join(self, branches: _Branches) -> None:
        """Know behind all branches what none of them contradicts; what cannot be known is no rival of what is."""
        for behind in branches.behind:
            for name, value in behind.items():
                if name not in self.values:
                    self.values[name] = value
                elif value not in (None, self.values[name], branches.before.get(name)):
                    self.values[name] = None

    def define(self, name: str, body: list[Node]) -> None:
        """Remember a function; of two definitions in branches a call takes both."""
        known = self.functions.get(name, []) if self.branches else []
        self.steps += len(known)
        self.functions[name] = [*known, *body]

    def call(self, name: str, words: Sequence[Word]) -> None:
        """Enter a function with ``words`` as its parameters, which are unknown where it moves them."""
        parameters: list[str | None] = []
        sure = not _moves_parameters(self.functions[name])
        for word in words:
            fields = self.expand(word)
            sure = sure and (None not in fields or _is_one_field(word))
            parameters += fields if sure else [None] * len(fields)
        self.frames.append(_Frame(self.parameters))
        self.parameters = tuple(parameters[:_MAX_PARAMETERS]) if sure else None

    def leave(self) -> None:
        """Leave a function: its local variables are what they were before."""
        frame = self.frames.pop()
        self.parameters = frame.parameters
        self.values |= frame.hidden
        for name in frame.absent:
            self.values.pop(name, None)

    def hide(self, name: str) -> None:
        """Make a variable local to the function that is being read."""
        if not self.frames or name in self.frames[-1].hidden or name in self.frames[-1].absent:
            return
        if name in self.values:
            self.frames[-1].hidden[name] = self.values[name]
        else:
            self.frames[-1].absent.add(name)

    def expand(self, word: Word) -> list[str | None]:
        """Expand a word into fields; a field with an unknown part is None."""
        if self.parameters == () and _is_all_parameters(word):
            return []
        fields: list[str | None] = [""]
        for part in word:
            if self.steps > MAX_STEPS:
                return [None]
            if isinstance(part, Variable) and part.name == "@":
                self.steps += len(self.parameters or ())
                self._splice(fields)
                continue
            value = self._value(part) if isinstance(part, Variable) else part
            last = fields[-1]
            if value is None or last is None or len(last) + len(value) > _MAX_WORD:
                fields[-1] = None
            elif isinstance(part, Variable) and not part.quoted:
                first, *rest = value.split() or [""]
                fields[-1] = last + first
                fields.extend(rest)
                self.steps += len(rest)
            else:
                fields[-1] = last + value
        quoted = any(isinstance(part, str) or (isinstance(part, Variable) and part.quoted) for part in word)
        return fields if quoted or fields != [""] else []

    def _splice(self, fields: list[str | None]) -> None:
        """Put all parameters behind the last field, each a field of its own."""
        if self.parameters is None or fields[-1] is None:
            fields[-1] = None
        elif self.parameters:
            first, *rest = self.parameters
            fields[-1] = None if first is None or len(first) > _MAX_WORD else fields[-1] + first
            fields.extend(rest)

    def _value(self, variable: Variable) -> str | None:
        if not variable.name.isdigit():
            return variable.value(self.values)
        if self.parameters is None:
            return None
        number = int(variable.name)
        value = self.parameters[number - 1] if number <= len(self.parameters) else ""
        return variable.value({**self.values, variable.name: value})


def _moves_parameters(body: Iterable[Node]) -> bool:
    """Whether ``shift`` or ``set --`` is anywhere in a function."""
    for node in body:
        if isinstance(node, Loop):
            if _moves_parameters(node.body):
                return True
        elif isinstance(node, list):
            texts = [literal(word) for word in node[:2]]
            if texts[0] in ("shift", "getopts") or texts == ["set", "--"]:
                return True
    return False


def _is_all_parameters(word: Word) -> bool:
    """Whether a word is ``"$@"``, which is no field at all where there are no parameters."""
    return any(isinstance(part, Variable) for part in word) and all(
        not part or (isinstance(part, Variable) and part.name == "@") for part in word
    )


def _is_one_field(word: Word) -> bool:
    """Whether a word is one field whatever its variables hold."""
    return all(
        isinstance(part, str) or (isinstance(part, Variable) and part.quoted and part.name != "@") for part in word
    )
