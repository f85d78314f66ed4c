"""``.dockerignore``: which paths of the build's context are left out, as moby/patternmatcher decides it."""

import posixpath
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from re import Pattern

from prill.dockerfile.ignore_pattern import IgnorePattern, one_of
from prill.errors import PrillError
from prill.model.value import dataclass

__all__ = ["IgnoreFile", "TooManyPatterns", "read_ignore_file"]

MAX_PATTERNS = 10_000

_EVERYTHING = frozenset({"*", "**", "**/*"})
_CLASSES = frozenset("[\\")
"""What Go's patterns have otherwise than Python's."""
_NOT_PLAIN = frozenset("*?[\\")
_MANY, _SHORT = 50, 1024

_Numbered = tuple[int, IgnorePattern, bool]


class TooManyPatterns(PrillError):
    """There are more patterns, or more paths for them, than are compared."""


@dataclass(frozen=True, slots=True)
class IgnoreFile:
    """The patterns with their numbers; the last one that fits decides. True leaves out, False takes back in (``!``).

    Those without a star are looked up by name. Of many others, ``quick`` knows for all but ``slow`` that none fits.
    """

    plain: Mapping[str, tuple[int, bool]]
    wild: tuple[_Numbered, ...] = ()
    slow: tuple[_Numbered, ...] = ()
    quick: Pattern[str] | None = None
    exceptions: tuple[str, ...] = ()
    leaves_nothing: bool = False

    def leaves_out(self, path: str) -> bool:
        """Whether nothing of a path is left to be copied.

        Of a folder that is left out, an exception may take something back in; the root is left out by a pattern for
        everything, where nothing is taken back.
        """
        clean = posixpath.normpath(path).strip("/")
        if clean in {".", ""}:
            return self.leaves_nothing
        folders = clean.split("/")
        return self.matches(path) and not any(_reaches_below(one.split("/"), folders) for one in self.exceptions)

    def matches(self, path: str) -> bool:
        """Whether a path, or a folder that it is in, is left out."""
        clean = posixpath.normpath(path).strip("/")
        if clean in {".", "", ".."}:
            return False
        number, ignored = max((self.plain[one] for one in _folders(clean) if one in self.plain), default=(-1, False))
        wild = self.wild
        if self.quick is not None and len(clean) <= _SHORT and self.quick.fullmatch(clean) is None:
            wild = self.slow
        for place, pattern, leaves_out in reversed(wild):
            if place < number:
                break
            if pattern.matches(clean):
                return leaves_out
        return ignored


def _reaches_below(pattern: list[str], folders: list[str]) -> bool:
    """Whether a pattern may fit something that lies below the path whose parts are given."""
    for part, folder in zip(pattern, folders, strict=False):
        if "**" in part:
            return True
        if _CLASSES.isdisjoint(part) and not fnmatchcase(folder, part):
            return False
    return len(pattern) > len(folders)


def _folders(path: str) -> Iterator[str]:
    """Yield the folders that a path is in, and the path."""
    end = path.find("/")
    while end >= 0:
        yield path[:end]
        end = path.find("/", end + 1)
    yield path


def read_ignore_file(text: str) -> IgnoreFile:
    """Read the patterns: a line each, ``#`` begins a comment, ``!`` an exception. Raise `TooManyPatterns`."""
    lines = text.removeprefix("\ufeff").splitlines()
    if len(lines) > MAX_PATTERNS:
        raise TooManyPatterns(f".dockerignore has more than {MAX_PATTERNS} lines")
    plain: dict[str, tuple[int, bool]] = {}
    wild: list[_Numbered] = []
    exceptions = []
    everything = False
    for number, line in enumerate(lines):
        stripped = line.strip()
        if line.startswith("#") or not stripped:
            continue
        excepted = stripped.startswith("!")
        pattern = posixpath.normpath(stripped.removeprefix("!").strip()).lstrip("/")
        if pattern not in {".", ""}:
            if _NOT_PLAIN.isdisjoint(pattern):
                plain[pattern] = number, not excepted
            else:
                wild.append((number, IgnorePattern(pattern), not excepted))
            everything = everything or (pattern in _EVERYTHING and not excepted)
            if excepted:
                exceptions.append(pattern)
    slow, quick = tuple(wild), None
    if len(wild) > _MANY:
        slow = tuple(one for one in wild if one[1].expression is None)
        quick = one_of([said for one in wild if (said := one[1].expression) is not None])
    return IgnoreFile(plain, tuple(wild), slow, quick, tuple(exceptions), everything and not exceptions)
