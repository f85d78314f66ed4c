"""An instruction's arguments, read as BuildKit reads those of its kind: words, pairs, an image and its stage name."""

import re
from typing import NamedTuple

from prill.dockerfile.source import Span, Word
from prill.dockerfile.syntax import Instruction, Logical
from prill.dockerfile.variables import unquote
from prill.model.regex import regex

__all__ = ["Copy", "From", "Health", "Pair", "read_copy", "read_from", "read_health", "read_pairs", "read_words"]

_BARE = regex(r"[^\t\v\f\r ]+")
_HEALTH = regex(r"(\S+)\s*")
_QUOTED = {
    escape: regex(
        rf"""(?:[^\s'"{re.escape(escape)}]|{re.escape(escape)}.?|'[^']*(?:'|\Z)|"(?:[^"{re.escape(escape)}]|{re.escape(escape)}.?)*(?:"|\Z))+""",
        re.DOTALL,
    )
    for escape in "\\`"
}


class From(NamedTuple):
    """``FROM image AS name``; ``as_word`` is the ``AS`` as it is written."""

    image: Word
    name: Word | None = None
    as_word: Word | None = None
    extra: tuple[Word, ...] = ()


class Pair(NamedTuple):
    """``key=value`` of ENV, LABEL and ARG; ``value`` is as written, quotes included, and None for a bare ARG.

    ``legacy`` says that it is written ``key value``.
    """

    key: Word
    value: Word | None
    span: Span
    legacy: bool = False

    @property
    def text(self) -> str:
        """The value without its quotes; variables stay as they are written."""
        return "" if self.value is None else unquote(self.value.text)


class Copy(NamedTuple):
    """COPY or ADD: ``sources`` without heredocs, and the destination."""

    sources: tuple[Word, ...]
    destination: Word
    heredocs: int = 0


class Health(NamedTuple):
    """HEALTHCHECK: ``NONE``, or ``CMD`` with the place where the command begins in the logical text."""

    kind: str
    start: int


def read_words(instruction: Instruction) -> tuple[Word, ...]:
    """Return the arguments: the exec form's strings, or what blanks separate."""
    if instruction.json is not None:
        return instruction.json
    logical, span = instruction.logical, instruction.logical.span
    found = _BARE.finditer(logical.text, instruction.start, instruction.end)
    return tuple([Word(match[0], span(*match.span())) for match in found])


def read_from(words: tuple[Word, ...]) -> From | None:
    """Read ``FROM``, whose arguments are ``words``; None without an image."""
    if not words:
        return None
    if len(words) >= 3 and words[1].text.upper() == "AS":  # noqa: PLR2004 - image, AS, name
        return From(words[0], words[2], words[1], words[3:])
    return From(words[0], extra=words[1:])


def read_pairs(instruction: Instruction, escape: str = "\\") -> tuple[Pair, ...]:
    """Read the pairs of ENV, LABEL or ARG (``parseNameVal``, ``parseNameOrNameVal``)."""
    logical, start, end = instruction.logical, instruction.start, instruction.end
    found = list(_QUOTED[escape].finditer(logical.text, start, end))
    if not found:
        return ()
    if instruction.keyword != "ARG" and "=" not in found[0][0]:
        return _legacy(logical, start, end)
    return tuple([_pair(logical, match) for match in found])


def _pair(logical: Logical, match: re.Match[str]) -> Pair:
    key, equals, value = match[0].partition("=")
    start, end = match.span()
    cut = start + len(key)
    written = Word(value, logical.span(cut + 1, end)) if equals else None
    return Pair(Word(key, logical.span(start, cut)), written, logical.span(start, end))


def _legacy(logical: Logical, start: int, end: int) -> tuple[Pair, ...]:
    key = _BARE.match(logical.text, start, end)
    rest = _BARE.search(logical.text, key.end(), end) if key else None
    if key is None:
        return ()
    word = Word(key[0], logical.span(*key.span()))
    value = logical.word(rest.start(), end) if rest else None
    return (Pair(word, value, logical.span(start, end), legacy=True),)


def read_copy(instruction: Instruction, words: tuple[Word, ...]) -> Copy | None:
    """Read COPY or ADD, whose arguments are ``words``; None with fewer than two."""
    if len(words) < 2:  # noqa: PLR2004 - a source and a destination
        return None
    openers = {heredoc.opener for heredoc in instruction.heredocs}
    sources = tuple(word for word in words[:-1] if word.span not in openers)
    return Copy(sources, words[-1], len(words) - 1 - len(sources))


def read_health(instruction: Instruction) -> Health | None:
    """Read HEALTHCHECK; None for what is neither ``NONE`` nor ``CMD``."""
    kind = _HEALTH.match(instruction.logical.text, instruction.start, instruction.end)
    if kind is None or kind[1].upper() not in {"CMD", "NONE"}:
        return None
    return Health(kind[1].upper(), kind.end())
