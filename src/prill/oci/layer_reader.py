"""One layer read: its entries, and its contents where somebody wants them.

1. A layer that lies in a file as it is: headers are read with ``pread``, contents stay where they are. It is verified
   beside that, by `verify_region`.
2. Any other layer passes once as a stream: it is unpacked, verified and walked, and what is wanted of it is kept.
   What it is packed as is verified in passing, or beside that as well.

Either may happen in another process than the one that asks, so what was read is a value, `ReadLayer`.
"""

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO, Protocol, runtime_checkable

from prill._io.verified import DigestMismatch
from prill.archive.bounds import DEFAULT_LIMITS, Limits
from prill.archive.codecs import Codec, sniff
from prill.archive.pax import InvalidPax
from prill.archive.tar_entry import TarRow, stat_of
from prill.archive.tar_header import HeaderReader
from prill.archive.tar_numbers import InvalidTar
from prill.archive.tar_scan import PieceCursor, scan
from prill.archive.tar_tolerant import TolerantHeaders
from prill.model import FileStat, Gap
from prill.model.value import dataclass, field
from prill.oci._contents import LayerContents, Places, RegionContents, SpooledContents
from prill.oci._layer_stream import BROKEN, LayerStream
from prill.oci._region import ChangedWhileRead, Region, RegionCursor, RegionSource
from prill.oci.entries import FILE, EntryTable, Look
from prill.oci.faults import FaultLog
from prill.oci.image import Image, Layer
from prill.oci.layer_index import MAX_SMALL, SMALL_FILES, LayerIndex

__all__ = [
    "UNREADABLE",
    "Interest",
    "Interests",
    "LayerContents",
    "ReadLayer",
    "Reading",
    "ReadsAtOnce",
    "blob_region",
    "is_packed",
    "layer_region",
    "open_contents",
    "read_apart",
    "read_region",
    "read_stream",
    "spooled_contents",
    "verify_packed",
    "verify_region",
]

_SNIFFED = 16
_CHUNK = 1 << 20
_AT_ONCE = 8 << 20
"""Up to how many bytes a content is held in memory, while it is read."""
_OFTEN_LINKS = ("bin/", "lib", "sbin/")
"""How paths begin of folders that another layer may have made links: what is in them may be asked for once more."""
UNREADABLE = (*BROKEN, InvalidTar, InvalidPax)
"""What is wrong with a layer itself, as a stream or as a tar."""


class Interest(Protocol):
    """Says which contents of one layer are wanted, and is given them when the layer was read."""

    def wants(self, number: int, path: str, size: int, first: bytes) -> bool:
        """Return whether a regular file that is not empty is wanted; ``first`` are its first four bytes."""

    def read(self, table: EntryTable, contents: LayerContents) -> object:
        """Read what was wanted, and return what it says. It must not be kept before the layer was verified."""

    def take(self, said: Any) -> None:  # noqa: ANN401 - each has its own
        """Take what `read` returned, of this interest or of its copy in another process."""


@runtime_checkable
class ReadsAtOnce(Interest, Protocol):
    """An `Interest` that can read a file while its layer passes, so that nobody has to keep the content."""

    def read_at_once(self, stat: FileStat, content: bytes) -> None:
        """Read the file that was asked about last, and is wanted; `read` leaves it out."""


class Interests(Protocol):
    """Somebody who is interested in some contents of some layers."""

    def __call__(self, layer: Layer) -> Interest | None:
        """Return what is wanted of ``layer``, None for no content at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How layers are read. Without ``interests`` all contents are kept; ``folder`` is for what has to be spooled.

    ``tolerant`` makes gaps of what is wrong with a layer, where a program that runs containers would read it, or where
    something can be read of it. Once ``stop`` is set, nobody waits for the rest. Layers in files that have
    ``share_from`` bytes together are shared out to processes; of fewer, one is done before another has copied itself.
    ``early`` hands out what was read while others verify it still, to somebody who waits for them in the end.
    """

    limits: Limits = DEFAULT_LIMITS
    tolerant: bool = False
    interests: Interests | None = None
    folder: Path | None = None
    share_from: int = 4 << 20
    early: bool = False
    stop: Event = field(default_factory=Event)


@dataclass(frozen=True, slots=True)
class ReadLayer:
    """A layer's entries, what an interest read in it, and where contents of it were kept."""

    index: LayerIndex
    said: object
    places: Places


def blob_region(image: Image, layer: Layer) -> Region | None:
    """Return where the layer lies in a file, packed or not, or None; whoever asks closes it."""
    region = image.store.region(layer.descriptor) if isinstance(image.store, RegionSource) else None
    if region is None or region.size == layer.descriptor.size:
        return region
    region.close()
    return None


def is_packed(region: Region) -> bool:
    """Say whether the layer that lies there has to be unpacked."""
    with region.open(0, min(_SNIFFED, region.size)) as start:
        return sniff(start.read(_SNIFFED)) is not Codec.NONE


def layer_region(image: Image, layer: Layer) -> Region | None:
    """Return where the layer lies in a file, unpacked, or None; whoever asks closes it."""
    region = blob_region(image, layer)
    if region is None or not is_packed(region):
        return region
    region.close()
    return None


def verify_region(region: Region, layer: Layer, stop: Event) -> None:
    """Verify a layer that lies in a file unpacked; raise `DigestMismatch` or `SizeMismatch`."""
    digest = layer.descriptor.digest
    region.verify(f"blob {digest}", digest, stop)
    if digest != layer.diff_id:
        what = f"unpacked layer {digest}"
        if digest.algorithm == layer.diff_id.algorithm:
            raise DigestMismatch(f"{what} has the digest {digest}, not {layer.diff_id}")
        region.verify(what, layer.diff_id, stop)


def verify_packed(image: Image, layer: Layer, stop: Event) -> None:
    """Verify what lies in a file and is packed, as it is; raise `DigestMismatch` or `SizeMismatch`."""
    digest = layer.descriptor.digest
    region = blob_region(image, layer)
    if region is None:  # it is of another size by now
        with image.store.open(layer.descriptor) as stream:
            while stream.read(_CHUNK):
                pass
        return
    try:
        region.verify(f"blob {digest}", digest, stop)
    finally:
        region.close()


def open_contents(image: Image, layer: Layer, reading: Reading) -> LayerContents:
    """Return the contents of a layer whose entries are known; nothing is read, or verified, before one is opened."""
    region = layer_region(image, layer)
    if region is None:
        return spooled_contents(image, layer, reading)
    return RegionContents(region, lambda: verify_region(region, layer, Event()))


def spooled_contents(image: Image, layer: Layer, reading: Reading) -> SpooledContents:
    """Return where contents of a layer can be kept that passes as a stream."""

    def refill(spool: BinaryIO) -> None:
        with LayerStream(image.store.open(layer.descriptor), layer, reading.limits, spool, Event()) as stream:
            stream.finish()

    return SpooledContents(refill, reading.folder)


def read_region(region: Region, layer: Layer, reading: Reading, interest: Interest | None) -> ReadLayer:
    """Read a layer that lies in a file as it is, and is verified elsewhere; raise as `read_stream` does."""
    faults = FaultLog()
    before = region.identity()
    index = LayerIndex(table=EntryTable(), size=region.size)
    try:
        index.table.add_all(scan(RegionCursor(region), _headers(reading, faults)), _noting(interest))
    except UNREADABLE as error:
        if not reading.tolerant:
            raise
        _stopped(index, error)
    if region.identity() != before:
        raise ChangedWhileRead(f"the layer {layer.descriptor.digest} was written to while it was read")
    return _read(layer, index, faults, RegionContents(region), interest)


def read_stream(
    opened: Callable[[], BinaryIO],
    layer: Layer,
    reading: Reading,
    interest: Interest | None,
    contents: SpooledContents,
) -> ReadLayer:
    """Read a layer that has to be unpacked, verify its diff ID, and keep in ``contents`` what is wanted of it.

    What ``opened`` returns verifies the layer's digest while it is read, unless that is done elsewhere.
    Raise `DigestMismatch`, `SizeMismatch`, and unless it is read tolerantly what reading tar raises.
    """
    faults = FaultLog()
    index = LayerIndex(table=EntryTable())
    copy = contents.keep_whole() if reading.interests is None else None
    with LayerStream(opened(), layer, reading.limits, copy, reading.stop) as stream:
        cursor = PieceCursor(iter(stream))
        rows = scan(cursor, _headers(reading, faults))
        try:
            try:
                index.table.add_all(rows, None if copy else _keeping(interest, cursor, contents))
            except Exception:
                stream.finish()  # what is wrong with the stream is why the tar in it is cut short
                raise
            stream.finish()
        except UNREADABLE as error:
            if not reading.tolerant:
                raise
            _stopped(index, error)
        index.size = stream.seen
    return _read(layer, index, faults, contents, interest)


def read_apart(
    image: Image, layer: Layer, reading: Reading, interest: Interest | None, contents: SpooledContents
) -> ReadLayer:
    """Do as `read_stream`, with a layer that lies in a file and whose digest `verify_packed` verifies."""
    region = blob_region(image, layer)
    if region is None:
        return read_stream(lambda: image.store.open(layer.descriptor), layer, reading, interest, contents)
    try:
        return read_stream(region.open, layer, reading, interest, contents)
    finally:
        region.close()


def _headers(reading: Reading, faults: FaultLog) -> HeaderReader:
    return TolerantHeaders(reading.limits, faults) if reading.tolerant else HeaderReader(reading.limits, "strip")


def _read(
    layer: Layer, index: LayerIndex, faults: FaultLog, contents: LayerContents, interest: Interest | None
) -> ReadLayer:
    """Read the contents that say much, and those that are wanted."""
    name = f"layer {layer.diff_id}"
    index.gaps = (*faults.gaps(name), *(Gap(name, gap.reason) for gap in index.gaps))
    _read_small_files(index, contents)
    said = None if interest is None else interest.read(index.table, contents)
    return ReadLayer(index, said, contents.places())


def _noting(interest: Interest | None) -> Look | None:
    """Return what tells of the files."""
    if interest is None:
        return None
    wants = interest.wants

    def note(number: int, row: TarRow, _offset: int, first: bytes) -> None:
        wants(number, row.path, row.size, first)

    return note


def _keeping(interest: Interest | None, cursor: PieceCursor, contents: SpooledContents) -> Look:
    """Return what keeps the contents that are wanted, or has them read as they pass."""
    at_once = interest if isinstance(interest, ReadsAtOnce) else None

    def keep(number: int, row: TarRow, offset: int, first: bytes) -> None:
        wanted = interest is not None and interest.wants(number, row.path, row.size, first)
        small = row.path in SMALL_FILES and row.size <= MAX_SMALL
        if wanted and at_once and row.size <= _AT_ONCE and not small and not row.path.startswith(_OFTEN_LINKS):
            cursor.go(offset, offset)
            at_once.read_at_once(stat_of(row), b"".join(cursor.parts(row.size)))
        elif wanted or small:
            cursor.go(offset, offset)
            spool = contents.keep(offset)
            for part in cursor.parts(row.size):
                spool.write(part)

    return keep


def _read_small_files(index: LayerIndex, contents: LayerContents) -> None:
    table = index.table
    for number, path in enumerate(table.paths):
        if path in SMALL_FILES and table.kinds[number] == FILE and table.offsets[number] >= 0:
            size = table.sizes[number]
            if 0 < size <= MAX_SMALL:
                with contents.open(table.offsets[number], size) as stream:
                    index.texts[number] = stream.read()


def _stopped(index: LayerIndex, error: Exception) -> None:
    index.whole = False
    index.gaps = (Gap("", f"it could not be read to its end: {error}"),)
