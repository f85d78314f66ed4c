"""Shell text as commands: words with their spans, what joins them, redirections; also inside ``sh -c`` and ``$( )``.

The text is parsed by ``tree-sitter-bash``, which is loaded when the first shell text is read.
"""

from collections.abc import Sequence
from types import MappingProxyType
from typing import NamedTuple

from prill.dockerfile.source import Span
from prill.model.cached import cached_property

__all__ = ["Redirection", "ShellCommand", "ShellWord", "behind_prefixes", "told_place"]

_PREFIXES = MappingProxyType(
    {
        "builtin": {},
        "busybox": {},
        "command": {},
        "exec": {"-c": 1, "-l": 1, "-cl": 1, "-a": 2},
        "time": {"-p": 1, "--": 1},
    }
)
"""Words before a program, and how many words each of their flags takes; one with another flag is no prefix."""


class ShellWord(NamedTuple):
    """A word of a command, from ``start`` to ``end`` in the source.

    ``text`` has quotes and escapes taken away and expansions as they are written; in ``masked`` each is ``${}``.
    """

    text: str
    start: int
    end: int
    masked: str

    @property
    def span(self) -> Span:
        """Where the word stands: of most, nobody asks."""
        return Span(self.start, self.end)

    @property
    def literal(self) -> bool:
        """Whether nothing in the word depends on a running shell."""
        return self.text == self.masked


class Redirection(NamedTuple):
    """``operator`` with its file descriptor, such as ``2>``, and where it leads; None for a heredoc."""

    operator: str
    target: ShellWord | None
    span: Span


class _ShellCommand(NamedTuple):
    words: tuple[ShellWord, ...]
    span: Span
    assignments: tuple[ShellWord, ...] = ()
    redirections: tuple[Redirection, ...] = ()
    connector: str = ""
    pipeline: int = 0
    nesting: tuple[str, ...] = ()


class ShellCommand(_ShellCommand):
    """A simple command: ``words`` with the program first, ``assignments`` before it.

    ``connector`` is what stands between it and the command before it: ``&&``, ``||``, ``;``, ``|``, ``&`` or a line
    break; "" for the first of a text, a substitution or a group. Commands with the same ``pipeline`` number are the
    parts of one. ``nesting`` says inside of what it stands, outermost first: ``substitution``, ``subshell``, ``if``.
    What is worked out of the words is remembered.
    """

    @cached_property
    def name(self) -> str:
        """The program as it is written; "" where a running shell decides, or there are assignments alone."""
        return self.words[0].text if self.words and self.words[0].literal else ""

    @cached_property
    def program(self) -> str:
        """The program without its folder."""
        return self.name.rpartition("/")[2]

    @property
    def arguments(self) -> tuple[ShellWord, ...]:
        """Everything after the program."""
        return self.words[1:]

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The arguments' masked texts."""
        return tuple([word.masked for word in self.words[1:]])

    @cached_property
    def operands(self) -> tuple[ShellWord, ...]:
        """The arguments that do not begin with ``-``; a flag's separate value is one of them."""
        return tuple([word for word in self.words[1:] if not word.masked.startswith("-")])

    @cached_property
    def flags(self) -> frozenset[str]:
        """Flags without dashes and values: ``-yq --no-cache=x`` gives ``y``, ``q`` and ``no-cache``."""
        found: set[str] = set()
        for text in self.texts:
            if text.startswith("--"):
                found.add(text[2:].partition("=")[0])
            elif text.startswith("-"):
                found.update(text[1:].partition("=")[0])
        return frozenset(found)

    def has_flag(self, *names: str) -> bool:
        """Whether one of the flags is there; names as in `flags`."""
        return not self.flags.isdisjoint(names)

    def value_of(self, *names: str) -> str | None:
        """Return the value of the first of the flags, named with their dashes: of ``-o x``, ``-ox``, ``--out=x``."""
        texts = self.texts
        for place, text in enumerate(texts):
            for name in names:
                if text == name:
                    return texts[place + 1] if place + 1 < len(texts) else None
                if text.startswith(name + "=") and name.startswith("--"):
                    return text[len(name) + 1 :]
                if text.startswith(name) and not name.startswith("--"):
                    return text[len(name) :]
        return None

    def without_values(self, *names: str) -> tuple[ShellWord, ...]:
        """Return the operands, but for those that are the separate values of the flags, written with their dashes."""
        found: list[ShellWord] = []
        skip = False
        for word in self.words[1:]:
            if skip:
                skip = False
            elif word.masked in names:
                skip = True
            elif not word.masked.startswith("-"):
                found.append(word)
        return tuple(found)


def behind_prefixes(words: list[ShellWord]) -> list[ShellWord]:
    """Return the words from the program on that ``exec -a x``, ``time -p`` and their like run."""
    while len(words) > 1 and (flags := _PREFIXES.get(words[0].masked)) is not None:
        place = 1
        while place < len(words) and words[place].masked in flags:
            place += flags[words[place].masked]
        if place >= len(words) or words[place].masked.startswith("-"):
            break
        words = words[place:]
    return words


def told_place(texts: Sequence[str]) -> int | None:
    """Return which of a shell's arguments is the text that ``-c`` has it run: the first that is no option.

    Each ``o`` of an option takes the next word, as in ``-euo pipefail -c`` (bash(1), "Options").
    """
    place, told = 0, False
    while place < len(texts) and (text := texts[place])[:1] in {"-", "+"}:
        place += 1
        if text in {"--", "-"}:
            break
        if text.startswith("--"):
            place += text in {"--init-file", "--rcfile"}
        else:
            told = told or (text[0] == "-" and "c" in text)
            place += text.count("o") + text.count("O")
    return place if told and place < len(texts) else None
