"""One instruction's logical text: its keyword, flags, exec form and the heredocs that it opens.

This reads as BuildKit's parser does (``splitCommand``, ``extractBuilderFlags``, ``parseJSON``, ``ParseHeredoc``), and
remembers where everything stands.
"""

import json
import re
from typing import NamedTuple

from prill.dockerfile.keywords import EXEC_FORMS, HEREDOCS, KEYWORDS, SHELL_FORMS
from prill.dockerfile.source import Span, Word
from prill.dockerfile.syntax import Fault, Flag, Instruction, Logical, Piece
from prill.model.regex import regex

__all__ = ["Opener", "exec_form", "find_openers", "parse_instruction"]

MAX_NESTING = 8
"""How deep ONBUILD in ONBUILD is followed; BuildKit refuses the second."""

_KEYWORD = re.compile(r"\s*([^\t\v\f\r ]+)[\t\v\f\r ]*")
_FLAG = regex(r"""\s*(--(?:[^\s'"\\]|\\.?|'(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?)*)""", re.DOTALL)
_QUOTING = regex(r"""\\(.)|['"]""", re.DOTALL)
_STRING = regex(r'"(?:[^"\\]|\\.)*"')
_SHELL_WORD = regex(r"""(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*"|\\$)+""", re.DOTALL)
_HEREDOC = regex(r"(\d*)<<(-?)([^<]+)\Z", re.DOTALL)
_HEALTH = regex(r"(\S+)(\s*)")


class Opener(NamedTuple):
    """What opens a heredoc: the name that ends it, and where it stands in the logical text."""

    name: str
    expand: bool
    chomp: bool
    start: int
    end: int


def parse_instruction(
    logical: Logical, begin: int, span: Span, *, pieces: tuple[Piece, ...] = (), depth: int = 0
) -> Instruction:
    """Read the instruction that begins at ``begin`` of the logical text; its heredocs are the caller's."""
    text = logical.text
    faults: tuple[Fault, ...] = ()
    found = _KEYWORD.match(text, begin)
    if found is None:  # nothing but blanks after ONBUILD
        place = logical.span(begin, begin)
        return Instruction(span, pieces, "", place, logical, begin, begin)
    keyword = found[1].upper()
    written = logical.span(*found.span(1))
    flags, start = _flags(logical, found.end())
    end = len(text.rstrip())
    if text[start : start + 1].isspace():
        start = len(text) - len(text[start:].lstrip())
    start = min(start, end)
    inner, form = None, None
    if keyword not in KEYWORDS:
        faults = (*faults, Fault("unknown-instruction", f"unknown instruction: {found[1]}", written))
    elif start >= end and keyword not in SHELL_FORMS:  # those may be empty
        faults = (*faults, Fault("no-arguments", f"{keyword} needs an argument", written))
    elif keyword == "ONBUILD":
        if depth < MAX_NESTING:
            inner = parse_instruction(logical, start, span, depth=depth + 1)
            faults = (*faults, *inner.faults)
    elif keyword in EXEC_FORMS and text.startswith("[", start):
        form, faults = _exec_form(logical, start, end, faults)
    elif keyword == "HEALTHCHECK":
        kind = _HEALTH.match(text, start, end)
        if kind is not None and kind[1].upper() == "CMD" and text[kind.end() : kind.end() + 1] == "[":
            form, faults = _exec_form(logical, kind.end(), end, faults)
    return Instruction(span, pieces, keyword, written, logical, start, end, flags, form, (), inner, faults)


def _skip_blanks(text: str, start: int) -> int:
    while start < len(text) and text[start].isspace():
        start += 1
    return start


def _flags(logical: Logical, start: int) -> tuple[tuple[Flag, ...], int]:
    """Return the flags at ``start`` and where the arguments begin; a bare ``--`` ends the flags."""
    text = logical.text
    if not text.startswith("--", start):
        return (), start
    flags: list[Flag] = []
    while found := _FLAG.match(text, start):
        start = found.end()
        written = found[1]
        if written == "--":
            break
        plain = _QUOTING.sub(lambda match: match[1] or "", written) if "\\" in written or '"' in written else written
        plain = plain.replace("'", "") if plain is written else plain
        name, equals, value = plain[2:].partition("=")
        cut = found.start(1) + written.index("=") + 1 if equals and "=" in written else found.end(1)
        flags.append(
            Flag(name, value if equals else None, logical.span(*found.span(1)), logical.span(cut, found.end(1)))
        )
    return tuple(flags), start


def _exec_form(
    logical: Logical, start: int, end: int, faults: tuple[Fault, ...]
) -> tuple[tuple[Word, ...] | None, tuple[Fault, ...]]:
    try:
        return exec_form(logical, start, end), faults
    except TypeError:
        message = "when using JSON array syntax, arrays must be comprised of strings only"
        return None, (*faults, Fault("not-strings", message, logical.span(start, end), shared=False))


def exec_form(logical: Logical, start: int, end: int) -> tuple[Word, ...] | None:
    """Return the strings of the JSON array from ``start`` to ``end``, or None where it is none, as BuildKit judges.

    Raise `TypeError` for an array that holds anything but strings. The spans are those of the strings without quotes.
    """
    written = logical.text[start:end]
    try:
        values = json.loads(written)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, list):
        return None
    if not all(isinstance(value, str) for value in values):
        raise TypeError("not strings")
    places = [(match.start() + 1, match.end() - 1) for match in _STRING.finditer(written)]
    return tuple(
        Word(value, logical.span(start + first, start + last))
        for value, (first, last) in zip(values, places, strict=True)
    )


def find_openers(instruction: Instruction) -> tuple[Opener, ...]:
    """Return the heredocs that an instruction opens, in order; none in the exec form, or where a quote stays open."""
    inner = instruction.inner or instruction
    if inner.keyword not in HEREDOCS or inner.json is not None:
        return ()
    text = inner.logical.text
    if "<<" not in text:
        return ()
    openers: list[Opener] = []
    place = inner.logical.starts[0]
    while (place := _skip_blanks(text, place)) < len(text):
        word = _SHELL_WORD.match(text, place)
        if word is None:
            return ()
        place = word.end()
        heredoc = _HEREDOC.match(word[0])
        if heredoc is None:
            continue
        name = _QUOTING.sub(lambda match: match[1] or "", heredoc[3])
        if name:
            openers.append(Opener(name, name == heredoc[3], heredoc[2] == "-", *word.span()))
    return tuple(openers)
