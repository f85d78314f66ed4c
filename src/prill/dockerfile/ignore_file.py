"""``.dockerignore``: which paths of the build's context are left out, as moby/patternmatcher decides it."""

import posixpath

from prill.dockerfile.ignore_pattern import IgnorePattern
from prill.model.value import dataclass

__all__ = ["IgnoreFile", "read_ignore_file"]

MAX_PATTERNS = 10_000


@dataclass(frozen=True, slots=True)
class IgnoreFile:
    """The patterns in order; the last one that fits decides. True leaves out, False takes back in (``!``)."""

    patterns: tuple[tuple[IgnorePattern, bool], ...]

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
    for line in text.removeprefix("\ufeff").splitlines()[:MAX_PATTERNS]:
        stripped = line.strip()
        if line.startswith("#") or not stripped:
            continue
        excepted = stripped.startswith("!")
        pattern = posixpath.normpath(stripped.removeprefix("!").strip()).lstrip("/")
        if pattern not in {".", ""}:
            found.append((IgnorePattern(pattern), not excepted))
    return IgnoreFile(tuple(found))
