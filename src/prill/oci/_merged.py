"""The merged tree as an index: which entry of which layer each path leads to, in the order of a walk."""

from array import array
from collections.abc import Iterable, Iterator, Sequence

from prill.archive.globs import compile_glob
from prill.model import FileKind, FileStat
from prill.model.value import replace
from prill.oci._merge import MADE, Folder, Linked, Merge, Place, entry_at, handle_of
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
    ) -> None:
        """Take over the columns; ``moved`` has the paths that are not as their layer spells them."""
        self.tables = tables
        self.handles = handles
        self.layers = layers
        self.firsts = firsts
        self.moved = moved
        names = [table.paths for table in tables]
        self.paths = [
            names[handle >> 40][handle & 0xFF_FFFF_FFFF] if handle >= 0 else moved[row]
            for row, handle in enumerate(handles)
        ]
        for row, path in moved.items():
            self.paths[row] = path
        self._rows: dict[str, int] | None = None

    @classmethod
    def of(cls, merge: Merge, tables: Sequence[EntryTable]) -> "MergedTree":
        """List everything in the merged root."""
        columns = _Columns(merge, tables)
        columns.list()
        return cls(tables, columns.handles, columns.layers, columns.firsts, columns.moved)

    def __len__(self) -> int:
        return len(self.handles)

    @property
    def rows(self) -> dict[str, int]:
        """Return each path's row."""
        if self._rows is None:
            self._rows = {path: row for row, path in enumerate(self.paths)}
        return self._rows

    def kind(self, row: int) -> int:
        """Return the place of a row's kind in `entries.KINDS`, a further name's as the file's."""
        handle = self.handles[row]
        if handle == MADE:
            return DIRECTORY
        layer, number = entry_at(handle)
        return self.tables[layer].kinds[number]

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
        wanted = {handle_of(layer, number): (layer, number) for layer, number in entries}
        return {
            wanted[handle]: row for row, handle in enumerate(self.handles) if handle in wanted and row not in self.moved
        }

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
        if row is not None and not (follow and self.kind(row) == SYMLINK):
            return row
        return self._descend(path, follow=follow)

    def _descend(self, path: str, *, follow: bool) -> int | None:
        at, row = "", 0
        todo = path.split("/")[::-1]
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


class _Columns:
    """Lists a merged root, each folder before what is in it, sorted by name there."""

    def __init__(self, merge: Merge, tables: Sequence[EntryTable]) -> None:
        self._merge = merge
        self._names = [table.paths for table in tables]
        self._first_rows: dict[int, int] = {}
        self.handles = array("q")
        self.layers = array("I")
        self.firsts: dict[int, int] = {}
        self.moved: dict[int, str] = {}

    def list(self) -> None:
        """Fill the columns."""
        names, shared = self._names, self._merge.shared
        add_handle, add_layer = self.handles.append, self.layers.append
        waiting: list[tuple[str, Place]] = [("", self._merge.root)]
        while waiting:
            path, place = waiting.pop()
            if isinstance(place, int):
                handle, layer = place, place >> 40
            else:
                handle, layer = place.handle, place.layer
            if handle < 0 or names[handle >> 40][handle & 0xFF_FFFF_FFFF] != path:
                self.moved[len(self.handles)] = path
            if handle in shared:
                self._note_name(handle)
            add_handle(handle)
            add_layer(layer)
            if isinstance(place, Folder):
                waiting += _children(path, place)

    def _note_name(self, handle: int) -> None:
        row = len(self.handles)
        first = self._first_rows.setdefault(handle, row)
        if first != row:
            self.firsts[row] = first


def _children(path: str, folder: Folder) -> list[tuple[str, Folder | Linked | int]]:
    """Return a folder's entries with their paths, sorted, the first at the end."""
    prefix = f"{path}/" if path else ""
    return [(prefix + name, folder.children[name]) for name in sorted(folder.children, reverse=True)]
