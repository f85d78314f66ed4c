"""The paths and link targets of archive members: relative to the root, and never out of it."""

from typing import Literal

from prill.errors import PrillError

__all__ = ["Absolute", "UnsafePath", "clean_path"]

Absolute = Literal["refuse", "strip"]
"""What to do with a path that begins with a slash."""


class UnsafePath(PrillError):
    """A member's path, or a hard link's target, leads out of the root or nowhere."""


def clean_path(text: str, *, absolute: Absolute = "refuse") -> str:
    """Return ``text`` without ``./``, doubled slashes and a slash at the end; the root is the empty string.

    Raise `UnsafePath` for a part ``..``, a NUL, an empty text and, unless it is to be stripped, a slash at the front.
    """
    path = text[2:] if text[:2] == "./" else text
    if path[-1:] == "/":
        path = path[:-1]
    # Nearly every path takes this way: nothing in it could be a "." or ".." part, or an empty one.
    if path and path[0] not in "./" and "/." not in path and "//" not in path and path[-1] != "/" and "\0" not in path:
        return path
    parts = text.split("/")
    cleaned = "/".join(part for part in parts if part not in ("", "."))
    if not text or "\0" in text:
        raise UnsafePath(f"not a path: {text!r}")
    if ".." in parts:
        raise UnsafePath(f"{text!r} could lead out of the root")
    if cleaned and text.startswith("/") and absolute == "refuse":
        raise UnsafePath(f"{text!r} is absolute")
    return cleaned
