"""Opening what must be a regular file: a pipe that nobody writes to would be waited for without end."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

__all__ = ["NotRegular", "open_regular", "read_regular"]

_STEP = 1 << 16
_KINDS = (
    (stat.S_ISDIR, errno.EISDIR, os.strerror(errno.EISDIR)),
    (stat.S_ISFIFO, errno.EINVAL, "Is a pipe, not a regular file"),
    (stat.S_ISSOCK, errno.EINVAL, "Is a socket, not a regular file"),
)


class NotRegular(OSError):
    """There is something under a name, and it is no regular file; ``strerror`` says what."""


def open_regular(path: Path | str) -> BinaryIO:
    """Open a file for reading, links followed; raise `NotRegular` for anything else, and `OSError` as ``open`` does.

    It never waits: a pipe is opened without its writer, seen to be one, and closed.
    """
    return os.fdopen(_open(path)[0], "rb")


def read_regular(path: Path | str, limit: int) -> bytes:
    """Read at most ``limit`` bytes and one more, so that too much is seen; raise as `open_regular`."""
    number, size = _open(path)
    try:
        data = os.read(number, min(size, limit) + 1)
        if 0 < len(data) == size:
            return data
        parts, left = [data], limit + 1 - len(data)  # a file in /proc says that it has no bytes
        while data and left and (data := os.read(number, min(_STEP, left))):
            parts.append(data)
            left -= len(data)
        return b"".join(parts)
    finally:
        os.close(number)


def _open(path: Path | str) -> tuple[int, int]:
    """Return the descriptor of a regular file, and how many bytes it says to have."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except ValueError as error:  # a NUL in the name
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path)) from error
    except OSError as error:
        if error.errno == errno.ENXIO:  # what opening a socket gives
            raise _refusal(path, Path(path).stat().st_mode) from error
        raise
    found = os.fstat(number)
    if stat.S_ISREG(found.st_mode):
        return number, found.st_size
    os.close(number)
    raise _refusal(path, found.st_mode)


def _refusal(path: Path | str, mode: int) -> NotRegular:
    for is_kind, number, says in _KINDS:
        if is_kind(mode):
            return NotRegular(number, says, str(path))
    return NotRegular(errno.EINVAL, "Is a device, not a regular file", str(path))
