"""The parts of a shell script: commands, loops, functions, and where branches begin and end (POSIX.1-2017, XCU 2.9)."""

from typing import Final

from prill.build.shell_words import ShellLexer, Word, literal
from prill.model.value import dataclass, field

__all__ = ["MAX_DEPTH", "Function", "Loop", "Mark", "Node", "parse_shell"]

MAX_DEPTH: Final = 20

_KEYWORDS = frozenset(
    {"if", "case", "fi", "esac", "else", "elif", "while", "until", "done", "then", "do", "!", "{", "}"}
)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a branch begins (1), where another one takes its place (0), and where the last one ends (-1)."""

    step: int


@dataclass(slots=True)
class Loop:
    """A ``for`` loop."""

    variable: str
    values: list[Word]
    body: "list[Node]" = field(default_factory=list)


@dataclass(slots=True)
class Function:
    """The definition of a function."""

    name: str
    body: "list[Node]" = field(default_factory=list)


Node = Loop | Function | Mark | list[Word]

_MARKS = {"if": 1, "case": 1, "else": 0, "elif": 0, "fi": -1, "esac": -1}


def parse_shell(text: str) -> list[Node]:
    """Return the parts of a script in their order; what is between ``do`` and ``done`` of a loop is the loop's."""
    return _Parser().parse(ShellLexer(text))


@dataclass(slots=True)
class _Parser:
    """Groups words into commands, and commands into the bodies of loops and functions.

    ``cases`` counts those that are open, and ``pattern`` says that the words up to the next ``)`` are the label of a
    branch; ``function`` is the one whose body comes next.
    """

    top: list[Node] = field(default_factory=list)
    stack: list[list[Node]] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    cases: int = 0
    pattern: bool = False
    function: Function | None = None

    def parse(self, lexer: ShellLexer) -> list[Node]:
        self.stack.append(self.top)
        before = ""
        for piece in lexer.tokens():
            if not isinstance(piece, str):
                if piece:
                    self.words.append(piece)
                before = ""
                continue
            self._take_keywords()
            if self.pattern and piece in (")", "|"):
                self.words.clear()
                self.pattern = piece == "|"
            elif piece == "(":
                self._parenthesis()
            elif not (piece == ")" and before == "("):
                self._end_command()
            if piece == ";;":
                self.stack[-1].append(Mark(0))
                self.pattern = self.cases > 0
            before = piece
        self._take_keywords()
        self._end_command()
        return self.top

    def _take_keywords(self) -> None:
        """Take the reserved words away that a command begins with; a label of ``case`` is none, but for ``esac``."""
        first = 0
        while first < len(self.words):
            name = literal(self.words[first])
            if name == "function" and len(self.words) > first + 1 and not self.pattern:
                self.function = Function(literal(self.words[first + 1]) or "")
            elif name in (("esac",) if self.pattern else _KEYWORDS):
                self._keyword(name or "")
            else:
                break
            first += {"case": 3, "function": 2}.get(name or "", 1)  # case WORD in
        del self.words[:first]

    def _parenthesis(self) -> None:
        """Begin a function's body where its name stands before ``(``, else a subshell."""
        name = literal(self.words[0]) if len(self.words) == 1 and not self.pattern else None
        if name:
            self.words.clear()
            self.function = Function(name)
        elif self.words or self.function is None:
            self._end_command()

    def _end_command(self) -> None:
        words, self.words = self.words, []
        if not words:
            return
        self.function = None
        if self.pattern:
            return
        if literal(words[0]) == "for" and len(words) > 1:
            loop = Loop(literal(words[1]) or "", words[3:])
            self.stack[-1].append(loop)
            self.stack.append(loop.body if len(self.stack) < MAX_DEPTH else self.stack[-1])
        else:
            self.stack[-1].append(words)

    def _keyword(self, name: str) -> None:
        if name in _MARKS:
            self.stack[-1].append(Mark(_MARKS[name]))
            self.pattern = name == "case"
            self.cases += {"case": 1, "esac": -1}.get(name, 0)
        elif name == "{" and self.function is not None:
            self.stack[-1].append(self.function)
            self.stack.append(self.function.body)
            self.function = None
        elif name in ("while", "until", "{"):
            self.stack.append(self.stack[-1])
        elif name in ("done", "}") and len(self.stack) > 1:
            self.stack.pop()
