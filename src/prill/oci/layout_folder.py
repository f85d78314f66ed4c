"""The folder that a layout is written to: made, locked, recognised by what is in it, and tidied.

A folder that was empty gets a mark, `UNFINISHED`, before anything else, and loses it when the layout is whole. So what
a killed writer left is told from what others keep there, and the next writer may remove it; one that fails removes its
own.
"""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from prill._io.atomic import sweep, write_atomic, writing
from prill.errors import PrillError
from prill.model import Digest
from prill.model.regex import regex
from prill.model.value import dataclass
from prill.oci.index import Index
from prill.oci.layout import INDEX_FILE, LAYOUT_FILE, blob_name, open_layout

__all__ = ["UNFINISHED", "ForeignDirectory", "LayoutFolder", "layout_folder"]

_TEMPORARY = ".tmp-"
UNFINISHED = f"{_TEMPORARY}unfinished"
_BLOBS = "blobs"
_HEX = regex(r"[0-9a-f]{64,128}")


class ForeignDirectory(PrillError):
    """A folder holds something else than an OCI layout, and is left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutFolder:
    """A locked folder: ``index`` is what is there; ``unfinished`` says that all blobs in it were written by us."""

    path: Path
    index: Index | None = None
    unfinished: bool = False

    def tidy(self, wanted: set[Digest]) -> None:
        """Remove the blobs that are not ``wanted``; what is not named like a blob stays."""
        names = {blob_name(digest) for digest in wanted}
        for blob in (self.path / _BLOBS).glob("sha*/*"):
            if _HEX.fullmatch(blob.name) and f"{_BLOBS}/{blob.parent.name}/{blob.name}" not in names:
                blob.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove temporary files, the mark last; the lock says that nobody else is writing."""
        for folder in (*self._blob_folders(), self.path):
            sweep(folder, now=sys.maxsize, min_age=0)

    def empty(self) -> None:
        """Remove what writers that came to no end have left, this one too; what others put there stays."""
        self.tidy(set())
        (self.path / LAYOUT_FILE).unlink(missing_ok=True)
        for folder in self._blob_folders():
            sweep(folder, now=sys.maxsize, min_age=0)
            with suppress(OSError):  # it is not empty
                folder.rmdir()
        self.sweep()

    def _blob_folders(self) -> tuple[Path, ...]:
        """Return the folders of blobs, each before the one it is in."""
        blobs = self.path / _BLOBS
        return (*(one for one in blobs.glob("*") if one.is_dir()), blobs)


@contextmanager
def layout_folder(path: Path) -> Iterator[LayoutFolder]:
    """Make and lock the folder. If the block fails before a new layout has its index, nothing of that layout stays.

    Folders above that had to be made stay. Raise `ForeignDirectory`, `CannotWrite` or `DiskFull`.
    """
    number, made = _open_locked(path)
    try:
        folder = _recognise(path)
        try:
            yield folder
        except BaseException:
            if folder.unfinished and not (path / INDEX_FILE).exists():
                with suppress(OSError):
                    folder.empty()
            raise
    finally:
        if made:
            with suppress(OSError):  # it is not empty: all went well
                path.rmdir()
        os.close(number)


def _open_locked(path: Path) -> tuple[int, bool]:
    """Return the folder's descriptor, and whether the folder was made here."""
    while True:
        with writing(path):
            made = _make(path)
            with suppress(FileNotFoundError):  # removed by a writer that failed
                number = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
                # Where locks are not supported, two writers at once are the caller's to avoid.
                with suppress(OSError):
                    fcntl.flock(number, fcntl.LOCK_EX)
                if _is_still_at(path, number):
                    return number, made
                os.close(number)


def _make(path: Path) -> bool:
    """Make the folder; say whether it was not there. Other writers may make it, and remove it, at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir()
    except FileExistsError:
        if path.is_symlink() and not path.exists():  # it leads to nothing, and stays that way
            raise
        return False
    except OSError:  # a file system that may not be written to says that before it says that the folder is there
        if not path.is_dir():
            raise
        return False
    return True


def _is_still_at(path: Path, number: int) -> bool:
    """Tell whether the folder was not removed by a writer that failed while this one waited."""
    try:
        return os.path.samestat(path.stat(), os.fstat(number))
    except FileNotFoundError:
        return False


def _recognise(path: Path) -> LayoutFolder:
    """Say what is there, and mark an empty folder; raise `ForeignDirectory` for what is no layout."""
    found = {entry.name for entry in path.iterdir()}
    names = {name for name in found if not name.startswith(_TEMPORARY)}
    if UNFINISHED in found and names <= {LAYOUT_FILE, _BLOBS}:
        return LayoutFolder(path=path, unfinished=True)
    if not names:
        write_atomic(path / UNFINISHED, b"")
        return LayoutFolder(path=path, unfinished=True)
    if LAYOUT_FILE not in names:
        raise ForeignDirectory(
            f"{str(path)!r} is not empty and no OCI layout: it holds {min(names)!r}",
            hint="choose a new or empty folder, or remove this one yourself",
        )
    if INDEX_FILE not in names:
        return LayoutFolder(path=path)
    try:
        return LayoutFolder(path=path, index=open_layout(path).index)
    except PrillError as error:
        raise ForeignDirectory(f"{str(path)!r} cannot be written to: {error}", hint="choose another folder") from error
