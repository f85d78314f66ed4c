"""A folder with a root file system in it, as a tree: only its names are read before something asks for a content.

Nothing outside the folder is ever opened: a part of a path is opened in the folder before it, and no link is followed
there; symlinks are resolved in the index, inside the root. What else is mounted in the folder is left out.
"""

import errno
import os
import stat as modes
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from prill.archive.bounds import Limits
from prill.archive.tar_entry import TarRow
from prill.errors import PrillError
from prill.model import FileKind, FileStat, Gap
from prill.oci.entries import FILE, EntryTable
from prill.oci.faults import FaultLog
from prill.oci.file_digests import FileDigests, parts_of, sha256_of
from prill.oci.image_limits import IMAGE_LIMITS
from prill.oci.merged_tree import MergedTree

__all__ = ["FolderTree", "NoFolder", "UnreadableFile", "open_folder"]

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_KINDS = {
    modes.S_IFREG: FileKind.FILE,
    modes.S_IFDIR: FileKind.DIRECTORY,
    modes.S_IFLNK: FileKind.SYMLINK,
    modes.S_IFCHR: FileKind.CHARACTER_DEVICE,
    modes.S_IFBLK: FileKind.BLOCK_DEVICE,
    modes.S_IFIFO: FileKind.FIFO,
}
_EXECUTABLE = 0o111
_CAPABILITY = "security.capability"
_NO_XATTR = (errno.ENODATA, errno.ENOTSUP)
_DEVICES = frozenset({FileKind.CHARACTER_DEVICE, FileKind.BLOCK_DEVICE})


class NoFolder(PrillError):
    """What should be looked at is no folder, or cannot be read."""


class UnreadableFile(PrillError):
    """A file's content cannot be read."""


class FolderTree:
    """A `FileTree` of a folder; use it as a context manager, or `close` it."""

    def __init__(self, root: Path, *, limits: Limits = IMAGE_LIMITS) -> None:
        """List the folder; raise `NoFolder`."""
        try:
            self._root = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise NoFolder(f"cannot read the folder {str(root)!r}: {error.strerror}") from error
        listing = _Listing(self._root, limits)
        listing.run()
        self._merged = listing.tree()
        self._name = str(root)
        self._faults = listing.faults

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._root)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Return what could not be read so far."""
        return self._faults.gaps(self._name)

    def stat(self, path: str) -> FileStat | None:
        """Return the entry at ``path`` itself, symlinks above it followed inside the root; None where there is none."""
        row = self._merged.find(path, follow=False)
        return None if row is None else self._merged.stat(row)

    def open(self, path: str) -> BinaryIO:
        """Open the regular file that ``path`` leads to; raise `FileNotFoundError`, or `UnreadableFile`."""
        row = self._merged.find(path, follow=True)
        if row is None or self._merged.kind(row) != FILE:
            raise FileNotFoundError(path)
        number = self._descend(self._merged.paths[row])
        if not modes.S_ISREG(os.fstat(number).st_mode):
            os.close(number)
            raise UnreadableFile(f"{path!r} was a regular file when the folder was listed, and is none now")
        return os.fdopen(number, "rb")

    def glob(self, pattern: str) -> Iterator[str]:
        """Yield, sorted, the paths that match; ``*`` stays within a part, ``**`` crosses them."""
        return self._merged.glob(pattern)

    def walk(self) -> Iterator[FileStat]:
        """Yield every entry but the root, each folder followed by all that is in it, sorted by name there."""
        return map(self._merged.stat, range(1, len(self._merged)))

    @property
    def merged(self) -> MergedTree:
        """Return the index of the tree."""
        return self._merged

    def file_digests(self, rows: Iterable[int]) -> FileDigests:
        """Return the SHA-256 of the files at ``rows`` of `merged`; one that cannot be read is among the gaps."""
        digests = FileDigests(self._merged)
        for row, _, _ in digests.wanted(rows):
            path = self._merged.paths[row]
            try:
                with self.open(path) as stream:
                    digests.put(row, sha256_of(parts_of(stream)))
            except PrillError as error:
                self._faults(path, error)
            except OSError as error:
                self._faults.add(path, f"it cannot be read: {error.strerror}")
        return digests

    def layer_name(self, _path: str) -> str:
        """Return nothing: a folder has no layers."""
        return ""

    def _descend(self, path: str) -> int:
        """Open a file part by part, so that nothing leads out of the folder, whoever changes it meanwhile."""
        folder = self._root
        *above, name = path.split("/")
        try:
            for part in above:
                inner = os.open(part, _DIRECTORY, dir_fd=folder)
                if folder != self._root:
                    os.close(folder)
                folder = inner
            return os.open(name, _FILE, dir_fd=folder)
        except OSError as error:
            raise UnreadableFile(f"it cannot be read: {error.strerror}") from error
        finally:
            if folder != self._root:
                os.close(folder)


def open_folder(root: Path, *, limits: Limits = IMAGE_LIMITS) -> FolderTree:
    """Open a folder as a root file system; raise `NoFolder`."""
    return FolderTree(root, limits=limits)


class _Listing:
    """One walk over a folder; further names of a file are noted by its inode."""

    def __init__(self, root: int, limits: Limits) -> None:
        self._root = root
        self._limits = limits
        self._device = os.fstat(root).st_dev
        self._inodes: dict[int, int] = {}
        self._table = EntryTable()
        self._handles = array("q")
        self._firsts: dict[int, int] = {}
        self._moved: dict[int, str] = {}
        self.faults = FaultLog()

    def run(self) -> None:
        """List everything, each folder before what is in it, sorted by name there."""
        self._add("", os.fstat(self._root), "")
        self._list(self._root, "", 0)

    def tree(self) -> MergedTree:
        """Return the index of what was listed."""
        layers = array("I", bytes(array("I").itemsize * len(self._handles)))
        return MergedTree([self._table], self._handles, layers, self._firsts, self._moved)

    def _list(self, folder: int, path: str, depth: int) -> None:
        try:
            with os.scandir(folder) as entries:
                names = sorted(os.fsencode(entry.name) for entry in entries)
        except OSError as error:
            self.faults.add(path, f"the folder cannot be read: {error.strerror}")
            return
        for raw in names:
            name = raw.decode("utf-8", "surrogateescape")
            if len(self._handles) > self._limits.max_entries:
                self.faults.add(path, f"more than {self._limits.max_entries} entries; what comes after is left out")
                return
            self._enter(folder, name, f"{path}/{name}" if path else name, depth)

    def _enter(self, folder: int, name: str, path: str, depth: int) -> None:
        try:
            info = os.stat(name, dir_fd=folder, follow_symlinks=False)
            link = os.readlink(name, dir_fd=folder) if modes.S_ISLNK(info.st_mode) else ""
        except OSError as error:
            self.faults.add(path, f"it cannot be read: {error.strerror}")
            return
        if modes.S_IFMT(info.st_mode) not in _KINDS:
            self.faults.add(path, "it is a socket or something else that no image can hold; it is left out")
            return
        self._add(path, info, link, self._xattrs(folder, name, path, info.st_mode))
        if not modes.S_ISDIR(info.st_mode):
            return
        if info.st_dev != self._device:
            self.faults.add(path, "another file system is mounted there; it was not read")
        elif depth >= self._limits.max_depth:
            self.faults.add(path, f"it is {self._limits.max_depth} folders deep; what is in it was not read")
        else:
            try:
                inner = os.open(name, _DIRECTORY, dir_fd=folder)
            except OSError as error:
                self.faults.add(path, f"the folder cannot be read: {error.strerror}")
                return
            try:
                self._list(inner, path, depth + 1)
            finally:
                os.close(inner)

    def _xattrs(self, folder: int, name: str, path: str, mode: int) -> tuple[tuple[str, bytes], ...]:
        """Return the capabilities of a program, the one extended attribute that changes what a file may do."""
        if not (modes.S_ISREG(mode) and mode & _EXECUTABLE):
            return ()
        try:  # there is no call that takes a folder's descriptor and a name
            data = os.getxattr(f"/proc/self/fd/{folder}/{name}", _CAPABILITY, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _NO_XATTR:
                self.faults.add(path, f"its capabilities cannot be read: {error.strerror}")
            return ()
        return ((_CAPABILITY, data),)

    def _add(self, path: str, info: os.stat_result, link: str, xattrs: tuple[tuple[str, bytes], ...] = ()) -> None:
        row = len(self._handles)
        kind = _KINDS[modes.S_IFMT(info.st_mode)]
        if kind is not FileKind.DIRECTORY and info.st_nlink > 1 and info.st_dev == self._device:
            first = self._inodes.setdefault(info.st_ino, row)
            if first != row:
                self._handles.append(self._handles[first])
                self._firsts[row] = first
                self._moved[row] = path
                return
        device = (os.major(info.st_rdev), os.minor(info.st_rdev)) if kind in _DEVICES else (0, 0)
        size = info.st_size if kind is FileKind.FILE else 0
        row_of_table = TarRow(
            path, kind, modes.S_IMODE(info.st_mode), info.st_uid, info.st_gid, size, int(info.st_mtime), link, device,
            xattrs, path, size,
        )  # fmt: skip
        self._handles.append(len(self._table))
        self._table.add_all([(row_of_table, 0, b"")])
