"""Symbolic links of the merged tree: where they lead, and that no one leads out of the root."""

from collections.abc import Iterator, Mapping

from prill.build.parents import parents
from prill.build.placed import Placed
from prill.errors import PrillError
from prill.model import FileKind

__all__ = [
    "MAX_LINKS",
    "CircularLinks",
    "LinkLeavesRoot",
    "behind",
    "check_links",
    "crossings",
    "is_link",
    "leads_out",
    "resolve_link",
]

MAX_LINKS = 40


class CircularLinks(PrillError):
    """A path lies behind symlinks that lead to each other."""


class LinkLeavesRoot(PrillError):
    """A symlink leads out of the root, where whoever unpacks the image might follow it."""


def behind(path: str, placed: Mapping[str, Placed], owner: str) -> str:
    """Return where ``path`` lies once the symlinks among the folders above it are followed."""
    target = path
    for _link, followed in crossings(path, placed, owner):
        target = followed
    return target


def crossings(path: str, placed: Mapping[str, Placed], owner: str) -> Iterator[tuple[str, str]]:
    """Yield the symlinks among the folders above ``path``, one after the other, and where each of them leads it.

    Raise `CircularLinks`, or `LinkLeavesRoot` for one that leads out.
    """
    target = path
    for _ in range(MAX_LINKS):
        link = next((parent for parent in reversed(parents(target)) if is_link(parent, placed)), None)
        if link is None:
            return
        found = placed[link]
        target = (resolve_link(link, found.entry.link, found.owner) + target[len(link) :]).lstrip("/")
        yield link, target
    raise CircularLinks(f"/{path} of {owner} lies behind a circle of symlinks")


def is_link(path: str, placed: Mapping[str, Placed]) -> bool:
    """Whether a symbolic link is placed at ``path``."""
    found = placed.get(path)
    return found is not None and found.entry.kind is FileKind.SYMLINK


def check_links(placed: Mapping[str, Placed]) -> None:
    """Raise `LinkLeavesRoot` where a symbolic link leads out of the root."""
    for path, one in placed.items():
        if one.entry.kind is FileKind.SYMLINK and ".." in one.entry.link:
            resolve_link(path, one.entry.link, one.owner)


def leads_out(link: str, text: str) -> bool:
    """Whether a symlink at path ``link`` with ``text`` leads out of the root."""
    try:
        resolve_link(link, text)
    except LinkLeavesRoot:
        return True
    return False


def resolve_link(link: str, text: str, owner: str = "") -> str:
    """Resolve the symlink text at path ``link``, inside the root; raise `LinkLeavesRoot`."""
    parts = [] if text.startswith("/") else link.split("/")[:-1]
    for part in text.split("/"):
        if part == "..":
            if not parts:
                raise LinkLeavesRoot(
                    f"/{link}{owner and f' of {owner}'} is a symlink to {text!r}, which leads out of the root"
                )
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
