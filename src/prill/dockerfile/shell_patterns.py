"""The patterns of ``${x#p}``, ``${x%p}`` and ``${x/p/r}``: ``*`` and ``?``, and no brackets, as BuildKit has them.

A part between two stars is looked for once and never again (an atomic group), so that time grows with the text and
not with a power of it.
"""

import re
from functools import lru_cache

from prill.model.regex import regex

__all__ = ["replaced", "trimmed"]

_TOKEN = regex(r"\\(?P<escaped>.)|(?P<plain>.)", re.DOTALL)


@lru_cache(maxsize=64)
def _tokens(pattern: str) -> tuple[str, ...]:
    """Return the pattern as pieces of a regular expression, a star as itself."""
    found: list[str] = []
    for one in _TOKEN.finditer(pattern):
        plain = one["plain"]
        if plain == "*":
            if found[-1:] != ["*"]:
                found.append("*")
        else:
            found.append("." if plain == "?" else re.escape(plain or one["escaped"]))
    return tuple(found)


@lru_cache(maxsize=64)
def _compiled(tokens: tuple[str, ...], *, longest: bool) -> re.Pattern[str]:
    """Return an expression that fits the shortest or the longest text from the place where it is tried."""
    parts: list[list[str]] = [[]]
    for one in tokens:
        if one == "*":
            parts.append([])
        else:
            parts[-1].append(one)
    first, *others = ("".join(part) for part in parts)
    body = first
    for number, part in enumerate(others, 1):
        if longest and number == len(others):
            body += f".*{part}"
        elif part:
            body += f"(?>.*?{part})"
    return re.compile(body, re.DOTALL)


def trimmed(value: str, modifier: str, pattern: str) -> str:
    """Take away the shortest (``#``, ``%``) or longest (``##``, ``%%``) part that fits, at the beginning or the end."""
    tokens = _tokens(pattern)
    longest = len(modifier) > 1
    if modifier[0] == "#":
        found = _compiled(tokens, longest=longest).match(value)
        return value[found.end() :] if found else value
    found = _compiled(tokens[::-1], longest=longest).match(value[::-1])
    return value[: len(value) - found.end()] if found else value


def replaced(value: str, pattern: str, replacement: str, *, every: bool, limit: int) -> str | None:
    """Put ``replacement`` in the place of the first part that fits, or of every one; None if it grows past ``limit``.

    Of several texts that fit at a place, it is the longest. Where what follows the first star is not found behind one
    place, it is behind no later one.
    """
    tokens = _tokens(pattern)
    star = tokens.index("*") if "*" in tokens else len(tokens)
    head, tail = _compiled(tokens[:star], longest=True), _compiled(tokens[star:], longest=True)
    texts: list[str] = []
    size = place = 0
    while tokens and size <= limit and (begins := head.search(value, place)) and (every or not texts):
        ends = tail.match(value, begins.end())
        if ends is None or ends.end() == begins.start():
            break
        texts += [value[place : begins.start()], replacement]
        size += begins.start() - place + len(replacement)
        place = ends.end()
    return None if size > limit else "".join((*texts, value[place:]))
