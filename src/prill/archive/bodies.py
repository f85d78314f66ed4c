"""Reading a known number of bytes from a stream, or saying that they are not there."""

import io
from typing import TYPE_CHECKING, BinaryIO

from prill.errors import PrillError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["Body", "TruncatedArchive", "read_exactly", "read_up_to"]

_CHUNK = 1 << 20


class TruncatedArchive(PrillError):
    """An archive ends before it said it would."""


def read_up_to(stream: BinaryIO, size: int) -> bytes:
    """Read ``size`` bytes, or fewer where the stream ends first.

    It is done in pieces, so that a claimed size alone allocates nothing, and goes on where a raw stream returns less.
    """
    first = stream.read(min(size, _CHUNK))
    if len(first) == size or not first:
        return first
    parts = [first]
    missing = size - len(first)
    while missing and (part := stream.read(min(missing, _CHUNK))):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def read_exactly(stream: BinaryIO, size: int, what: str) -> bytes:
    """Read ``size`` bytes; raise `TruncatedArchive` where the stream ends first."""
    data = read_up_to(stream, size)
    if len(data) < size:
        raise TruncatedArchive(f"{what} should have {size} bytes, the archive ends after {len(data)}")
    return data


class Body(io.BufferedIOBase, BinaryIO):
    """A member's bytes: a window of ``size`` bytes on the archive's stream, valid until the next member is asked for.

    Reading past the window's end returns nothing; a stream that ends inside it raises `TruncatedArchive`.
    """

    def __init__(self, stream: BinaryIO, size: int, what: str) -> None:
        self._stream = stream
        self._size = size
        self._left = size
        self._what = what

    def readable(self) -> bool:
        """Return that this can be read."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """Read up to ``size`` bytes, or all that are left."""
        if self.closed:
            raise ValueError(f"{self._what} is no longer open: the archive went on to its next member")
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        if not wanted:
            return b""
        data = read_up_to(self._stream, wanted)
        self._left -= len(data)
        if len(data) < wanted:
            seen = self._size - self._left
            raise TruncatedArchive(f"{self._what} should have {self._size} bytes, the archive ends after {seen}")
        return data

    read1 = read

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Read into ``buffer`` as much as fits."""
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def skip(self) -> None:
        """Read what nobody wanted, and close."""
        while self.read(_CHUNK):
            pass
        self.close()
