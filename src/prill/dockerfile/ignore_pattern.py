"""One pattern of a ``.dockerignore``: Go's ``filepath.Match``, with ``**`` for any number of folders.

A pattern with few stars is a regular expression. One with many would be tried in as many ways as there are to share a
path out between them; it is walked through with all its places at once, a bit for each.
"""

import re
from functools import cached_property

__all__ = ["IgnorePattern", "one_of"]

_FEW_STARS, _SHORT = 2, 1024
_STAR, _ANY, _FOLDERS = "[^/]*", ".*", "(?:.*/)?"
_ONE = "[^/]"
_STARS = frozenset({_STAR, _ANY, _FOLDERS})


class IgnorePattern:
    """What one pattern matches: a path, or a folder that it is in."""

    def __init__(self, pattern: str) -> None:
        self._parts = _parts(pattern)
        self._classes = any(part[:1] == "[" and part not in {_STAR, _ONE} for part in self._parts)
        if self._classes:
            try:
                _ = self._whole
            except re.error:
                self._parts = [re.escape(char) for char in pattern]
        self._few = sum(part in _STARS for part in self._parts) <= _FEW_STARS

    @cached_property
    def _whole(self) -> re.Pattern[str]:
        return re.compile("".join(self._parts), re.DOTALL)

    @property
    def expression(self) -> str | None:
        """The pattern as a regular expression that is quick and certainly one; None where it is neither."""
        return "".join(self._parts) if self._few and not self._classes else None

    def matches(self, path: str) -> bool:
        """Whether the pattern fits the path or one of the folders above it."""
        if not self._few or len(path) > _SHORT:
            return self._places.matches(path)
        end = path.find("/")
        while end >= 0:
            if self._whole.fullmatch(path, 0, end):
                return True
            end = path.find("/", end + 1)
        return self._whole.fullmatch(path) is not None

    @cached_property
    def _places(self) -> "_Places":
        return _Places(self._parts)


def one_of(expressions: list[str]) -> re.Pattern[str]:
    """Return what fits where one of several patterns does, by the path itself or a folder above it."""
    return re.compile(f"(?:{'|'.join(expressions)})(?:/.*)?", re.DOTALL)


class _Places:
    """The places of a pattern as bits: which are passed without a character, which stay, which go on."""

    def __init__(self, parts: list[str]) -> None:
        self.singles: list[tuple[int, re.Pattern[str]]] = []
        self.skip = self.skip_two = self.stay = self.stay_inside = self.slashes = 0
        bit = 1
        for part in parts:
            if part == _FOLDERS:  # two places: before it, and inside of what ends with a slash
                self.skip |= bit
                self.skip_two |= bit
                bit <<= 1
                self.stay |= bit
                self.slashes |= bit
            elif part in _STARS:
                self.skip |= bit
                self.stay |= bit if part == _ANY else 0
                self.stay_inside |= bit if part == _STAR else 0
            else:
                self.singles.append((bit, re.compile(part, re.DOTALL)))
            bit <<= 1
        self.end = bit
        self._next: dict[str, int] = {}

    def matches(self, path: str) -> bool:
        here = self._passed(1)
        for char in path:
            if char == "/" and here & self.end:
                return True
            stays = self.stay if char == "/" else self.stay | self.stay_inside
            here = self._passed(((here & self._going_on(char)) << 1) | (here & stays))
            if not here:
                return False
        return bool(here & self.end)

    def _passed(self, here: int) -> int:
        while (more := here | ((here & self.skip) << 1) | ((here & self.skip_two) << 2)) != here:
            here = more
        return here

    def _going_on(self, char: str) -> int:
        found = self._next.get(char)
        if found is None:
            found = self.slashes if char == "/" else 0
            for bit, single in self.singles:
                found |= bit if single.fullmatch(char) else 0
            self._next[char] = found
        return found


def _parts(pattern: str) -> list[str]:
    """Take a pattern apart into expressions for one character each, and for stars; of equal stars in a row, one."""
    parts: list[str] = []
    place = 0
    while place < len(pattern):
        char = pattern[place]
        if pattern.startswith("**", place):
            folders = pattern[place + 2 : place + 3] == "/"
            place += 3 if folders else 2
            part = _FOLDERS if folders else _ANY
        elif char == "[" and (end := pattern.find("]", place + 2)) > 0:
            inside = pattern[place + 1 : end].replace("\\", "\\\\").replace("[", "\\[")
            part, place = f"[{inside}]", end + 1
        elif char == "\\" and place + 1 < len(pattern):
            part, place = re.escape(pattern[place + 1]), place + 2
        else:
            part, place = {"*": _STAR, "?": _ONE}.get(char, re.escape(char)), place + 1
        if part not in _STARS or parts[-1:] != [part]:
            parts.append(part)
    return parts
