"""Following symbolic links inside a `FileTree`, never out of it."""

import posixpath
from typing import Final

from prill.errors import PrillError
from prill.model import FileKind, FileTree

__all__ = ["FileTooLarge", "is_directory", "read_bounded", "resolve"]

_MAX_LINKS: Final = 40


class FileTooLarge(PrillError):
    """A file of the image is larger than what is read of its kind."""


def resolve(tree: FileTree, path: str) -> str | None:
    """Return the path without symbolic links of what ``path`` leads to; None where that is nothing or a circle."""
    pending = [part for part in reversed(path.split("/")) if part]
    resolved: list[str] = []
    links = 0
    while pending:
        part = pending.pop()
        if part == ".":
            continue
        if part == "..":
            del resolved[-1:]
            continue
        stat = tree.stat("/".join([*resolved, part]))
        if stat is None:
            return None
        if stat.kind is not FileKind.SYMLINK:
            resolved.append(part)
            continue
        links += 1
        if links > _MAX_LINKS:
            return None
        if posixpath.isabs(stat.link):
            resolved.clear()
        pending.extend(one for one in reversed(stat.link.split("/")) if one)
    return "/".join(resolved)


def is_directory(tree: FileTree, path: str) -> bool:
    """Whether ``path`` leads to a directory."""
    resolved = resolve(tree, path)
    stat = None if resolved is None else tree.stat(resolved)
    return resolved == "" or (stat is not None and stat.kind is FileKind.DIRECTORY)


def read_bounded(tree: FileTree, path: str, limit: int) -> bytes:
    """Return the content of the file at ``path``; raise `FileTooLarge` past ``limit`` bytes."""
    with tree.open(path) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise FileTooLarge(f"{path} is larger than {limit} bytes")
    return content
