"""Many entries, column by column: what memory holds of a layer or a merged tree.

Of each entry only its path is an object; all else are numbers in arrays, and texts that few entries have.
"""

from array import array
from collections.abc import Callable, Iterable
from typing import Any

from prill.archive.tar_entry import TarRow
from prill.archive.tar_scan import Scanned
from prill.model import FileKind, FileStat
from prill.model.value import dataclass, field

__all__ = ["KINDS", "NOWHERE", "EntryTable", "Look"]

KINDS = tuple(FileKind)
NUMBERS = {kind: number for number, kind in enumerate(KINDS)}
FILE = NUMBERS[FileKind.FILE]
DIRECTORY = NUMBERS[FileKind.DIRECTORY]
SYMLINK = NUMBERS[FileKind.SYMLINK]
HARDLINK = NUMBERS[FileKind.HARDLINK]
NOWHERE = -1
"""The offset of content that cannot be read."""
_PART = 4096
_FILE = FileKind.FILE
_NO_DEVICE = (0, 0)

Look = Callable[[int, TarRow, int, bytes], object]
"""Takes a file's number, what its header says, where its content begins, and the content's first bytes."""
_Row = tuple[str, int, int, int, int, int, int, int]


def _longs() -> "array[int]":
    return array("q")


@dataclass(slots=True)
class EntryTable:
    """Entries by their number. ``kinds`` are places in `KINDS`; the last three columns have what few entries have."""

    paths: list[str] = field(default_factory=list)
    kinds: bytearray = field(default_factory=bytearray)
    modes: "array[int]" = field(default_factory=lambda: array("H"))
    uids: "array[int]" = field(default_factory=_longs)
    gids: "array[int]" = field(default_factory=_longs)
    sizes: "array[int]" = field(default_factory=_longs)
    mtimes: "array[int]" = field(default_factory=_longs)
    offsets: "array[int]" = field(default_factory=_longs)
    links: dict[int, str] = field(default_factory=dict)
    devices: dict[int, tuple[int, int]] = field(default_factory=dict)
    xattrs: dict[int, tuple[tuple[str, bytes], ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.paths)

    def __reduce__(self) -> tuple[Callable[..., "EntryTable"], tuple[object, ...]]:
        """Go to another process with all paths as one text, which takes half the time; no path has a NUL."""
        columns = (self.modes, self.uids, self.gids, self.sizes, self.mtimes, self.offsets)
        return _sent, ("\0".join(self.paths), self.kinds, *columns, self.links, self.devices, self.xattrs)

    def add_all(self, rows: Iterable[Scanned], look: Look | None = None) -> None:
        """Add entries; where ``rows`` raises, those that came before stay.

        ``look`` is shown each regular file whose content is there, before the next entry is asked for.
        """
        part: list[_Row] = []
        number = len(self.paths)
        try:
            for row, offset, first in rows:
                kind = row.kind
                if kind is _FILE:
                    code = FILE
                    if look and row.size and row.whole:
                        look(number, row, offset, first)
                else:
                    code = NUMBERS[kind] if kind else FILE
                    if row.link:
                        self.links[number] = row.link
                    elif row.device != _NO_DEVICE:
                        self.devices[number] = row.device
                if row.xattrs:
                    self.xattrs[number] = row.xattrs
                place = offset if row.whole else NOWHERE
                part.append((row.path, code, row.mode, row.uid, row.gid, row.size, row.mtime, place))
                number += 1
                if len(part) == _PART:
                    self._add_part(part)
                    part.clear()
        finally:
            self._add_part(part)

    def stat(self, number: int, path: str) -> FileStat:
        """Return an entry as the model has it, under the path it goes by."""
        return FileStat(
            path=path,
            kind=KINDS[self.kinds[number]],
            mode=self.modes[number],
            uid=self.uids[number],
            gid=self.gids[number],
            size=self.sizes[number],
            mtime=self.mtimes[number],
            link=self.links.get(number, ""),
            device=self.devices.get(number, (0, 0)),
            xattrs=self.xattrs.get(number, ()),
        )

    def _add_part(self, part: list[_Row]) -> None:
        if not part:
            return
        paths, kinds, modes, uids, gids, sizes, mtimes, offsets = zip(*part, strict=True)
        self.paths.extend(paths)
        self.kinds.extend(kinds)
        self.modes.extend(modes)
        self.uids.extend(uids)
        self.gids.extend(gids)
        self.sizes.extend(sizes)
        self.mtimes.extend(mtimes)
        self.offsets.extend(offsets)


def _sent(paths: str, kinds: bytearray, *more: Any) -> EntryTable:  # noqa: ANN401 - the columns, in their order
    return EntryTable(paths.split("\0") if kinds else [], kinds, *more)
