"""Laying one layer over the others (OCI image-spec, layer.md, "Applying Changesets").

1. Whiteouts hide what lower layers brought; their order within a layer does not matter. A hard link in the same layer
   still finds the file that is hidden, as where a file was linked and its old name removed.
2. Then the layer's entries are placed. A folder joins a folder; anything else replaces what was there.

Paths lead through the symlinks of the tree made so far, as they do when layers are unpacked to disk, but never out of
the root. A hard link shares its target's entry, whatever becomes of the target's name.

An entry is known by its handle: the number of its layer and its own number in that layer's table. A folder is a
`Folder`; any other name leads to a handle, or to a `Linked` where it came with a later layer than what it leads to.
"""

from collections.abc import Callable

from prill.errors import PrillError
from prill.oci.entries import DIRECTORY, HARDLINK, SYMLINK, EntryTable

__all__ = ["MADE", "Folder", "InvalidLayer", "Linked", "Merge", "Place", "entry_at", "handle_of"]

MADE = -1
"""The handle of a folder that no layer mentions."""
_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_UNION_METADATA = ".wh..wh."
_MAX_LINKS = 40
_MAX_ALL_LINKS = 2_000_000
_SHIFT = 40
_MASK = (1 << _SHIFT) - 1

Fault = Callable[[str, PrillError], None]


class InvalidLayer(PrillError):
    """A layer asks for something that no file system can hold."""


class Folder:
    """A folder's children, its handle, and the layer that put it there."""

    __slots__ = ("children", "handle", "layer")

    def __init__(self, handle: int, layer: int) -> None:
        self.children: dict[str, Place] = {}
        self.handle = handle
        self.layer = layer


class Linked:
    """A name that a later layer gave to an entry."""

    __slots__ = ("handle", "layer")

    def __init__(self, handle: int, layer: int) -> None:
        self.handle = handle
        self.layer = layer


Place = Folder | Linked | int


class _Hidden:
    """What a layer's own whiteouts hide: at a path, and below it at ``names``."""

    __slots__ = ("names", "place")

    def __init__(self) -> None:
        self.names: dict[str, _Hidden] = {}
        self.place: Place | None = None

    def add(self, path: str, place: Place) -> None:
        """Note what was at ``path``; a folder that is hidden after its content is empty, and counts for nothing."""
        at = self
        for name in reversed(_parts(path)):
            at = at.names.setdefault(name, _Hidden())
        if at.place is None:
            at.place = place

    def find(self, path: str) -> Place | None:
        """Return what is hidden at ``path``, by itself or with a folder above."""
        found: Place | None = None
        at: _Hidden | None = self
        for name in reversed(_parts(path)):
            found = found.children.get(name) if isinstance(found, Folder) else None
            at = at.names.get(name) if at else None
            if at and at.place is not None:
                found = at.place
            if at is None and found is None:
                return None
        return found


def handle_of(layer: int, number: int) -> int:
    """Return the handle of an entry."""
    return layer << _SHIFT | number


def entry_at(handle: int) -> tuple[int, int]:
    """Return the layer and the number in its table that a handle stands for."""
    return handle >> _SHIFT, handle & _MASK


class Merge:
    """A root that layers are laid over, one after the other. ``shared`` are the handles that have several names."""

    def __init__(self, fault: Fault | None = None) -> None:
        """Begin with an empty root; ``fault`` is told what is wrong with an entry, which is raised otherwise."""
        self.root = Folder(MADE, 0)
        self.shared: set[int] = set()
        self._fault = fault
        self._tables: list[EntryTable] = []
        self._folders: dict[str, dict[str, Place]] = {}
        self._links = 0
        self._hidden = _Hidden()

    def apply(self, table: EntryTable) -> None:
        """Lay the next layer's entries over the root; raise `InvalidLayer`."""
        self._tables.append(table)
        number = len(self._tables) - 1
        hidden = _whiteouts(table.paths)
        self._hidden = _Hidden()
        for at in hidden:
            self._attempt(self._white_out, table.paths[at], at, number)  # 1
        self._folders.clear()
        self._place_all(table, frozenset(hidden), number)  # 2

    def _place_all(self, table: EntryTable, hidden: frozenset[int], number: int) -> None:
        """Place a layer's entries. What is new in a folder that is known, as most are, takes the short way."""
        folders, base = self._folders, handle_of(number, 0)
        last, folder = "", None  # most entries lie beside the one before
        for at, (path, kind) in enumerate(zip(table.paths, table.kinds, strict=True)):
            above, _, name = path.rpartition("/")
            if folder is None or above != last:
                last, folder = above, folders.get(above)
            if folder is None or name in folder or kind == HARDLINK or not path:
                if at not in hidden:
                    self._attempt(self._place, path, at, number)
                    folder = None  # what was known of it may be no more
            elif hidden and at in hidden:
                continue
            elif kind == DIRECTORY:
                made = folder[name] = Folder(base | at, number)
                folders[path] = made.children
            else:
                folder[name] = base | at

    def _attempt(self, step: Callable[[str, int, int], None], path: str, at: int, number: int) -> None:
        try:
            step(path, at, number)
        except InvalidLayer as error:
            if self._fault is None:
                raise
            self._fault(path, error)

    def _white_out(self, path: str, _at: int, _number: int) -> None:
        """Hide one name, or everything in a folder."""
        above, _, name = path.rpartition("/")
        hidden = name.removeprefix(_WHITEOUT)
        if name != _OPAQUE and hidden in ("", ".", ".."):
            raise InvalidLayer(f"a whiteout hides nothing: {above[:160]!r}/{name[:160]!r}")
        try:
            place = self._descend(above, None, follow=True)
        except InvalidLayer:
            return
        if not isinstance(place, Folder):
            return
        if name == _OPAQUE:
            old = Folder(MADE, 0)
            old.children, place.children = place.children, {}
            self._hidden.add(above, old)
        elif not name.startswith(_UNION_METADATA) and hidden in place.children:
            self._hidden.add(f"{above}/{hidden}", place.children.pop(hidden))

    def _place(self, path: str, at: int, number: int) -> None:
        kind = self._tables[number].kinds[at]
        if not path:
            self.root.handle, self.root.layer = handle_of(number, at), number
            return
        above, _, name = path.rpartition("/")
        folder = self._folders.get(above)
        if folder is None:
            folder = self._folders[above] = self._folder_at(above, number)
        old = folder.get(name)
        place: Place = handle_of(number, at)
        if kind == DIRECTORY:
            if isinstance(old, Folder):
                old.handle, old.layer = handle_of(number, at), number
                return
            place = Folder(handle_of(number, at), number)
        elif kind == HARDLINK:
            place = self._hard_link(path, self._tables[number].links[at], number)
        if old is not None:
            self._folders.clear()  # paths may lead elsewhere now
        folder[name] = place

    def _hard_link(self, path: str, link: str, number: int) -> Place:
        try:
            target = self._descend(link, None, follow=False)
        except InvalidLayer:
            target = None
        if target is None:
            target = self._hidden.find(link)
        if target is None or isinstance(target, Folder):
            raise InvalidLayer(f"{path!r} is a hard link to {link!r}, which is no file")
        handle = target if isinstance(target, int) else target.handle
        self.shared.add(handle)
        return handle if handle >> _SHIFT == number else Linked(handle, number)

    def _folder_at(self, path: str, number: int) -> dict[str, Place]:
        """Return the children of the folder at ``path``; folders that no layer mentions are made."""
        place = self._descend(path, number, follow=True)
        if not isinstance(place, Folder):
            raise InvalidLayer(f"{path!r} is no folder, and a layer puts files into it")
        return place.children

    def _descend(self, path: str, number: int | None, *, follow: bool) -> Place | None:
        """Walk along ``path``; return what is at its end, or None where nothing has its last name.

        With ``number``, missing folders are made on the way, for that layer. Raise `InvalidLayer` where the way ends.
        """
        trail: list[Folder] = [self.root]
        end: Place = self.root
        todo = _parts(path)
        links = 0
        while todo:
            part = todo.pop()
            if not isinstance(end, Folder):
                raise InvalidLayer(f"{path!r} leads through what is no folder, before {part!r}")
            if part == "..":
                if len(trail) > 1:
                    trail.pop()
                end = trail[-1]
                continue
            place = _child(end, part, number)
            if place is None:
                if todo:
                    raise InvalidLayer(f"{path!r} leads to nothing at {part!r}")
                return None
            if isinstance(place, Folder):
                trail.append(place)
            elif (follow or todo) and (target := self._target(place)):
                links = self._count_link(path, links)
                if target.startswith("/"):
                    del trail[1:]
                todo += _parts(target)
                place = trail[-1]
            end = place
        return end

    def _target(self, place: Linked | int) -> str:
        """Return where a symlink leads; nothing for anything else."""
        layer, at = entry_at(place if isinstance(place, int) else place.handle)
        table = self._tables[layer]
        return table.links[at] if table.kinds[at] == SYMLINK else ""

    def _count_link(self, path: str, links: int) -> int:
        self._links += 1
        if links >= _MAX_LINKS:
            raise InvalidLayer(f"{path!r} leads through more than {_MAX_LINKS} symlinks")
        if self._links > _MAX_ALL_LINKS:
            raise InvalidLayer(f"the image's paths lead through more than {_MAX_ALL_LINKS} symlinks")
        return links + 1


def _parts(path: str) -> list[str]:
    """Return the names to go by, the first at the end."""
    return [part for part in reversed(path.split("/")) if part not in ("", ".")]


def _child(folder: Folder, name: str, number: int | None) -> Place | None:
    """Return what ``folder`` has under a name; with ``number``, make it a folder if there is nothing."""
    place = folder.children.get(name)
    if place is None and number is not None:
        place = folder.children[name] = Folder(MADE, number)
    return place


def _whiteouts(paths: list[str]) -> list[int]:
    """Return the places of what hides something; of most layers nothing does, as one look at all their paths says."""
    if _WHITEOUT not in "\0".join(paths):
        return []
    return [at for at, path in enumerate(paths) if path.rpartition("/")[2].startswith(_WHITEOUT)]
