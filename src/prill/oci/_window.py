"""A part of a file, as a file."""

import io
import os
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["open_window"]

_BUFFER = 16 * 1024
_AT_ONCE = 128 * 1024
"""Of a smaller part all is read, with one system call: a buffer over a window takes as long as many of these."""


class _Window(io.RawIOBase):
    """Reads with ``pread``, so that many windows share one descriptor and none moves another's position."""

    def __init__(self, file: BinaryIO, offset: int, size: int) -> None:
        self._file = file
        self._offset = offset
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError(f"negative position {base + offset}")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        wanted = max(0, min(len(view), self._size - self._at))
        if not wanted:
            return 0
        read = os.preadv(self._file.fileno(), [view[:wanted]], self._offset + self._at)
        self._at += read
        return read


def open_window(file: BinaryIO, offset: int, size: int) -> BinaryIO:
    """Open ``size`` bytes of ``file`` from ``offset``; ``file`` must stay open, and is not closed with the window."""
    if size <= _AT_ONCE:
        return io.BytesIO(os.pread(file.fileno(), size, offset))
    return io.BufferedReader(_Window(file, offset, size), _BUFFER)
