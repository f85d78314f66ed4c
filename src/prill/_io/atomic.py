"""Files that are there whole or not at all.

A file is written under a temporary name, synchronised, renamed over its target, and the folder synchronised: whoever
is killed in between leaves the old file, or none, and a temporary file that is recognised by its name. Its writer
holds a lock on it (flock), so that `sweep` can tell a leftover from a file that is still being written, across process
ID name spaces too.
"""

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from prill.errors import PrillError

__all__ = ["CannotWrite", "DiskFull", "alone_in", "open_atomic", "sweep", "write_atomic", "writing"]

_PREFIX = ".tmp-"
# EFBIG is what a limit on file size answers (RLIMIT_FSIZE), EDQUOT a quota.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_ELSEWHERE = "choose another place, or who may write there; XDG_CACHE_HOME moves the cache"


class CannotWrite(PrillError):
    """The operating system refuses to write a file."""


class DiskFull(CannotWrite):
    """There is no room left to write a file."""


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses inside the block into `CannotWrite` or `DiskFull` for ``path``."""
    try:
        yield
    except OSError as error:
        raise _refusal(path, error) from error


@contextlib.contextmanager
def open_atomic(
    path: Path, *, folder: Path | None = None, durable: bool = True, mode: int = 0o666
) -> Iterator[BinaryIO]:
    """Open a file for writing and reading that becomes ``path`` when the block ends well, and vanishes otherwise.

    ``folder`` holds the temporary file, on the same file system; without it, ``path``'s own. A file that can be told
    from a damaged one when it is read need not be ``durable``: nothing is synchronised then. Raise `CannotWrite`, also
    where a device, a pipe or a socket is: a file in the place of ``/dev/null`` would be everybody's trouble.
    """
    folder = folder or path.parent
    _spare_special(path)
    with writing(path):
        folder.mkdir(parents=True, exist_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = folder / f"{_PREFIX}{os.urandom(8).hex()}"
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            # Where locks are not supported, age alone tells a leftover.
            with contextlib.suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield file
            with writing(path):
                _finish(file, temporary, path, durable=durable)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        # Another error than a full disk may be about what the block read, and keeps its name.
        if error.errno in _FULL:
            raise _refusal(path, error) from error
        raise
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_atomic(path: Path, data: bytes, *, durable: bool = True, mode: int = 0o666) -> None:
    """Write ``data`` to ``path`` whole or not at all; raise `CannotWrite` or `DiskFull`."""
    with open_atomic(path, durable=durable, mode=mode) as file:
        file.write(data)


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Make a folder, and wait until no other process is in such a block about it; raise `CannotWrite`.

    For files that are read, changed and written anew. Where locks are not supported, nobody waits.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def sweep(folder: Path, *, now: int, min_age: int = 3600, prefix: str = _PREFIX) -> int:
    """Remove what killed writers left in ``folder``; return how many files that were.

    A file is a leftover if it is at least ``min_age`` seconds old and nobody holds its lock. The age covers the
    moment between a file's creation and its lock, and file systems without locks.
    """
    swept = 0
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(prefix) and now - int(entry.stat(follow_symlinks=False).st_mtime) >= min_age:
                swept += _remove_unlocked(Path(entry.path))
    return swept


def _remove_unlocked(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _spare_special(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except OSError:
        return  # there is nothing, or whoever writes learns why not
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise CannotWrite(
            f"cannot write {str(path)!r}: it is no regular file", hint="name a file, or leave it to stdout"
        )


def _finish(file: BinaryIO, temporary: Path, path: Path, *, durable: bool) -> None:
    file.flush()
    if durable:
        os.fsync(file.fileno())
    temporary.rename(path)
    if durable:
        _sync_folder(path.parent)


def _refusal(path: Path, error: OSError) -> CannotWrite:
    if error.errno in _FULL:
        return DiskFull(
            f"no room left to write {str(path)!r}: {os.strerror(error.errno or 0)}",
            hint="free some space, prune the cache (prill cache prune), or choose another disk",
        )
    return CannotWrite(
        f"cannot write {str(path)!r}: {error.strerror or error}", hint=_ELSEWHERE if error.errno in _FORBIDDEN else None
    )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
