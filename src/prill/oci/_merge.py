"""Laying one layer over the others (OCI image-spec, layer.md, "Applying Changesets").

1. Whiteouts hide what lower layers brought; their order within a layer does not matter.
2. Then the layer's entries are placed. A folder joins a folder; anything else replaces what was there.

Paths lead through the symlinks of the tree made so far, as they do when layers are unpacked to disk, but never out of
the root. A hard link shares its target's node, whatever becomes of the target's name.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from prill.archive.tar import TarEntry
from prill.errors import PrillError
from prill.model import FileKind, FileStat

__all__ = ["Content", "InvalidLayer", "Node", "Place", "apply_layer", "find", "listing", "new_root"]

_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_UNION_METADATA = ".wh..wh."
_MAX_LINKS = 40

Content = int
"""Where a regular file's content begins in the spool."""


class InvalidLayer(PrillError):
    """A layer asks for something that no file system can hold."""


class Node:
    """What a name leads to; a folder has children. Two names of one node are hard links."""

    __slots__ = ("children", "content", "stat")

    def __init__(self, stat: FileStat, content: Content) -> None:
        self.stat = stat
        self.content = content
        self.children: dict[str, Place] | None = {} if stat.kind is FileKind.DIRECTORY else None


class Place:
    """A name in a folder: its node, and the number of the layer that put it there."""

    __slots__ = ("layer", "node")

    def __init__(self, node: Node, layer: int) -> None:
        self.node = node
        self.layer = layer


def new_root() -> Place:
    """Return an empty root folder."""
    return Place(Node(_folder(""), 0), 0)


def apply_layer(root: Place, entries: Iterable[tuple[TarEntry, Content]], number: int) -> None:
    """Lay a layer's entries over ``root``; raise `InvalidLayer`."""
    placed = []
    for entry, content in entries:
        folder, _, name = entry.stat.path.rpartition("/")
        if name.startswith(_WHITEOUT):
            _white_out(root, folder, name)  # 1
        else:
            placed.append((entry, content))
    for entry, content in placed:
        _place(root, entry.stat, content, number)  # 2


def find(root: Place, path: str, *, follow: bool) -> Place | None:
    """Return what is at ``path``, symlinks above it followed inside the root; the last one too, with ``follow``."""
    try:
        trail, missing = _descend(root, path, number=None, follow=follow)
    except InvalidLayer:
        return None
    return None if missing else trail[-1]


def listing(root: Place) -> Iterator[tuple[FileStat, Place]]:
    """Yield every entry below the root, with its real path, each folder before what is in it, sorted by name there.

    Of several names of one node the first is the file, and the others are hard links to it.
    """
    firsts: dict[int, str] = {}
    waiting = _children("", root)
    while waiting:
        path, place = waiting.pop()
        stat = place.node.stat
        first = firsts.setdefault(id(place.node), path)
        if first != path:
            stat = replace(stat, path=path, kind=FileKind.HARDLINK, link=first, size=0)
        elif stat.path != path:
            stat = replace(stat, path=path)
        yield stat, place
        waiting += _children(path, place)


def _children(path: str, place: Place) -> list[tuple[str, Place]]:
    """Return a folder's entries with their paths, sorted, the first at the end."""
    prefix = f"{path}/" if path else ""
    children = place.node.children or {}
    return [(prefix + name, children[name]) for name in sorted(children, reverse=True)]


def _white_out(root: Place, folder: str, name: str) -> None:
    """Hide one name, or everything in a folder."""
    place = find(root, folder, follow=True)
    hidden = name.removeprefix(_WHITEOUT)
    if name != _OPAQUE and hidden in ("", ".", ".."):
        raise InvalidLayer(f"a whiteout hides nothing: {folder[:160]!r}/{name[:160]!r}")
    if place is None or place.node.children is None:
        return
    if name == _OPAQUE:
        place.node.children.clear()
    elif not name.startswith(_UNION_METADATA):
        place.node.children.pop(hidden, None)


def _place(root: Place, stat: FileStat, content: Content, number: int) -> None:
    if not stat.path:
        _set_root(root, stat, number)
        return
    above, _, name = stat.path.rpartition("/")
    folder = _folder_at(root, above, number)
    old = folder.get(name)
    if stat.kind is FileKind.HARDLINK:
        target = find(root, stat.link, follow=False)
        if target is None or target.node.children is not None:
            raise InvalidLayer(f"{stat.path!r} is a hard link to {stat.link!r}, which is no file")
        folder[name] = Place(target.node, number)
        return
    node = Node(stat, content)
    if old is not None and old.node.children is not None and node.children is not None:
        node.children = old.node.children
    folder[name] = Place(node, number)


def _set_root(root: Place, stat: FileStat, number: int) -> None:
    if stat.kind is not FileKind.DIRECTORY:
        raise InvalidLayer(f"the root is a {stat.kind}, not a folder")
    root.node.stat = stat
    root.layer = number


def _folder_at(root: Place, path: str, number: int) -> dict[str, Place]:
    """Return the children of the folder at ``path``; folders that no layer mentions are made."""
    trail, _ = _descend(root, path, number=number, follow=True)
    children = trail[-1].node.children
    if children is None:
        raise InvalidLayer(f"{path!r} is no folder, and a layer puts files into it")
    return children


def _descend(root: Place, path: str, *, number: int | None, follow: bool) -> tuple[list[Place], str]:
    """Walk along ``path``; return the places that lead to its end, and the last name if nothing has it.

    With ``number``, missing folders are made on the way, for that layer. Raise `InvalidLayer` where the way ends.
    """
    trail = [root]
    todo = path.split("/")[::-1]
    links = 0
    while todo:
        part = todo.pop()
        if part in ("", ".", ".."):
            if part == ".." and len(trail) > 1:
                trail.pop()
            continue
        place = _step(trail[-1], part, path, number)
        if place is None:
            if todo:
                raise InvalidLayer(f"{path!r} leads to nothing at {part!r}")
            return trail, part
        target = place.node.stat.link if place.node.stat.kind is FileKind.SYMLINK and (follow or todo) else ""
        if not target:
            trail.append(place)
            continue
        links += 1
        if links > _MAX_LINKS:
            raise InvalidLayer(f"{path!r} leads through more than {_MAX_LINKS} symlinks")
        if target.startswith("/"):
            del trail[1:]
        todo += target.split("/")[::-1]
    return trail, ""


def _step(folder: Place, part: str, path: str, number: int | None) -> Place | None:
    """Return what ``folder`` has under the name ``part``; with ``number``, make it a folder if there is nothing."""
    children = folder.node.children
    if children is None:
        raise InvalidLayer(f"{path!r} leads through {folder.node.stat.path!r}, which is no folder")
    if part not in children and number is not None:
        children[part] = Place(Node(_folder(part), 0), number)
    return children.get(part)


def _folder(path: str) -> FileStat:
    return FileStat(path=path, kind=FileKind.DIRECTORY, mode=0o755)
