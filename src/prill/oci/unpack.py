"""Unpacking an image's merged root filesystem into a new folder, for something to run in it.

Every name is made relative to its folder's descriptor and must be new, so nothing that the image brings is ever
followed: what could lead out of the folder, a symlink, is only made, never walked through.
"""

import os
import shutil
import stat as modes
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from prill._io.atomic import writing
from prill.errors import PrillError
from prill.model import FileKind, FileStat, Gap
from prill.oci.rootfs import ImageTree

__all__ = ["DestinationNotEmpty", "unpack"]

_CHUNK = 1 << 20
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_DEVICES = {FileKind.CHARACTER_DEVICE: modes.S_IFCHR, FileKind.BLOCK_DEVICE: modes.S_IFBLK}


class DestinationNotEmpty(PrillError):
    """A folder that should be new has something in it."""


def unpack(tree: ImageTree, destination: Path, *, privileged: bool | None = None) -> tuple[Gap, ...]:
    """Write every entry of ``tree`` into ``destination``, a new or empty folder; return what could not be kept.

    Root keeps owners, modes, devices, times and extended attributes; anyone else owns what is written and makes no
    devices. ``privileged`` says which of the two, else the process's user does. Raise `DestinationNotEmpty`,
    `CannotWrite` or `DiskFull`; what was written so far is removed then.
    """
    with writing(destination):
        destination.mkdir(parents=True, exist_ok=True)
        if any(destination.iterdir()):
            raise DestinationNotEmpty(f"{str(destination)!r} is not empty", hint="choose a new folder")
    work = _Unpacking(tree, privileged=os.geteuid() == 0 if privileged is None else privileged)
    try:
        with writing(destination):
            work.run(destination)
    except BaseException:
        shutil.rmtree(destination, ignore_errors=True)
        raise
    return tuple(sorted(work.gaps))


class _Unpacking:
    """One run: the folders from the root down to where the walk is, each open."""

    def __init__(self, tree: ImageTree, *, privileged: bool) -> None:
        self._tree = tree
        self._privileged = privileged
        self._open: list[tuple[FileStat, int]] = []
        self.gaps: set[Gap] = set()

    def run(self, destination: Path) -> None:
        root = self._tree.stat("")
        if root is None:
            raise FileNotFoundError(destination)
        try:
            self._open.append((root, os.open(destination, _DIRECTORY)))
            for stat in self._tree.walk():
                folder, _, name = stat.path.rpartition("/")
                self._leave_until(folder)
                self._write(stat, name, self._open[-1][1])
            self._leave_until(None)
        finally:
            for _, number in self._open:
                os.close(number)

    def _leave_until(self, folder: str | None) -> None:
        """Close the folders that are done; their times and modes are set last, as writing into them changes them."""
        while self._open and self._open[-1][0].path != folder:
            stat, number = self._open.pop()
            with _closing(number):
                self._describe(stat, number)

    def _write(self, stat: FileStat, name: str, folder: int) -> None:
        if stat.kind is FileKind.DIRECTORY:
            os.mkdir(name, 0o700, dir_fd=folder)
            self._open.append((stat, os.open(name, _DIRECTORY, dir_fd=folder)))
        elif stat.kind is FileKind.FILE:
            self._write_file(stat, name, folder)
        elif stat.kind is FileKind.HARDLINK:
            self._write_link(stat, name, folder)
        elif stat.kind is FileKind.SYMLINK:
            os.symlink(stat.link, name, dir_fd=folder)
            self._describe_name(stat, name, folder)
        elif self._made_special(stat, name, folder):
            self._describe_name(stat, name, folder)
            os.chmod(name, stat.mode, dir_fd=folder)

    def _write_file(self, stat: FileStat, name: str, folder: int) -> None:
        number = os.open(name, _NEW_FILE, 0o600, dir_fd=folder)
        with _closing(number), self._tree.open(stat.path) as content:
            while data := content.read(_CHUNK):
                view = memoryview(data)
                while view:
                    view = view[os.write(number, view) :]
            self._describe(stat, number)

    def _write_link(self, stat: FileStat, name: str, folder: int) -> None:
        """Link to an earlier entry; its path is one that was made here, and so leads through no symlink."""
        with suppress(FileNotFoundError):
            os.link(stat.link, name, src_dir_fd=self._open[0][1], dst_dir_fd=folder, follow_symlinks=False)
            return
        self.gaps.add(Gap(stat.path, f"its other name {stat.link!r} could not be made"))

    def _made_special(self, stat: FileStat, name: str, folder: int) -> bool:
        if stat.kind is FileKind.FIFO:
            os.mkfifo(name, 0o600, dir_fd=folder)
            return True
        if self._privileged:
            with suppress(PermissionError):
                os.mknod(name, _DEVICES[stat.kind] | 0o600, os.makedev(*stat.device), dir_fd=folder)
                return True
        self.gaps.add(Gap(stat.path, "a device cannot be made here"))
        return False

    def _describe(self, stat: FileStat, number: int) -> None:
        """Set an open entry's owner, then its mode and attributes, which a change of owner would take away."""
        if self._privileged:
            os.fchown(number, stat.uid, stat.gid)
        elif (stat.uid, stat.gid) != (os.geteuid(), os.getegid()):
            self.gaps.add(Gap("owners", "everything belongs to the user who unpacked it, who is not root"))
        os.fchmod(number, stat.mode)
        for name, value in stat.xattrs:
            try:
                os.setxattr(number, name, value)
            except OSError as error:
                self.gaps.add(Gap(stat.path, f"the extended attribute {name!r} cannot be set: {error.strerror}"))
        os.utime(number, (stat.mtime, stat.mtime))

    def _describe_name(self, stat: FileStat, name: str, folder: int) -> None:
        if self._privileged:
            os.chown(name, stat.uid, stat.gid, dir_fd=folder, follow_symlinks=False)
        os.utime(name, (stat.mtime, stat.mtime), dir_fd=folder, follow_symlinks=False)


@contextmanager
def _closing(number: int) -> Iterator[None]:
    try:
        yield
    finally:
        os.close(number)
