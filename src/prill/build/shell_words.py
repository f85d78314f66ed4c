"""Splitting POSIX shell text into words and operators (POSIX.1-2017, XCU 2.2, 2.3 and 2.6).

A word keeps its parts apart: literal text, variables, and None for what only a running shell could know. Redirections
and here-documents are passed over.
"""

import re
from collections.abc import Iterator, Mapping

from prill.model.value import dataclass, field

__all__ = ["ShellLexer", "Variable", "Word", "WordPart", "literal"]

_VARIABLE = re.compile(
    r"\$(?:(?P<plain>[A-Za-z_]\w*|[1-9@])|\{(?P<braced>[A-Za-z_]\w*|[1-9]\d?|@)"
    r"(?:(?P<end>[#%])(?P<cut>[\w./-]+)|:-(?P<default>[\w./$-]*))?\})",
    re.ASCII,
)
_PLAIN = re.compile(r"\$([A-Za-z_]\w*)", re.ASCII)
_HERE_DOCUMENT = re.compile(r"<<-?\s*(?P<quote>['\"\\]?)(?P<end>\w+)(?P=quote)?")
_OPERATORS = ("&&", "||", ";;", ";", "&", "|", "(", ")", "\n")


@dataclass(frozen=True, slots=True)
class Variable:
    """An expansion inside a word; without quotes its value falls into several words.

    ``end`` and ``cut`` are those of ``${name#prefix}`` and ``${name%suffix}``. ``default`` is that of
    ``${name:-default}``, which may hold plain variables. ``1`` is a parameter, and ``@`` all of them.
    """

    name: str
    quoted: bool
    end: str = ""
    cut: str = ""
    default: str = ""

    def value(self, values: Mapping[str, str | None]) -> str | None:
        """Return what the variable holds, as far as ``values`` knows."""
        value = values.get(self.name)
        if value == "" and self.default:
            return _filled(self.default, values)
        if value is None or not self.cut:
            return value
        return value.removeprefix(self.cut) if self.end == "#" else value.removesuffix(self.cut)


def _filled(text: str, values: Mapping[str, str | None]) -> str | None:
    """Put the values of plain variables into ``text``; None where one is not known."""
    found = {name: values.get(name) for name in _PLAIN.findall(text)}
    if "$" in _PLAIN.sub("", text) or None in found.values():
        return None
    return _PLAIN.sub(lambda match: found[match[1]] or "", text)


WordPart = str | Variable | None
Word = tuple[WordPart, ...]


@dataclass(slots=True)
class ShellLexer:
    """Splits text into words and operators; an operator is a plain ``str`` and a word a tuple of its parts."""

    text: str
    position: int = 0
    ends: list[str] = field(default_factory=list)

    def tokens(self) -> Iterator[str | Word]:
        """Yield the words and operators of the text."""
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

    def _word(self) -> Word:
        parts: list[WordPart] = []
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

    def _part(self, char: str, parts: list[WordPart], *, quoted: bool) -> None:
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

    def _expansion(self, *, quoted: bool) -> WordPart:
        variable = _VARIABLE.match(self.text, self.position)
        if variable:
            self.position = variable.end()
            return Variable(
                variable["plain"] or variable["braced"],
                quoted,
                variable["end"] or "",
                variable["cut"] or "",
                variable["default"] or "",
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


def literal(word: Word) -> str | None:
    """Return the word's text where no part of it is an expansion."""
    texts = [part for part in word if isinstance(part, str)]
    return "".join(texts) if len(texts) == len(word) else None
