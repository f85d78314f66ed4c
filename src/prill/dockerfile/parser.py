"""Bytes to a `File`: lines, continuations, comments, heredocs, as BuildKit's ``parser.Parse`` takes them apart.

It never fails. What BuildKit would refuse becomes a `Fault`, and reading goes on with the next line.
"""

import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from prill.dockerfile.check_directive import read_checks
from prill.dockerfile.line_parsing import Opener, find_openers, parse_instruction
from prill.dockerfile.source import Source, Span, Word
from prill.dockerfile.syntax import (
    Comment,
    Directive,
    Fault,
    File,
    Heredoc,
    Instruction,
    Logical,
    Node,
    Piece,
    PieceKind,
    Trivia,
)
from prill.model.regex import regex

__all__ = ["parse"]

MARK = "\ufeff"
MAX_LINE = 65_535
"""How many bytes of a line BuildKit reads (``bufio.MaxScanTokenSize``, less one)."""
KNOWN_DIRECTIVES = frozenset({"check", "escape", "syntax"})
_TEXT, _CONTINUATION, _NEWLINE = PieceKind.TEXT, PieceKind.CONTINUATION, PieceKind.NEWLINE
_COMMENT, _BLANK = PieceKind.COMMENT, PieceKind.BLANK
"""Those of every line have a name of their own: an enumeration calls a function for each of its members."""

_DIRECTIVE = regex(r"\s*(#|//)\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(\S(?:.*\S)?|[^\S\r\n])\s*\Z")
_ESCAPES = frozenset("\\`")


def parse(data: bytes, name: str = "Dockerfile") -> File:
    """Parse a file; whatever the bytes are, the result prints as them."""
    return _Parser(Source.of(data, name)).file()


class _Parser:
    """Goes through the lines once: ``n`` is from ``bounds[n]`` to ``bounds[n + 1]``, and ``line`` is in no node yet."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.bounds = [*source.lines, len(self.text)]
        self.count = len(self.bounds) - 1
        while self.count and self.bounds[self.count - 1] >= len(self.text):
            self.count -= 1
        self.line = 0
        self.nodes: list[Node] = []
        self.faults: list[Fault] = []
        self.escape = "\\"
        self._endings: dict[str, list[int]] = {}

    def file(self) -> File:
        self._mark()
        self._directives()
        while self.line < self.count:
            line = self._line()
            bare = line.strip()
            if not bare:
                self._blank()
            elif bare[0] == "#":
                piece = self._take(_COMMENT)
                self.nodes.append(Comment(Span(piece[1], piece[2]), (piece,), bare[1:].strip()))
            elif self.escape in bare:
                self._instruction()
            else:
                self._line_alone(line)
        for span in self.source.longer_lines(MAX_LINE):
            message = f"a line has no more than {MAX_LINE} bytes"
            self.faults.append(Fault("long-line", message, Span(span.start, span.start + 1), shared=False))
        return File(self.source, tuple(self.nodes), self.escape, tuple(self.faults))

    def _more(self) -> bool:
        return self.line < self.count

    @property
    def place(self) -> int:
        """Where the current line begins; the byte order mark is no part of the first."""
        return self.bounds[self.line] if self.line < self.count else len(self.text)

    def _line(self) -> str:
        return self.text[self.bounds[self.line] : self.bounds[self.line + 1]]

    def _take(self, kind: PieceKind) -> Piece:
        line = self.line
        self.line = line + 1
        return kind, self.bounds[line], self.bounds[line + 1]

    def _mark(self) -> None:
        if self.text.startswith(MARK):
            self.nodes.append(Trivia(Span(0, 1), ((PieceKind.MARK, 0, 1),)))

    def _blank(self) -> None:
        pieces = [self._take(_BLANK)]
        while self.line < self.count and not self._line().strip():
            pieces.append(self._take(_BLANK))
        self.nodes.append(Trivia(_whole(pieces), tuple(pieces)))

    def _directives(self) -> None:
        """Read the directives at the top, each once; after a ``#!`` line and in other styles, ``syntax`` alone."""
        shebang = self._more() and self._line().startswith("#!")
        if shebang:
            piece = self._take(_COMMENT)
            _, start, end = piece
            self.nodes.append(Comment(Span(start, end), (piece,), self.text[start + 1 : end].strip()))
        elif self._more() and self._line().lstrip().startswith("{"):
            self._json_syntax()
            return
        seen: set[str] = set()
        style = ""
        while self._more() and (found := _DIRECTIVE.match(self._line())):
            name = found[2].lower()
            style = style or found[1]
            if name not in KNOWN_DIRECTIVES or found[1] != style or (style == "//" and name != "syntax"):
                return
            if shebang and name == "escape":
                return
            start = self.place
            value = Word(found[3], Span(start + found.start(3), start + found.end(3)))
            piece = self._take(_COMMENT)
            self.nodes.append(Directive(Span(piece[1], piece[2]), (piece,), name, value, style))
            if name == "check" and (refused := read_checks(value.text).refused):
                self.faults.append(Fault("invalid-check", refused, value.span, shared=False))
            if name in seen:
                message = f"only one {name} parser directive can be used"
                self.faults.append(Fault("repeated-directive", message, value.span, shared=False))
            elif name == "escape":
                self._set_escape(value)
            seen.add(name)

    def _json_syntax(self) -> None:
        """Take the whole of a file that is a JSON object with ``syntax``: it is written for another front end."""
        try:
            value = json.loads(self.text[self.place :])
        except (ValueError, RecursionError):
            return
        syntax = value.get("syntax") if isinstance(value, dict) else None
        if isinstance(syntax, str):
            span = Span(self.place, len(self.text))
            self.nodes.append(Directive(span, ((_COMMENT, *span),), "syntax", Word(syntax, span), "{"))
            self.line = self.count

    def _set_escape(self, value: Word) -> None:
        if value.text in _ESCAPES:
            self.escape = value.text
        else:
            message = f"invalid escape token {value.text[:40]!r} does not match ` or \\"
            self.faults.append(Fault("invalid-escape", message, value.span, shared=not value.text))

    def _line_alone(self, line: str) -> None:
        """Read an instruction that no other line belongs to, as most are."""
        place = self.bounds[self.line]
        self.line += 1
        body = line.rstrip("\r\n")
        cut, end = place + len(body), place + len(line)
        written = (_TEXT, place, cut)
        pieces = (written, (_NEWLINE, cut, end)) if cut < end else (written,)
        self._finish(pieces, Logical(body, (0,), (place,)))

    def _instruction(self) -> None:
        """Join the lines of one instruction, then read it, then its heredocs."""
        text, bounds, escape = self.text, self.bounds, self.escape
        pieces: list[Piece] = []
        texts: list[str] = []
        starts: list[int] = []
        sources: list[int] = []
        size, first = 0, True
        while self.line < self.count:
            place, end = bounds[self.line], bounds[self.line + 1]
            body = text[place:end].rstrip("\r\n")
            bare = body.lstrip()
            if not first and (not bare or bare[0] == "#"):
                pieces.append(self._take(_COMMENT if bare else _BLANK))
                continue
            self.line += 1
            first = False
            ending = body.rstrip(" \t")
            goes_on = ending[-1:] == escape != ending[-2:-1]
            cut = place + (len(ending) - 1 if goes_on else len(body))
            if cut > place:
                pieces.append((_TEXT, place, cut))
                texts.append(text[place:cut])
                starts.append(size)
                sources.append(place)
                size += cut - place
            if end > cut:
                pieces.append((_CONTINUATION if goes_on else _NEWLINE, cut, end))
            if not goes_on:
                break
        written = "".join(texts)
        if written.strip():
            self._finish(tuple(pieces), Logical(written, tuple(starts), tuple(sources)))
        else:  # escape characters and nothing else
            self.nodes.append(Trivia(_whole(pieces), tuple(pieces)))

    def _finish(self, pieces: tuple[Piece, ...], logical: Logical) -> None:
        instruction = parse_instruction(logical, 0, _whole(pieces), pieces=pieces)
        if "<<" in logical.text:
            instruction = self._with_heredocs(instruction)
        self.nodes.append(instruction)

    def _with_heredocs(self, instruction: Instruction) -> Instruction:
        pieces = [*instruction.pieces]
        heredocs, faults = self._heredocs(instruction, pieces)
        if not heredocs and not faults:
            return instruction
        span = _whole(pieces)
        inner = instruction.inner
        if heredocs and inner is not None:
            inner = inner._replace(heredocs=heredocs, span=span)
        faults = [*instruction.faults, *faults]
        return instruction._replace(
            span=span, pieces=tuple(pieces), heredocs=heredocs, inner=inner, faults=tuple(faults)
        )

    def _heredocs(self, instruction: Instruction, pieces: list[Piece]) -> tuple[tuple[Heredoc, ...], list[Fault]]:
        """Take the bodies that follow; one that no line ends is a fault, and instructions follow it."""
        heredocs: list[Heredoc] = []
        faults: list[Fault] = []
        for opener in find_openers(instruction):
            span = instruction.logical.span(opener.start, opener.end)
            end = self._terminator(opener)
            if end is None:
                faults.append(Fault("unterminated-heredoc", f"heredoc {opener.name!r} is not terminated", span))
                break
            start = self.place
            self.line = end
            body = Span(start, self.place)
            if body.end > body.start:
                pieces.append((PieceKind.HEREDOC, *body))
            pieces.append(self._take(PieceKind.TERMINATOR))
            heredocs.append(
                Heredoc(opener.name, opener.expand, opener.chomp, span, body, self.text[body.start : body.end])
            )
        return tuple(heredocs), faults

    def _terminator(self, opener: Opener) -> int | None:
        """Return the number of the line that ends a heredoc; all lines are looked at once, however many are open."""
        if not self._endings:
            for number in range(self.count):
                line = self.text[self.bounds[number] : self.bounds[number + 1]].rstrip("\r\n")
                self._endings.setdefault(line, []).append(number)
                if line[:1] == "\t":
                    self._endings.setdefault("\t" + line.lstrip("\t"), []).append(number)
        found = list(self._after(opener.name))
        if opener.chomp:
            found += self._after("\t" + opener.name)
        return min(found, default=None)

    def _after(self, line: str) -> Iterator[int]:
        numbers = self._endings.get(line, [])
        index = bisect_left(numbers, self.line)
        if index < len(numbers):
            yield numbers[index]


def _whole(pieces: Sequence[Piece]) -> Span:
    return Span(pieces[0][1], pieces[-1][2])
