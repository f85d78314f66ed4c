"""An image's root filesystem, merged from its layers, without unpacking it.

Memory holds an index alone; contents are read where the layers lie, or from a temporary file without a name that holds
what was wanted of layers that had to be unpacked. Nothing can be seen of an image before its layers were verified, but
by somebody who asks for that and answers for it.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Protocol, Self

from prill.errors import PrillError
from prill.model import FileStat, Gap
from prill.oci._layers import LayerCache, LayersRead, read_layers
from prill.oci._merge import InvalidLayer, Merge, entry_at
from prill.oci.entries import FILE, NOWHERE, EntryTable
from prill.oci.faults import FaultLog
from prill.oci.image import Image, Layer
from prill.oci.layer_reader import Reading
from prill.oci.merged_tree import MergedTree

if TYPE_CHECKING:
    from prill.oci.file_digests import FileDigests

__all__ = ["ImageTree", "InvalidLayer", "TreeCache", "Unreadable"]

_DEFAULT = Reading()


class Unreadable(PrillError):
    """A file is there, and its content cannot be read."""


class TreeCache(LayerCache, Protocol):
    """Remembers what was read of verified layers, and what they make together."""

    def merged(
        self, layers: Sequence[Layer], tables: Sequence[EntryTable]
    ) -> tuple[MergedTree, tuple[Gap, ...]] | None:
        """Return the tree that ``layers`` make and what was wrong with them, or None where it is not known."""

    def keeping_merged(self, layers: Sequence[Layer], tree: MergedTree, gaps: tuple[Gap, ...]) -> Callable[[], None]:
        """Return what remembers a merged tree, to be called once its layers are verified."""


class ImageTree:
    """A `FileTree` of one image; use it as a context manager, or `close` it.

    ``gaps`` are what could not be read, where the reading is tolerant.
    """

    def __init__(self, image: Image, *, reading: Reading = _DEFAULT, cache: TreeCache | None = None) -> None:
        """Read and merge every layer; the reading's limits hold for the whole image.

        What ``cache`` knows is not read again. Raise `DigestMismatch` or `SizeMismatch` for a layer that is not what
        the image names, and unless the reading is tolerant `InvalidLayer` and what reading tar archives raises. Where
        the reading is ``early`` the former is raised by `verify`.
        """
        self._image = image
        self._reading = reading
        self._cache = cache
        self._layers = image.layers()
        self._read: LayersRead | None = None
        self._keeping: list[Callable[[], None]] = []
        self._verified = False
        try:
            self._read = read_layers(image, self._layers, reading, cache)
            self._indexes, self._contents = self._read.indexes, self._read.contents
            with self.verified_first():
                self._merged, gaps = self._merge()
            if not reading.early:
                self.verify()
        except BaseException:
            self.close()
            raise
        self.gaps = (*(gap for index in self._indexes for gap in index.gaps), *gaps)

    def verify(self) -> None:
        """Wait until every layer that was read is verified; raise `DigestMismatch` or `SizeMismatch`."""
        if self._read is not None and not self._verified:
            self._read.verify()
            self._verified = True
            for keep in self._keeping:
                keep()

    def once_verified(self, keep: Callable[[], None]) -> None:
        """Call ``keep``, which remembers what was made of the tree, as soon as all of that is verified.

        What can be made ready before, such as what is written, is made ready before: helpers verify meanwhile.
        """
        if self._verified:
            keep()
        else:
            self._keeping.append(keep)

    @contextmanager
    def verified_first(self) -> Iterator[None]:
        """Where the block fails, verify: a layer that is not what the image names is what is wrong then."""
        try:
            yield
        except Exception:
            self.verify()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of temporary files; streams that are still open can no longer be read."""
        if self._read is not None:
            self._read.close()

    def stat(self, path: str) -> FileStat | None:
        """Return the entry at ``path`` itself, symlinks above it followed inside the root; None where there is none.

        Of several hard links to one file, the first by path is a regular file, and the others are links to it.
        """
        row = self._merged.find(path, follow=False)
        return None if row is None else self._merged.stat(row)

    def has(self, path: str) -> bool:
        """Say whether an entry is at ``path`` as it is spelled; where none is, `stat` may still find one by a link."""
        return path in self._merged.rows

    def open(self, path: str) -> BinaryIO:
        """Open the regular file that ``path`` leads to; raise `FileNotFoundError`, or `Unreadable`."""
        row = self._merged.find(path, follow=True)
        if row is None or self._merged.kind(row) != FILE:
            raise FileNotFoundError(path)
        layer, number = entry_at(self._merged.handles[row])
        index = self._indexes[layer]
        offset, size = index.table.offsets[number], index.table.sizes[number]
        if offset == NOWHERE:
            raise Unreadable(f"the content of {path!r} cannot be read: it is stored as a sparse file")
        text = index.texts.get(number)
        return self._contents[layer].open(offset, size) if text is None else io.BytesIO(text)

    def glob(self, pattern: str) -> Iterator[str]:
        """Yield, sorted, the paths that match; ``*`` stays within a part, ``**`` crosses them."""
        return self._merged.glob(pattern)

    def walk(self) -> Iterator[FileStat]:
        """Yield every entry but the root, each folder followed by all that is in it, sorted by name there."""
        return map(self._merged.stat, range(1, len(self._merged)))

    def layer_of(self, path: str) -> Layer | None:
        """Return the layer that brought the entry at ``path``, or None where there is none."""
        row = self._merged.find(path, follow=False)
        return None if row is None or not self._layers else self._layers[self._merged.layers[row]]

    def layer_name(self, path: str) -> str:
        """Return the diff ID of the layer that brought the entry at ``path``, or nothing where there is none."""
        layer = self.layer_of(path)
        return str(layer.diff_id) if layer else ""

    def file_digests(self, rows: Iterable[int]) -> "FileDigests":
        """Return the SHA-256 of the files at ``rows`` of `merged`; a layer that is not at hand passes once more."""
        from prill.oci.file_digests import LayerDigester  # noqa: PLC0415 - few ask for it

        layers = zip(self._layers, self._indexes, self._contents, strict=True)
        return LayerDigester(self._image, self._reading, layers).digest(self._merged, rows)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Return the layers, the lowest first."""
        return self._layers

    @property
    def whole_layers(self) -> tuple[Layer, ...]:
        """Return the layers that were read to their end."""
        return tuple(layer for layer, index in zip(self._layers, self._indexes, strict=True) if index.whole)

    @property
    def merged(self) -> MergedTree:
        """Return the index of the tree."""
        return self._merged

    def _merge(self) -> tuple[MergedTree, tuple[Gap, ...]]:
        tables = [index.table for index in self._indexes]
        known = self._cache.merged(self._layers, tables) if self._cache else None
        if known is not None:
            return known
        faults = FaultLog()
        merge = Merge(faults if self._reading.tolerant else None)
        for table in tables:
            merge.apply(table)
        merged, gaps = MergedTree.of(merge, tables), faults.gaps("the image's layers")
        if self._cache and all(index.whole for index in self._indexes):
            self.once_verified(self._cache.keeping_merged(self._layers, merged, gaps))
        return merged, gaps
