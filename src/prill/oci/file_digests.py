"""The SHA-256 of many files of one tree, each content read once: where it lies, or while its layer passes as a stream.

Nothing is written to disk for it, however large the image is.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from os import sched_getaffinity
from threading import Event
from typing import BinaryIO

from prill._io.parallel import run_parallel
from prill.archive.tar_header import HeaderReader
from prill.archive.tar_scan import PieceCursor, scan
from prill.archive.tar_tolerant import TolerantHeaders
from prill.model import Digest
from prill.oci._contents import LayerContents
from prill.oci._layer_stream import LayerStream
from prill.oci._merge import MADE, entry_at
from prill.oci.entries import FILE, NOWHERE
from prill.oci.faults import FaultLog
from prill.oci.image import Image, Layer
from prill.oci.layer_index import LayerIndex
from prill.oci.layer_reader import UNREADABLE, Reading
from prill.oci.merged_tree import MergedTree

__all__ = ["FileDigests", "LayerDigester", "parts_of", "sha256_of"]

_CHUNK = 1 << 20
_LENGTH = 32
_NONE = bytes(_LENGTH)
_EMPTY = hashlib.sha256().digest()


class FileDigests:
    """Digests by the row of a `MergedTree`, 32 bytes a row. Further names of a file share its digest."""

    def __init__(self, merged: MergedTree) -> None:
        self._merged = merged
        self._found = bytearray(_LENGTH * len(merged))

    def wanted(self, rows: Iterable[int]) -> Iterator[tuple[int, int, int]]:
        """Yield row, layer and number of every file among ``rows`` that is to be read, once for all its names."""
        merged = self._merged
        begun = set()
        for one in rows:
            row = merged.firsts.get(one, one)
            if row in begun or merged.handles[row] == MADE or merged.kind(row) != FILE:
                continue
            begun.add(row)
            layer, number = entry_at(merged.handles[row])
            if merged.tables[layer].sizes[number] == 0:
                self.put(row, _EMPTY)
            elif merged.tables[layer].offsets[number] != NOWHERE:
                yield row, layer, number

    def put(self, row: int, digest: bytes) -> None:
        """Note what a file's content has."""
        self._found[row * _LENGTH : (row + 1) * _LENGTH] = digest

    def of(self, row: int) -> Digest | None:
        """Return the digest of the file at ``row``; None for what is no file, was not asked for, or cannot be read."""
        row = self._merged.firsts.get(row, row)
        found = self._found[row * _LENGTH : (row + 1) * _LENGTH]
        return None if found == _NONE else Digest("sha256", found.hex())


class LayerDigester:
    """Digests files of an image's layers, several layers at once."""

    def __init__(
        self,
        image: Image,
        reading: Reading,
        layers: Iterable[tuple[Layer, LayerIndex, LayerContents]],
    ) -> None:
        self._image = image
        self._reading = reading
        self._layers = tuple(layers)

    def digest(self, merged: MergedTree, rows: Iterable[int]) -> FileDigests:
        """Return the digests of the files at ``rows``; raise `DigestMismatch` for a layer that is not what it was."""
        digests = FileDigests(merged)
        by_layer: dict[int, dict[int, int]] = {}
        for row, layer, number in digests.wanted(rows):
            by_layer.setdefault(layer, {})[number] = row
        stop = Event()
        jobs = [partial(self._one, layer, wanted, digests, stop) for layer, wanted in sorted(by_layer.items())]
        run_parallel(_call, jobs, workers=len(sched_getaffinity(0)), stop=stop, join=True)
        return digests

    def _one(self, number: int, wanted: dict[int, int], digests: FileDigests, stop: Event) -> None:
        layer, index, contents = self._layers[number]
        table = index.table
        for one in wanted.keys() & index.texts.keys():
            digests.put(wanted.pop(one), hashlib.sha256(index.texts[one]).digest())
        if contents.at_hand(table.offsets[one] for one in wanted):
            for one, row in sorted(wanted.items(), key=lambda pair: table.offsets[pair[0]]):
                if stop.is_set():
                    return
                with contents.open(table.offsets[one], table.sizes[one]) as stream:
                    digests.put(row, sha256_of(parts_of(stream)))
            return
        try:
            self._pass(layer, wanted, digests, stop)
        except UNREADABLE:
            if index.whole:  # it could be read when the tree was made
                raise

    def _pass(self, layer: Layer, wanted: dict[int, int], digests: FileDigests, stop: Event) -> None:
        """Unpack and verify a layer, and digest what is wanted as it passes."""
        limits = self._reading.limits
        tolerant = self._reading.tolerant
        headers = TolerantHeaders(limits, FaultLog()) if tolerant else HeaderReader(limits, "strip")
        with LayerStream(self._image.store.open(layer.descriptor), layer, limits, None, stop) as stream:
            cursor = PieceCursor(iter(stream))
            try:
                for number, (row, offset, _) in enumerate(scan(cursor, headers)):
                    if number in wanted:
                        cursor.go(offset, offset)
                        digests.put(wanted[number], sha256_of(cursor.parts(row.size)))
            except Exception:
                stream.finish()  # what is wrong with the stream is why the tar in it is cut short
                raise
            stream.finish()


def sha256_of(parts: Iterable[bytes | memoryview]) -> bytes:
    """Return the SHA-256 of a content that comes in parts."""
    hasher = hashlib.sha256()
    for part in parts:
        hasher.update(part)
    return hasher.digest()


def parts_of(stream: BinaryIO) -> Iterator[bytes]:
    """Yield what is left of a stream."""
    return iter(partial(stream.read, _CHUNK), b"")


def _call(job: Callable[[], None]) -> None:
    job()
