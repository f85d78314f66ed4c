r"""Regular expressions in Go's syntax (RE2), translated to Python's.

Structure tests are written for a Go program, and the two languages read the same text differently: ``$`` is the end of
the text only, ``\d`` and ``\s`` are ASCII, ``\z``, ``\Q…\E``, ``[[:alpha:]]``, ``\pL`` and flags in the middle exist,
lookaround and back references do not. The translation names no group and leaves Python no room for its own reading:
each class is written out as ranges, each anchor and dot with the flag that holds where it stands.

Syntax: pkg.go.dev/regexp/syntax. Scripts (``\p{Greek}``) are not translated, since Python's tables have none.
"""

import re

from prill.errors import PrillError
from prill.model.go_regex_classes import MAX_RUNE, PERL, POSIX, Ranges, complement, unicode_category, written
from prill.model.value import dataclass, field

__all__ = ["GoRegex", "InvalidRegex", "Piece"]

_MAX_LENGTH = 4096
_MAX_DEPTH = 100
_MAX_REPEAT = 1000
_CONTROL = {"a": 7, "f": 12, "t": 9, "n": 10, "r": 13, "v": 11}
_REPEAT = re.compile(r"\{([0-9]{1,9})(,?)([0-9]{0,9})\}")
_POSIX_CLASS = re.compile(r"\[:(\^?)([a-z]+):\]")
_FLAGS = re.compile(r"\(\?([imsU]*)(-[imsU]+)?([:)])")
_NAMED = re.compile(r"\(\?P?<([A-Za-z0-9_]+)>")


class InvalidRegex(PrillError):
    """A text that Go would not compile, or that has no equal in Python."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an expression on its outermost level: a letter, class, anchor, ``|`` or group, with its repetition."""

    text: str
    python: str


@dataclass(frozen=True, slots=True)
class GoRegex:
    """One expression: ``text`` as it was written, ``python`` for Python's `re`, which needs no flags.

    ``outermost`` is the same in the pieces that the translation read, for those who judge what a text can match.
    """

    text: str
    python: str
    outermost: tuple[Piece, ...] = field(default=(), compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> "GoRegex":
        """Translate ``text``. Raises `InvalidRegex`."""
        if len(text) > _MAX_LENGTH:
            raise InvalidRegex(f"a regular expression of {len(text)} characters", hint=f"at most {_MAX_LENGTH}")
        translator = _Translator(text)
        python = translator.translate()
        try:
            re.compile(python)
        except (re.error, OverflowError, RecursionError) as error:
            raise InvalidRegex(f"not a regular expression: {text[:160]!r}: {error}") from error
        return cls(text=text, python=python, outermost=tuple(translator.outermost))


@dataclass(slots=True)
class _Group:
    """An open group: the flags that hold in it, and the wrapper that carries ``i`` for what follows in it."""

    flags: frozenset[str]
    wrapper: str = ""


class _Translator:
    """One pass over the text, a stack of open groups, and the output in pieces."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.out: list[str] = []
        self.groups = [_Group(frozenset())]
        self.outermost: list[Piece] = []
        self.repeatable = False

    def translate(self) -> str:
        while self.at < len(self.text):
            character = self.text[self.at]
            at, written_before = self.at, len(self.out)
            belongs = len(self.groups) > 1  # to the piece before it: it is inside of its group, or repeats it
            if character in "*+?" or (character == "{" and _REPEAT.match(self.text, self.at)):
                belongs = True
                self.repeat(character)
            elif character == "(":
                self.open()
            elif character == ")":
                self.close()
            elif character == "|":
                wrapper = self.groups[-1].wrapper
                self.emit(f"{')' if wrapper else ''}|{wrapper}", repeatable=False, width=1)
            elif character == "[":
                self.emit(self.character_class(), width=0)
            elif character == "\\":
                self.escape()
            else:
                self.plain(character)
            self.note(Piece(self.text[at : self.at], "".join(self.out[written_before:])), belongs=belongs)
        if len(self.groups) > 1:
            raise self.error("missing )")
        return "".join(self.out) + (")" if self.groups[0].wrapper else "")

    @property
    def flags(self) -> frozenset[str]:
        return self.groups[-1].flags

    def emit(self, piece: str, *, width: int, repeatable: bool = True) -> None:
        self.out.append(piece)
        self.at += width
        self.repeatable = repeatable

    def note(self, piece: Piece, *, belongs: bool) -> None:
        """Keep what was just read as a piece of the outermost level, or as more of the last one."""
        if belongs:
            last = self.outermost.pop()
            piece = Piece(last.text + piece.text, last.python + piece.python)
        self.outermost.append(piece)

    def error(self, message: str) -> InvalidRegex:
        return InvalidRegex(f"not a regular expression: {self.text[:160]!r}: {message} at character {self.at + 1}")

    def plain(self, character: str) -> None:
        if character == "^":
            self.emit("(?m:^)" if "m" in self.flags else r"(?:\A)", width=1)
        elif character == "$":
            self.emit("(?m:$)" if "m" in self.flags else r"(?:\Z)", width=1)
        elif character == ".":
            self.emit("(?s:.)" if "s" in self.flags else r"[^\n]", width=1)
        else:
            self.emit(re.escape(character), width=1)

    def repeat(self, character: str) -> None:
        if not self.repeatable:
            raise self.error("missing argument to repetition operator, or a repetition of a repetition")
        operator = character
        if character == "{":
            match = _REPEAT.match(self.text, self.at)
            if match is None:
                raise self.error("invalid repeat count")
            operator, low, comma, high = match[0], int(match[1]), match[2], match[3]
            if low > _MAX_REPEAT or (high and (int(high) > _MAX_REPEAT or int(high) < low)) or (high and not comma):
                raise self.error("invalid repeat count")
        lazy = self.text[self.at + len(operator) : self.at + len(operator) + 1] == "?"
        width = len(operator) + lazy
        if "U" in self.flags:
            lazy = not lazy
        self.emit(operator + ("?" if lazy else ""), width=width, repeatable=False)

    def open(self) -> None:
        if len(self.groups) > _MAX_DEPTH:
            raise self.error("groups nested too deeply")
        rest = self.text[self.at :]
        named, flagged = _NAMED.match(rest), _FLAGS.match(rest)
        if not rest.startswith("(?"):
            self.groups.append(_Group(self.flags))
            self.emit("(?:", width=1, repeatable=False)
        elif named is not None:
            self.groups.append(_Group(self.flags))
            self.emit("(?:", width=len(named[0]), repeatable=False)
        elif flagged is None or flagged[0] == "(?)":
            raise self.error("invalid or unsupported Perl syntax")
        else:
            flags = (self.flags | set(flagged[1])) - set(flagged[2] or "")
            if flagged[3] == ":":
                self.groups.append(_Group(flags))
                self.emit("(?i:" if "i" in flags else "(?-i:", width=len(flagged[0]), repeatable=False)
            else:
                self.set_flags(flags, len(flagged[0]))

    def set_flags(self, flags: frozenset[str], width: int) -> None:
        """Let ``flags`` hold to the end of the group: a wrapper that each alternative of the group opens anew."""
        group = self.groups[-1]
        closing = ")" if group.wrapper else ""
        group.flags = flags
        group.wrapper = "(?i:" if "i" in flags else "(?-i:"
        self.emit(closing + group.wrapper, width=width, repeatable=False)

    def close(self) -> None:
        if len(self.groups) == 1:
            raise self.error("unexpected )")
        group = self.groups.pop()
        self.emit("))" if group.wrapper else ")", width=1)

    def escape(self) -> None:
        following = self.text[self.at + 1 : self.at + 2]
        if following == "Q":
            end = self.text.find("\\E", self.at)
            literal = self.text[self.at + 2 : end if end >= 0 else None]
            self.emit(
                "".join(re.escape(character) for character in literal), width=len(literal) + (4 if end >= 0 else 2)
            )
        elif following == "A":
            self.emit(r"(?:\A)", width=2)
        elif following == "z":
            self.emit(r"(?:\Z)", width=2)
        elif following in ("b", "B"):
            self.emit(f"(?a:\\{following})", width=2)
        else:
            ranges, width = self.escaped_ranges(self.at)
            self.emit(written(ranges), width=width)

    def escaped_ranges(self, at: int) -> tuple[Ranges, int]:
        """Return what the escape at ``at`` stands for, in or out of a class, and how long it is."""
        following = self.text[at + 1 : at + 2]
        if following.lower() in PERL and following:
            ranges = PERL[following.lower()]
            return (ranges if following.islower() else complement(ranges)), 2
        if following in ("p", "P"):
            return self.category(at)
        point, width = self.code_point(at)
        return ((point, point),), width

    def code_point(self, at: int) -> tuple[int, int]:
        following = self.text[at + 1 : at + 2]
        if following in _CONTROL:
            return _CONTROL[following], 2
        if following == "x":
            match = re.compile(r"\\x(?:\{([0-9a-fA-F]{1,8})\}|([0-9a-fA-F]{2}))").match(self.text, at)
            if match is not None and (point := int(match[1] or match[2], 16)) <= MAX_RUNE:
                return point, len(match[0])
        octal = re.compile(r"\\(0[0-7]{0,2}|[1-7][0-7]{1,2})").match(self.text, at)
        if octal is not None:
            return int(octal[1], 8), len(octal[0])
        if following.isascii() and following and not following.isalnum() and following != "_":
            return ord(following), 2
        raise self.error(f"invalid escape sequence \\{following}")

    def category(self, at: int) -> tuple[Ranges, int]:
        match = re.compile(r"\\[pP](?:\{(\^?)([A-Za-z_]+)\}|([A-Z]))").match(self.text, at)
        name = match[2] or match[3] if match else ""
        ranges = unicode_category(name)
        if match is None or not ranges:
            raise self.error(f"unknown or untranslatable Unicode class {name!r}")
        negated = (self.text[at + 1] == "P") != bool(match[1])
        return (complement(ranges) if negated else ranges), len(match[0])

    def character_class(self) -> str:
        """Read a bracketed class and return it written out; moves past it."""
        at = self.at + 1
        negated = self.text[at : at + 1] == "^"
        at += negated
        first, ranges = True, list[tuple[int, int]]()
        while first or self.text[at : at + 1] != "]":
            if at >= len(self.text):
                raise self.error("missing closing ]")
            posix = _POSIX_CLASS.match(self.text, at)
            if posix is not None:
                if posix[2] not in POSIX:
                    raise self.error(f"unknown character class {posix[0]!r}")
                found = POSIX[posix[2]]
                ranges.extend(complement(found) if posix[1] else found)
                at += len(posix[0])
            elif self.text[at] == "\\" and self.text[at + 1 : at + 2] in tuple("dDsSwWpP"):
                found, width = self.escaped_ranges(at)
                ranges.extend(found)
                at += width
            else:
                low, at = self.class_point(at)
                high = low
                if self.text[at : at + 1] == "-" and self.text[at + 1 : at + 2] not in ("", "]"):
                    high, at = self.class_point(at + 1)
                if high < low:
                    raise self.error("invalid character class range")
                ranges.append((low, high))
            first = False
        self.at = at + 1
        return written(tuple(ranges), negated=negated)

    def class_point(self, at: int) -> tuple[int, int]:
        if self.text[at] == "\\":
            point, width = self.code_point(at)
            return point, at + width
        return ord(self.text[at]), at + 1
