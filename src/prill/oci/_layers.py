"""All layers of an image: several are read at once, each verified, within bounds that hold for all together."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from os import sched_getaffinity
from threading import Event
from typing import TYPE_CHECKING, Protocol

from prill._io.parallel import run_parallel
from prill.archive.bounds import BoundExceeded, Limits, OutputTooLarge, TooManyEntries
from prill.errors import PrillError
from prill.model import Gap
from prill.model.value import dataclass, replace
from prill.oci._contents import LayerContents, RegionContents, SpooledContents
from prill.oci._region import Region
from prill.oci.entries import EntryTable
from prill.oci.image import Image, Layer
from prill.oci.layer_index import LayerIndex
from prill.oci.layer_reader import (
    Interest,
    Reading,
    ReadLayer,
    blob_region,
    is_packed,
    open_contents,
    read_apart,
    read_region,
    read_stream,
    spooled_contents,
    verify_packed,
    verify_region,
)

if TYPE_CHECKING:
    from prill._io.forked import Forked

__all__ = ["LayerCache", "LayersRead", "read_layers"]


_WORTH_ONE_MORE = 64 << 20


class LayerCache(Protocol):
    """Remembers what was read of verified layers."""

    def layer(self, layer: Layer) -> LayerIndex | None:
        """Return what is in a layer, or None where it is not known."""

    def keeping_layer(self, layer: Layer, index: LayerIndex) -> Callable[[], None]:
        """Return what remembers what is in a layer, to be called once all of it is verified."""


def read_layers(image: Image, layers: Sequence[Layer], reading: Reading, cache: LayerCache | None) -> "LayersRead":
    """Read what is in the layers; raise as `read_region` and `read_stream` do.

    What comes back is not verified before `LayersRead.verify` has returned. A layer that ``cache`` knows is verified
    before a content of it is opened.
    """
    work = LayersRead(image, layers, replace(reading, stop=Event()), cache)
    with ExitStack() as stack:
        stack.callback(work.close)
        work.read(len(sched_getaffinity(0)))
        stack.pop_all()
    return work


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """Something to do about one layer, in whatever thread or process; only reading it returns anything."""

    layer: int
    size: int
    reads: bool
    work: Callable[[], ReadLayer | None]

    def __call__(self) -> ReadLayer | None:
        return self.work()


class LayersRead:
    """What was read of the layers: in their order, what is in them and where their contents are."""

    def __init__(self, image: Image, layers: Sequence[Layer], reading: Reading, cache: LayerCache | None) -> None:
        self._image = image
        self._layers = layers
        self._reading = reading
        self._cache = cache
        self._read: dict[int, Interest | None] = {}
        self._regions: dict[int, Region] = {}
        self._elsewhere = False
        self._found: dict[int, LayerIndex] = {}
        self._forked: Forked[ReadLayer | None] | None = None
        self._keeping: list[Callable[[], None]] = []
        self.indexes: Sequence[LayerIndex] = ()
        self.contents: list[LayerContents] = []

    def read(self, workers: int) -> None:
        """Read several layers at once: in threads, or in processes where that is worth their beginning."""
        self._prepare()
        if workers > 1 and self._can_share():
            self._read_forked(workers)
        else:
            jobs = [job for number in self._read for job in self._jobs(number, apart=False)]
            self._take(jobs, run_parallel(_call, jobs, workers=workers, stop=self._reading.stop, join=True))
        found = [self._found[number] for number in range(len(self._layers))]
        self.indexes = _within(found, self._layers, self._reading)
        for number in self._read:
            if self._cache and self.indexes[number].whole:
                self._keeping.append(self._cache.keeping_layer(self._layers[number], self.indexes[number]))

    def _read_forked(self, workers: int) -> None:
        from prill._io.forked import Forked  # noqa: PLC0415 - start-up stays lazy

        for one in self.contents:
            one.share()
        jobs = [job for number in self._read for job in self._jobs(number, apart=True)]
        jobs.sort(key=lambda job: (not job.reads, -job.size))  # the longest first
        # One more than there are cores: then three layers share two of them, and what waits is done while we merge.
        more = sum(job.size for job in jobs if job.reads) >= _WORTH_ONE_MORE
        self._forked = Forked(jobs, workers=workers + more, needed=sum(job.reads for job in jobs))
        try:
            self._take(jobs, self._forked.needed())
        except PrillError:
            self._forked.others()  # what is wrong with a layer's digest is why it cannot be read
            raise

    def verify(self) -> None:
        """Wait until all that was read is verified, and remember it; raise `DigestMismatch` or `SizeMismatch`."""
        if self._forked is not None:
            self._forked.others()
            self._forked.close()
            self._forked = None
        for keep in self._keeping:
            keep()

    def close(self) -> None:
        """Let go of everything; what is not verified is nobody's any more."""
        if self._forked is not None:
            self._forked.close()
        for one in self.contents:
            one.close()

    def _prepare(self) -> None:
        """Make the list of what is to be read and verified."""
        for number, layer in enumerate(self._layers):
            interest = self._reading.interests(layer) if self._reading.interests else None
            known = self._cache.layer(layer) if self._cache and interest is None else None
            if known is not None:
                self.contents.append(open_contents(self._image, layer, self._reading))
                self._found[number] = known
                continue
            self._read[number] = interest
            self._prepare_layer(number, layer)

    def _prepare_layer(self, number: int, layer: Layer) -> None:
        region = blob_region(self._image, layer)
        if region is not None and not is_packed(region):
            self._regions[number] = region
            self.contents.append(RegionContents(region))
            return
        self.contents.append(spooled_contents(self._image, layer, self._reading))
        if region is None:
            self._elsewhere = True
        else:
            region.close()

    def _jobs(self, number: int, *, apart: bool) -> Iterator[_Job]:
        """Yield what there is to do about a layer; ``apart`` says that what it is packed as is verified by itself."""
        image, layer, contents = self._image, self._layers[number], self.contents[number]
        reading, interest = self._reading, self._read[number]
        verify: Callable[[], None] | None = None
        if not isinstance(contents, SpooledContents):
            region = self._regions[number]
            read = partial(read_region, region, layer, reading, interest)
            verify = partial(verify_region, region, layer, reading.stop)
        elif apart:
            read = partial(read_apart, image, layer, reading, interest, contents)
            verify = partial(verify_packed, image, layer, reading.stop)
        else:
            opened = partial(image.store.open, layer.descriptor)
            read = partial(read_stream, opened, layer, reading, interest, contents)
        if verify is not None:
            yield _Job(layer=number, size=layer.descriptor.size, reads=False, work=verify)
        yield _Job(layer=number, size=layer.descriptor.size, reads=True, work=read)

    def _can_share(self) -> bool:
        """Say whether other processes can do a part: of what is large and lies in files, and is not kept as a whole."""
        if (
            not self._read
            or sum(self._layers[number].descriptor.size for number in self._read) < self._reading.share_from
            or self._reading.interests is None
            or self._elsewhere
        ):
            return False
        from prill._io.forked import can_fork  # noqa: PLC0415 - it brings pickle and signal along

        return can_fork()

    def _take(self, jobs: Sequence[_Job], results: Sequence[ReadLayer | None]) -> None:
        """Take what was read of layers by the first of ``jobs``, or by all."""
        for job, read in zip(jobs, results, strict=False):
            if read is not None:
                self._found[job.layer] = read.index
                self.contents[job.layer].adopt(read.places)
                interest = self._read[job.layer]
                if interest is not None:
                    interest.take(read.said)


def _call(job: _Job) -> ReadLayer | None:
    return job()


def _within(indexes: list[LayerIndex], layers: Sequence[Layer], reading: Reading) -> list[LayerIndex]:
    """Hold all layers together against the limits: what is over them is a gap, or raised."""
    entries = size = 0
    kept = []
    for layer, index in zip(layers, indexes, strict=True):
        entries += len(index.table)
        size += index.size
        error = _exceeded(entries, size, reading.limits)
        if error is None:
            kept.append(index)
            continue
        if not reading.tolerant:
            raise error
        gap = Gap(f"layer {layer.diff_id}", f"it was left out: {error}")
        kept.append(LayerIndex(table=EntryTable(), gaps=(*index.gaps, gap), size=index.size, whole=False))
    return kept


def _exceeded(entries: int, size: int, limits: Limits) -> BoundExceeded | None:
    if entries > limits.max_entries:
        return TooManyEntries(f"the image has more than {limits.max_entries} entries in its layers")
    if size > limits.max_total_size:
        return OutputTooLarge(f"the image's layers unpack to more than {limits.max_total_size} bytes")
    return None
