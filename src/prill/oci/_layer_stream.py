"""The bytes of a layer that has to be unpacked, which are verified while they pass."""

from collections.abc import Iterator
from threading import Event
from types import TracebackType
from typing import BinaryIO, Self

from prill._io.verified import Verifier
from prill.archive.bodies import TruncatedArchive
from prill.archive.bounds import BoundExceeded, Limits
from prill.archive.codecs import CorruptStream, sniff, unpack_pieces
from prill.errors import PrillError
from prill.oci.image import Layer

__all__ = ["BROKEN", "LayerStream"]

BROKEN = (CorruptStream, TruncatedArchive, BoundExceeded)
"""What is wrong with a layer itself, rather than with the way it came here."""
_CHUNK = 1 << 20
_SNIFFED = 16


class Stopped(PrillError):
    """Reading another layer failed."""


class LayerStream:
    """Yields the unpacked bytes. Iteration ends at the first thing that is wrong, which `finish` raises.

    How the bytes are packed is told by the bytes: media types are not always right about it, and no reader relies on
    them.
    """

    def __init__(self, packed: BinaryIO, layer: Layer, limits: Limits, copy: BinaryIO | None, stop: Event) -> None:
        """Take over the stream of the layer; ``copy`` gets what is unpacked. Once ``stop`` is set, raise `Stopped`."""
        self._packed = packed
        self._check = Verifier(f"unpacked layer {layer.descriptor.digest}", digest=layer.diff_id)
        self._limits = limits
        self._copy = copy
        self._stop = stop
        self._error: PrillError | None = None
        self._failure: BaseException | None = None
        self._pieces = self._unpack()

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._packed.close()

    @property
    def seen(self) -> int:
        """Return how many bytes were unpacked."""
        return self._check.seen

    def finish(self) -> None:
        """Read what is left; raise `DigestMismatch` or `SizeMismatch`, or else what was wrong with the layer.

        Where it could not be read on, as nothing more came or there was no room to keep it, that is raised again: the
        digest of a part is another one.
        """
        for _ in self._pieces:
            pass
        if self._failure is not None:
            raise self._failure
        if self._stop.is_set():
            return
        if self._error is None:
            self._check.finish()
            return
        while self._packed.read(_CHUNK):
            pass
        raise self._error

    def _unpack(self) -> Iterator[bytes]:
        first = self._packed.read(_SNIFFED)
        codec = sniff(first)
        try:
            for piece in unpack_pieces(_Rejoined(first, self._packed), codec, self._limits):
                self._go_on()
                self._check.feed(piece)
                if self._copy is not None:
                    self._copy.write(piece)
                yield piece
        except BROKEN as error:
            self._error = error
        except BaseException as error:
            self._failure = error
            raise

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise Stopped("nobody waits for the rest of the layer")


class _Rejoined:
    """A stream of which the first bytes were read already."""

    def __init__(self, first: bytes, rest: BinaryIO) -> None:
        self._first = first
        self._rest = rest

    def read(self, size: int, /) -> bytes:
        first, self._first = self._first, b""
        return first + self._rest.read(size - len(first))
