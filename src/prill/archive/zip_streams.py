"""Members of a zip as streams that can seek: stored ones as a window, deflated ones by unpacking them anew."""

import io
from typing import TYPE_CHECKING, BinaryIO, cast

from isal import isal_zlib

from prill.archive.bodies import TruncatedArchive
from prill.archive.bounds import OutputTooLarge
from prill.archive.codecs import CorruptStream

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["Budget", "Held", "Inflating", "Window"]

_CHUNK = 64 << 10
_DEFLATE_ERROR = cast("type[Exception]", isal_zlib.error)  # its stub says it is an instance


class Budget:
    """What one archive and all those inside it may cost: bytes unpacked in all, and bytes held in memory at a time."""

    def __init__(self, unpacked: int, memory: int = 32 << 20) -> None:
        self._size = unpacked
        self._left = unpacked
        self._memory = memory

    @property
    def spent(self) -> bool:
        """Whether nothing more can be unpacked."""
        return self._left <= 0

    def spend(self, size: int) -> None:
        """Count what was unpacked; raise `OutputTooLarge` when there is nothing left."""
        self._left -= size
        if self._left < 0:
            raise OutputTooLarge(f"an archive and those inside it unpack to more than {self._size} bytes")

    def hold(self, size: int) -> bool:
        """Say whether ``size`` bytes may be held in memory, until they are released."""
        if size > self._memory:
            return False
        self._memory -= size
        return True

    def release(self, size: int) -> None:
        """Take back what `hold` granted."""
        self._memory += size


class Held(io.BytesIO):
    """An unpacked member in memory, of which the budget knows."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        super().__init__(data)
        self._budget = budget
        self._held = len(data)

    def close(self) -> None:
        """Let go of it."""
        if not self.closed:
            self._budget.release(self._held)
        super().close()


class _Seekable(io.RawIOBase, BinaryIO):
    """A position in ``size`` bytes."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError(f"negative position {base + offset}")
        self._at = base + offset
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        """Read up to ``size`` bytes, or all that are left."""
        left = max(0, self._size - self._at)
        data = self._take(left if size is None or size < 0 else min(size, left))
        self._at += len(data)
        return data

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Read into ``buffer`` as much as fits."""
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def _take(self, size: int) -> bytes:
        raise NotImplementedError


class Window(_Seekable):
    """``size`` bytes of ``stream`` from ``start``; others may move the stream between two reads."""

    def __init__(self, stream: BinaryIO, start: int, size: int) -> None:
        super().__init__(size)
        self._stream = stream
        self._start = start

    def _take(self, size: int) -> bytes:
        self._stream.seek(self._start + self._at)
        parts = []
        while size and (part := self._stream.read(size)):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


class Inflating(_Seekable):
    """A deflated member. To seek backwards is to begin again; all that is unpacked is counted in ``budget``."""

    def __init__(self, packed: Window, size: int, name: str, budget: Budget) -> None:
        super().__init__(size)
        self._packed = packed
        self._name = name
        self._budget = budget
        self._begin()

    def _begin(self) -> None:
        self._packed.seek(0)
        self._decoder = isal_zlib.decompressobj(-15)
        self._done = 0  # how far it is unpacked

    def _take(self, size: int) -> bytes:
        if self._at < self._done:
            self._begin()
        while self._done < self._at:
            self._unpack(min(_CHUNK, self._at - self._done))
        parts = []
        while size:
            parts.append(self._unpack(size))
            size -= len(parts[-1])
        return b"".join(parts)

    def _unpack(self, size: int) -> bytes:
        """Return the next bytes, at least one and at most ``size``; raise `CorruptStream` or `TruncatedArchive`."""
        while True:
            packed = self._decoder.unconsumed_tail or self._packed.read(_CHUNK)
            try:
                data: bytes = self._decoder.decompress(packed, min(size, _CHUNK))
            except _DEFLATE_ERROR as error:
                raise CorruptStream(f"{self._name!r} is not deflated data: {error}") from error
            if data:
                self._done += len(data)
                self._budget.spend(len(data))
                return data
            if self._decoder.eof or not packed:
                raise TruncatedArchive(f"{self._name!r} should have {self._size} bytes, it ends after {self._done}")
