"""Hard links of the merged tree."""

import msgspec

from prill.build.placed import Placed
from prill.model import FileKind

__all__ = ["rescue_hard_links"]


def rescue_hard_links(placed: dict[str, Placed]) -> None:
    """Let each hard link point at a file of its own package with the same content, owner and mode.

    A link whose target moved follows it. Where the target was left out, covered or changed, the first link becomes
    the file itself, and the others point at that.
    """
    links, files = [], {}
    for path, one in placed.items():
        if one.entry.kind is FileKind.HARDLINK:
            links.append(path)
        elif one.entry.kind is FileKind.FILE:
            files[_inode(one)] = path
    for path in sorted(links):
        one = placed[path]
        entry, rule = one.entry, one.rule
        target = files.setdefault(_inode(one), path)
        if target == path:
            entry = msgspec.structs.replace(entry, kind=FileKind.FILE, link="")
            rule = "hard-link-resolved" if rule == "package" else rule
        elif target != entry.link:
            entry = msgspec.structs.replace(entry, link=target)
        placed[path] = Placed(entry, one.owner, rule)


def _inode(placed: Placed) -> tuple[str, int, str, int, int, int]:
    """Return what two names of one file have in common."""
    entry = placed.entry
    return (placed.owner, entry.offset, entry.sha256, entry.mode, entry.uid, entry.gid)
