"""Variables in an instruction's words, as BuildKit's ``shell.Lex`` reads and expands them.

Forms: ``$name``, ``${name}``, and with a modifier ``:-`` ``-`` ``:+`` ``+`` ``:?`` ``?`` ``#`` ``##`` ``%`` ``%%``
``/`` ``//``. Single quotes and the escape character keep a ``$`` as it is.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from prill.dockerfile.shell_patterns import replaced, trimmed
from prill.model.regex import regex
from prill.model.value import dataclass, field

__all__ = ["MAX_DEPTH", "MAX_TEXT", "Expanded", "Reference", "expand", "find_references", "unquote"]

MAX_DEPTH = 20
MAX_TEXT = 32 * 1024
"""How many characters a text may have after expansion. Variables can double each other, line by line."""

_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?!$-]")
_UNTIL_SLASH = regex(r"(?:\\.|[^/\\])*", re.DOTALL)
_MODIFIER = regex(r":[-+?]|##?|%%?|//?|[-+?]")
_PLAIN = {escape: regex(rf"""[^'"${re.escape(escape)}]+""") for escape in "\\`"}
"""A run of characters that mean themselves, in double quotes as well."""


class Reference(NamedTuple):
    """A variable in a text, from ``start`` to ``end`` of it. ``modifier`` is "" for the plain forms.

    ``word`` is what follows the modifier, as it is written.
    """

    name: str
    start: int
    end: int
    modifier: str = ""
    word: str = ""

    @property
    def safe(self) -> bool:
        """Whether an unset variable is foreseen: ``${x:-y}``, ``${x+y}``, ``${x?message}`` and their like."""
        return self.modifier in {":-", "-", ":+", "+", ":?", "?"}


class Expanded(NamedTuple):
    """``text`` after expansion; ``unset`` are the variables that nothing foresaw and that have no value.

    Where the text would be longer than it may be, ``whole`` is false and ``text`` its beginning.
    """

    text: str
    unset: tuple[str, ...] = ()
    whole: bool = True

    @property
    def known(self) -> str | None:
        """The text, where all of it is known."""
        return None if self.unset or not self.whole else self.text


@dataclass(slots=True)
class _Lexer:
    text: str
    escape: str
    place: int = 0
    found: list[Reference] = field(default_factory=list)

    def parts(self) -> Iterator[str | Reference]:
        """Yield literal text and references, in order."""
        text, size = self.text, len(self.text)
        plain = _PLAIN[self.escape]
        double = False
        while self.place < size:
            char = text[self.place]
            if run := plain.match(text, self.place):
                yield run[0]
                self.place = run.end()
            elif char == "'" and not double:
                end = text.find("'", self.place + 1)
                end = size if end < 0 else end
                yield text[self.place + 1 : end]
                self.place = end + 1
            elif char == '"':
                double = not double
                self.place += 1
            elif char == self.escape:
                following = text[self.place + 1 : self.place + 2]
                keeps = double and following not in ('"', "$", self.escape)
                yield char + following if keeps else following
                self.place += 2
            elif char == "$":
                yield self._reference() or "$"
            else:
                yield char
                self.place += 1

    def _reference(self) -> Reference | None:
        start = self.place
        braced = self.text[start + 1 : start + 2] == "{"
        name = _NAME.match(self.text, start + 1 + braced)
        if name is None:
            self.place += 1
            return None
        if not braced:
            self.place = name.end()
            return Reference(name[0], start, self.place)
        modifier = _MODIFIER.match(self.text, name.end())
        word = modifier.end() if modifier else name.end()
        end = self._closing(word)
        self.place = min(end + 1, len(self.text))
        return Reference(name[0], start, self.place, modifier[0] if modifier else "", self.text[word:end])

    def _closing(self, place: int) -> int:
        depth = 1
        while place < len(self.text):
            char = self.text[place]
            if char == self.escape:
                place += 1
            elif char == "{":
                depth += self.text[place - 1] == "$"
            elif char == "}":
                depth -= 1
                if depth == 0:
                    return place
            place += 1
        return len(self.text)


def find_references(text: str, escape: str = "\\") -> tuple[Reference, ...]:
    """Return the variables that a text mentions, in order; those inside a modifier's word are found by asking again."""
    if "$" not in text:
        return ()
    return tuple(part for part in _Lexer(text, escape).parts() if isinstance(part, Reference))


def expand(text: str, values: Mapping[str, str], escape: str = "\\", depth: int = 0, limit: int = MAX_TEXT) -> Expanded:
    """Put values in and take quotes away. What has no value becomes nothing, and is named in ``unset``."""
    if len(text) <= limit and _PLAIN[escape].fullmatch(text):
        return Expanded(text)
    texts: list[str] = []
    unset: list[str] = []
    size = 0
    for part in _Lexer(text, escape).parts():
        if isinstance(part, str):
            texts.append(part)
            size += len(part)
        else:
            found = _value(part, values, escape, depth, limit)
            texts.append(found.text)
            size += len(found.text)
            unset.extend(found.unset)
            if not found.whole:
                size = limit + 1
        if size > limit:
            return Expanded("".join(texts)[:limit], tuple(unset), whole=False)
    return Expanded("".join(texts), tuple(unset))


def unquote(text: str, escape: str = "\\") -> str:
    """Take quotes and escapes away, and leave variables as they are written."""
    if _PLAIN[escape].fullmatch(text):
        return text
    return "".join(
        text[part.start : part.end] if isinstance(part, Reference) else part for part in _Lexer(text, escape).parts()
    )


def _value(part: Reference, values: Mapping[str, str], escape: str, depth: int, limit: int) -> Expanded:
    value = values.get(part.name)
    modifier = part.modifier
    if depth > MAX_DEPTH:
        return Expanded("")
    if part.safe:
        there = value is not None and not (modifier[0] == ":" and not value)
        wanted = there if modifier[-1] == "+" else modifier[-1] == "-" and not there
        if wanted:
            return expand(part.word, values, escape, depth + 1, limit)
        return Expanded("" if modifier[-1] == "+" else value or "")
    if value is None or not modifier:
        return Expanded(value or "", (part.name,) if value is None else ())
    if modifier[0] in "#%":
        return Expanded(trimmed(value, modifier, expand(part.word, values, escape, depth + 1, limit).text))
    pattern = _UNTIL_SLASH.match(part.word)
    end = pattern.end() if pattern else len(part.word)
    replacement = expand(part.word[end + 1 :], values, escape, depth + 1, limit)
    text = replaced(value, part.word[:end], replacement.text, every=modifier == "//", limit=limit)
    return Expanded("", whole=False) if text is None else Expanded(text)
