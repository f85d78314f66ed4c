"""A part of a file that holds a blob as it is, and a walk over it that reads headers alone."""

import os
from threading import Event
from typing import BinaryIO, Protocol, runtime_checkable

from prill._io.verified import Verifier
from prill.archive.bodies import TruncatedArchive
from prill.errors import PrillError
from prill.model import Digest
from prill.model.value import dataclass
from prill.oci._window import open_window
from prill.oci.descriptor import Descriptor

__all__ = ["ChangedWhileRead", "Region", "RegionCursor", "RegionSource"]

_CHUNK = 256 << 10
_WINDOW = 16 << 10
_Identity = tuple[int, int, int]


class ChangedWhileRead(PrillError):
    """A file was written to while it was read."""


@dataclass(frozen=True, slots=True)
class Region:
    """``size`` bytes of ``file`` from ``offset``. ``owned`` says that nobody else closes the file."""

    file: BinaryIO
    offset: int
    size: int
    owned: bool = False

    def close(self) -> None:
        """Close the file, if that is nobody else's."""
        if self.owned:
            self.file.close()

    def open(self, offset: int = 0, size: int | None = None) -> BinaryIO:
        """Open a part of it as a file."""
        return open_window(self.file, self.offset + offset, self.size - offset if size is None else size)

    def verify(self, what: str, digest: Digest, stop: Event) -> None:
        """Read all of it; raise `DigestMismatch` or `Truncated`. Other threads go on meanwhile.

        Once ``stop`` is set, nothing is verified, as nobody waits for it.
        """
        check = Verifier(what, digest=digest, size=self.size)
        buffer = bytearray(min(_CHUNK, max(self.size, 1)))
        view = memoryview(buffer)
        at = 0
        while at < self.size:
            count = os.preadv(self.file.fileno(), [view[: self.size - at]], self.offset + at)
            if not count:
                break
            if stop.is_set():
                return
            check.feed(view[:count])
            at += count
        check.finish()

    def identity(self) -> _Identity:
        """Return what changes when somebody writes to the file."""
        status = os.fstat(self.file.fileno())
        return status.st_size, status.st_mtime_ns, status.st_ctime_ns


@runtime_checkable
class RegionSource(Protocol):
    """A store that may have blobs in files, as they are."""

    def region(self, descriptor: Descriptor) -> Region | None:
        """Return where a blob lies, or None where that is in no file; raise `BlobNotFound`. Nothing is verified."""


class RegionCursor:
    """A `TarCursor` over a region: a system call for every few small files, or for one of any size."""

    def __init__(self, region: Region) -> None:
        self._number = region.file.fileno()
        self._offset = region.offset
        self._size = region.size
        self._window = b""
        self._begin = 0
        self.at = 0

    def look(self, size: int) -> bytes:
        """Return the next bytes, fewer at the end; the place stays."""
        begin = self.at - self._begin
        data = self._window[begin : begin + size]
        if len(data) == size:
            return data
        left = self._size - self.at
        self._begin = self.at
        self._window = os.pread(self._number, min(max(size, _WINDOW), left), self._offset + self.at)
        return self._window[:size]

    def take(self, size: int) -> bytes:
        """Return the next bytes, fewer at the end, and go on behind them."""
        data = self.look(size)
        self.at += len(data)
        return data

    def go(self, needed: int, wanted: int) -> None:
        """Go on to ``wanted``, or to the end; raise `TruncatedArchive` if the end comes before ``needed``."""
        if wanted > self._size:
            if needed > self._size:
                raise TruncatedArchive(f"the tar archive ends after {self._size} bytes, inside an entry")
            wanted = self._size
        self.at = wanted
