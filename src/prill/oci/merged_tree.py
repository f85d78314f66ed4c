"""The merged tree as an index: which entry of which layer each path leads to, in the order of a walk."""

from array import array
from collections.abc import Iterable, Iterator, Sequence

from prill.archive.globs import compile_glob
from prill.model import FileKind, FileStat
from prill.model.value import replace
from prill.oci._merge import MADE, Folder, Merge, Place, entry_at, handle_of
from prill.oci.entries import DIRECTORY, FILE, SYMLINK, EntryTable

__all__ = ["MergedTree"]

_MAX_LINKS = 40
_WILD = "*?"


class MergedTree:
    """Rows in the order of a walk, the root first; a row is a path, a handle, and the layer that brought the name.

    ``firsts`` has, for a further name of an entry, the row of its first name.
    """

    def __init__(
        self,
        tables: Sequence[EntryTable],
        handles: "array[int]",
        layers: "array[int]",
        firsts: dict[int, int],
        moved: dict[int, str],
        paths: list[str] | None = None,
    ) -> None:
        """Take over the columns; ``moved`` has the paths that are not as their layer spells them.

        ``paths`` are all of them, where somebody has them at hand.
        """
        self.tables = tables
        self.handles = handles
        self.layers = layers
        self.firsts = firsts
        self.moved = moved
        self.paths = self._spelled() if paths is None else paths
        self._rows: dict[str, int] | None = None

    @classmethod
    def of(cls, merge: Merge, tables: Sequence[EntryTable]) -> "MergedTree":
        """List everything in the merged root."""
        columns = _Columns(merge, tables)
        columns.list()
        return cls(tables, columns.handles, columns.layers, columns.firsts, columns.moved, columns.paths)

    def _spelled(self) -> list[str]:
        names, moved = [table.paths for table in self.tables], self.moved
        paths = [
            names[handle >> 40][handle & 0xFF_FFFF_FFFF] if handle >= 0 else moved[row]
            for row, handle in enumerate(self.handles)
        ]
        for row, path in moved.items():
            paths[row] = path
        return paths

    def __len__(self) -> int:
        return len(self.handles)

    @property
    def rows(self) -> dict[str, int]:
        """Return each path's row."""
        if self._rows is None:
            self._rows = dict(zip(self.paths, range(len(self.paths)), strict=True))
        return self._rows

    def kind(self, row: int) -> int:
        """Return the place of a row's kind in `entries.KINDS`, a further name's as the file's."""
        handle = self.handles[row]
        if handle == MADE:
            return DIRECTORY
        layer, number = entry_at(handle)
        return self.tables[layer].kinds[number]

    def is_file(self, row: int) -> bool:
        """Return whether a row is a regular file by its first name, as the number of an image's files counts them."""
        return row not in self.firsts and self.kind(row) == FILE

    def first(self, row: int) -> str:
        """Return, for a further name of a file, the path of its first one, and nothing for anything else."""
        return self.paths[self.firsts[row]] if row in self.firsts else ""

    def stat(self, row: int) -> FileStat:
        """Return a row as the model has it."""
        handle = self.handles[row]
        if handle == MADE:
            return FileStat(path=self.paths[row], kind=FileKind.DIRECTORY, mode=0o755)
        layer, number = entry_at(handle)
        stat = self.tables[layer].stat(number, self.paths[row])
        first = self.firsts.get(row)
        if first is None:
            return stat
        return replace(stat, kind=FileKind.HARDLINK, link=self.paths[first], size=0)

    def rows_of(self, entries: Iterable[tuple[int, int]]) -> dict[tuple[int, int], int]:
        """Return the row of each of ``entries``, a layer and a number in it, that is there under its own path."""
        rows, handles = self.rows, self.handles
        found = {}
        for layer, number in entries:
            paths = self.tables[layer].paths  # none, where the layer was left out
            row = rows.get(paths[number]) if number < len(paths) else None
            if row is not None and handles[row] == handle_of(layer, number):
                found[layer, number] = row
        return found

    def moved_files(self) -> Iterator[tuple[FileStat, bool]]:
        """Yield the files, not empty, that go by another path than their layer gave them.

        With each comes whether it is but a further name of a file that is there under its own path.
        """
        shared = {*self.firsts, *self.firsts.values()}
        own = {self.handles[row] for row in shared if row not in self.moved}
        for row in sorted(self.moved):
            handle = self.handles[row]
            if handle != MADE and self.kind(row) == FILE:
                layer, number = entry_at(handle)
                if self.tables[layer].sizes[number]:
                    yield self.tables[layer].stat(number, self.paths[row]), handle in own

    def find(self, path: str, *, follow: bool) -> int | None:
        """Return the row at ``path``, symlinks above it followed inside the root; the last one too, with ``follow``."""
        row = self.rows.get(path)
        if row is not None:
            return self._descend(path, follow=True) if follow and self.kind(row) == SYMLINK else row
        above, _, name = path.rpartition("/")
        folder = self.rows.get(above)
        if folder is not None and name not in ("", ".", "..") and self.kind(folder) == DIRECTORY:
            return None  # as of most that are asked for in vain
        return self._descend(path, follow=follow)

    def _descend(self, path: str, *, follow: bool) -> int | None:
        at, todo = self._way_to(path)
        row = self.rows[at]
        links = 0
        while todo:
            part = todo.pop()
            if part in ("", "."):
                continue
            if self.kind(row) != DIRECTORY:
                return None
            if part == "..":
                at = at.rpartition("/")[0]
                row = self.rows[at]
                continue
            next_at = f"{at}/{part}" if at else part
            found = self.rows.get(next_at)
            if found is None:
                return None
            if self.kind(found) == SYMLINK and (follow or todo):
                links += 1
                if links > _MAX_LINKS:
                    return None
                target = self._target(found)
                if target.startswith("/"):
                    at, row = "", 0
                todo += target.split("/")[::-1]
                continue
            at, row = next_at, found
        return row

    def _way_to(self, path: str) -> tuple[str, list[str]]:
        """Return the folder as far down as ``path`` leads through folders alone, and what is left, the next at the end.

        A path in the index has nothing but folders above it.
        """
        rows, at, todo = self.rows, path, list[str]()
        while at and ((row := rows.get(at)) is None or self.kind(row) != DIRECTORY):
            at, _, part = at.rpartition("/")
            todo.append(part)
        return at, todo

    def _target(self, row: int) -> str:
        layer, number = entry_at(self.handles[row])
        return self.tables[layer].links[number]

    def glob(self, pattern: str) -> Iterator[str]:
        """Yield, sorted, the paths that match."""
        matches = compile_glob(pattern).fullmatch
        return iter(sorted(path for path in self._candidates(pattern) if path and matches(path)))

    def _candidates(self, pattern: str) -> Sequence[str]:
        """Return the paths that may match: those below the folder that the pattern names, with the ending it names."""
        wild = min((at for at in map(pattern.find, _WILD) if at >= 0), default=-1)
        if wild < 0:
            return [pattern] if pattern in self.rows else []
        folder = pattern[:wild].rpartition("/")[0]
        ending = pattern[max(map(pattern.rfind, _WILD)) + 1 :]
        paths: Sequence[str] = self._below(folder) if folder else self.paths
        return [path for path in paths if path.endswith(ending)] if ending else paths

    def _below(self, folder: str) -> list[str]:
        row = self.rows.get(folder)
        if row is None:
            return []
        end = row + 1
        prefix = f"{folder}/"
        while end < len(self.paths) and self.paths[end].startswith(prefix):
            end += 1
        return self.paths[row + 1 : end]


_Listed = tuple[str, dict[str, Place], Iterator[str]]
"""A folder that is being listed: how the paths in it begin, what is in it, and which names are left."""


class _Columns:
    """Lists a merged root, each folder before what is in it, sorted by name there."""

    def __init__(self, merge: Merge, tables: Sequence[EntryTable]) -> None:
        self._merge = merge
        self._names = [table.paths for table in tables]
        self._first_rows: dict[int, int] = {}
        self.paths: list[str] = []
        self.handles = array("q")
        self.layers = array("I")
        self.firsts: dict[int, int] = {}
        self.moved: dict[int, str] = {}

    def list(self) -> None:
        """Fill the columns."""
        root = self._merge.root
        self._add("", root.handle, root.layer)
        names, shared = self._names, self._merge.shared
        add_path, add_handle, add_layer = self.paths.append, self.handles.append, self.layers.append
        within: list[_Listed] = [("", root.children, iter(sorted(root.children)))]
        while within:
            prefix, children, left = within[-1]
            for name in left:
                place, at = children[name], prefix + name
                if isinstance(place, int):  # as nearly all are
                    layer = place >> 40
                    known = names[layer][place & 0xFF_FFFF_FFFF]
                    if known == at and place not in shared:
                        add_path(known)  # so that memory holds it once
                        add_handle(place)
                        add_layer(layer)
                    else:
                        self._add(at, place, layer)
                    continue
                self._add(at, place.handle, place.layer)
                if isinstance(place, Folder):
                    within.append((f"{at}/", place.children, iter(sorted(place.children))))
                    break
            else:
                within.pop()

    def _add(self, path: str, handle: int, layer: int) -> None:
        row = len(self.handles)
        known = self._names[handle >> 40][handle & 0xFF_FFFF_FFFF] if handle >= 0 else None
        if known != path:
            self.moved[row] = path
        if handle in self._merge.shared:
            first = self._first_rows.setdefault(handle, row)
            if first != row:
                self.firsts[row] = first
        self.paths.append(path if known != path else known)
        self.handles.append(handle)
        self.layers.append(layer)
