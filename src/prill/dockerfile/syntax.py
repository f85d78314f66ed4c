"""The concrete syntax of a Dockerfile: nodes that together cover every character of the file, in order.

A `File` is a row of nodes, a node a row of pieces, and the pieces' texts one after another are the file again. What a
builder sees of an instruction is its `Logical` text: lines joined at continuations, comments between them left out. A
logical text knows where each of its characters stands, so that whatever is found in it has a span in the source.
"""

from bisect import bisect_right
from enum import StrEnum
from typing import NamedTuple

from prill.dockerfile.source import Source, Span, Word
from prill.model.cached import cached_property

__all__ = [
    "Comment",
    "Directive",
    "Fault",
    "File",
    "Flag",
    "Heredoc",
    "Instruction",
    "Logical",
    "Node",
    "Piece",
    "PieceKind",
    "Trivia",
    "print_file",
]


_new = tuple.__new__
"""Half of what a named tuple's own costs; for the spans and words of which a file has hundreds."""


class PieceKind(StrEnum):
    """What a piece of a file is to a builder."""

    TEXT = "text"
    CONTINUATION = "continuation"
    """The escape character at a line's end, with the blanks and the line break after it."""
    COMMENT = "comment"
    BLANK = "blank"
    NEWLINE = "newline"
    HEREDOC = "heredoc"
    """The body of a heredoc."""
    TERMINATOR = "terminator"
    """The line that ends a heredoc."""
    MARK = "mark"
    """A byte order mark."""


Piece = tuple[PieceKind, int, int]
"""What it is, and from where to where it stands in the source; no named tuple, as each line has two of them."""


class Logical(NamedTuple):
    """Text as the builder reads it; ``starts[i]`` in it stands at ``sources[i]`` in the source."""

    text: str
    starts: tuple[int, ...]
    sources: tuple[int, ...]

    def at(self, offset: int) -> int:
        """Return the place in the source of a character of the text."""
        index = bisect_right(self.starts, offset) - 1
        return self.sources[index] + offset - self.starts[index]

    def span(self, start: int, end: int) -> Span:
        """Return the span in the source of the text from ``start`` to ``end``."""
        if len(self.starts) == 1:  # one line, as most are
            shift = self.sources[0] - self.starts[0]
            return _new(Span, (start + shift, max(start, end) + shift))
        starts, sources = self.starts, self.sources
        first = bisect_right(starts, start) - 1
        place = sources[first] + start - starts[first]
        if end <= start:
            return _new(Span, (place, place))
        if first + 1 < len(starts) and starts[first + 1] < end:  # it ends on a later line
            first = bisect_right(starts, end - 1, first + 1) - 1
        return _new(Span, (place, sources[first] + end - starts[first]))

    def word(self, start: int, end: int) -> Word:
        """Return the text from ``start`` to ``end`` with its span."""
        return Word(self.text[start:end], self.span(start, end))


class Fault(NamedTuple):
    """Something that BuildKit refuses: ``code`` names the kind, ``message`` says it, ``span`` shows it.

    ``shared`` says whether hadolint refuses it, too.
    """

    code: str
    message: str
    span: Span
    shared: bool = True


class Trivia(NamedTuple):
    """Blank lines, or a byte order mark."""

    span: Span
    pieces: tuple[Piece, ...]


class Comment(NamedTuple):
    """A comment between instructions; ``text`` is what follows the ``#``, stripped."""

    span: Span
    pieces: tuple[Piece, ...]
    text: str


class Directive(NamedTuple):
    """A parser directive at the top: ``# syntax=…``, ``# escape=…``, ``# check=…``; ``name`` is in lower case.

    ``style`` is what begins the line: ``#``, or ``//``, with which other front ends write ``syntax``.
    """

    span: Span
    pieces: tuple[Piece, ...]
    name: str
    value: Word
    style: str = "#"


class Flag(NamedTuple):
    """``--name=value`` before an instruction's arguments; ``value`` is None without the ``=``."""

    name: str
    value: str | None
    span: Span
    value_span: Span


class Heredoc(NamedTuple):
    """A here-document: ``text`` is its content, ``body`` where that stands; ``expand``: variables are put in."""

    name: str
    expand: bool
    chomp: bool
    opener: Span
    body: Span
    text: str = ""


class Instruction(NamedTuple):
    """An instruction with everything up to the next node.

    ``keyword`` is in upper case, ``written`` where it stands. ``arguments`` are the characters of ``logical`` after the
    flags, stripped. ``json`` holds the strings of the exec form, and None for the shell form. ``inner`` is what an
    ONBUILD defers; it has no pieces of its own. ``faults`` are what BuildKit would refuse.
    """

    span: Span
    pieces: tuple[Piece, ...]
    keyword: str
    written: Span
    logical: Logical
    start: int
    end: int
    flags: tuple[Flag, ...] = ()
    json: tuple[Word, ...] | None = None
    heredocs: tuple[Heredoc, ...] = ()
    inner: "Instruction | None" = None
    faults: tuple[Fault, ...] = ()

    @property
    def arguments(self) -> str:
        """The text after the flags."""
        return self.logical.text[self.start : self.end]

    @property
    def arguments_span(self) -> Span:
        """Where the text after the flags stands."""
        return self.logical.span(self.start, self.end)

    @property
    def code_span(self) -> Span:
        """From the keyword to the end of the arguments: without the line break, heredocs and comments after it."""
        end = self.logical.at(self.end - 1) + 1 if self.end > self.start else self.written.end
        return Span(self.written.start, max(end, self.flags[-1].span.end) if self.flags else end)

    def flag(self, name: str) -> Flag | None:
        """Return the last flag called ``name``."""
        return next((flag for flag in reversed(self.flags) if flag.name == name), None)


Node = Trivia | Comment | Directive | Instruction


class _File(NamedTuple):
    source: Source
    nodes: tuple[Node, ...]
    escape: str
    faults: tuple[Fault, ...] = ()


class File(_File):
    """A parsed file: ``nodes`` cover ``source`` from the first character to the last; ``faults`` belong to no node."""

    @cached_property
    def directives(self) -> tuple[Directive, ...]:
        """The parser directives, in order."""
        return tuple([node for node in self.nodes if isinstance(node, Directive)])

    @cached_property
    def instructions(self) -> tuple[Instruction, ...]:
        """The instructions, in order; those deferred by ONBUILD are inside theirs."""
        return tuple([node for node in self.nodes if isinstance(node, Instruction)])


def print_file(file: File) -> bytes:
    """Return the bytes that ``file`` was parsed from, put together from its pieces."""
    text = file.source.text
    parts = [text[start:end] for node in file.nodes for _, start, end in node.pieces]
    return "".join(parts).encode("utf-8", "surrogateescape")
