"""``.dockerignore``: which paths of the build's context are left out, as moby/patternmatcher decides it."""

import posixpath
import re

from prill.model.value import dataclass

__all__ = ["IgnoreFile", "read_ignore_file"]

MAX_PATTERNS = 10_000


@dataclass(frozen=True, slots=True)
class IgnoreFile:
    """The patterns in order; the last one that fits decides. True leaves out, False takes back in (``!``)."""

    patterns: tuple[tuple[re.Pattern[str], bool], ...]

    def matches(self, path: str) -> bool:
        """Whether a path, or a folder that it is in, is left out."""
        clean = posixpath.normpath(path).strip("/")
        if clean in {".", "", ".."}:
            return False
        parts = clean.split("/")
        ways = ["/".join(parts[:number]) for number in range(1, len(parts) + 1)]
        ignored = False
        for pattern, leaves_out in self.patterns:
            if ignored != leaves_out and any(pattern.fullmatch(way) for way in ways):
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
            found.append((_compile(pattern), not excepted))
    return IgnoreFile(tuple(found))


def _compile(pattern: str) -> re.Pattern[str]:
    """Turn a pattern of Go's ``filepath.Match``, with ``**`` for any number of folders, into an expression."""
    out = []
    place = 0
    while place < len(pattern):
        char = pattern[place]
        if pattern.startswith("**", place):
            place += 2
            if pattern[place : place + 1] == "/":
                place += 1
                out.append("(?:.*/)?")
            else:
                out.append(".*")
            continue
        end = pattern.find("]", place + 2) if char == "[" else -1
        if end > 0:
            inside = pattern[place + 1 : end].replace("\\", "\\\\").replace("[", "\\[")
            out.append(f"[{inside}]")
            place = end + 1
            continue
        if char == "\\" and place + 1 < len(pattern):
            place += 1
            char = re.escape(pattern[place])
        else:
            char = {"*": "[^/]*", "?": "[^/]"}.get(char, re.escape(char))
        out.append(char)
        place += 1
    try:
        return re.compile("".join(out), re.DOTALL)
    except re.error:
        return re.compile(re.escape(pattern))
