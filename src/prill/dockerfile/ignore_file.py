"""``.dockerignore``: which paths of the build's context are left out, as moby/patternmatcher decides it."""

import posixpath

from prill.dockerfile.ignore_pattern import IgnorePattern
from prill.model.value import dataclass

__all__ = ["IgnoreFile", "read_ignore_file"]

MAX_PATTERNS = 10_000

_EVERYTHING = frozenset({"*", "**", "**/*"})
_WILD = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class IgnoreFile:
    """The patterns in order; the last one that fits decides. True leaves out, False takes back in (``!``)."""

    patterns: tuple[tuple[IgnorePattern, bool], ...]
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
        below = any(one.startswith(clean + "/") or not _WILD.isdisjoint(one) for one in self.exceptions)
        return not below and self.matches(path)

    def matches(self, path: str) -> bool:
        """Whether a path, or a folder that it is in, is left out."""
        clean = posixpath.normpath(path).strip("/")
        if clean in {".", "", ".."}:
            return False
        ignored = False
        for pattern, leaves_out in self.patterns:
            if ignored != leaves_out and pattern.matches(clean):
                ignored = leaves_out
        return ignored


def read_ignore_file(text: str) -> IgnoreFile:
    """Read the patterns: a line each, ``#`` begins a comment, ``!`` an exception."""
    found = []
    exceptions = []
    everything = False
    for line in text.removeprefix("\ufeff").splitlines()[:MAX_PATTERNS]:
        stripped = line.strip()
        if line.startswith("#") or not stripped:
            continue
        excepted = stripped.startswith("!")
        pattern = posixpath.normpath(stripped.removeprefix("!").strip()).lstrip("/")
        if pattern not in {".", ""}:
            found.append((IgnorePattern(pattern), not excepted))
            everything = everything or (pattern in _EVERYTHING and not excepted)
            if excepted:
                exceptions.append(pattern)
    return IgnoreFile(tuple(found), tuple(exceptions), everything and not exceptions)
