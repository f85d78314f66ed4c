"""An image's root filesystem, merged from its layers, without unpacking it.

Memory holds the index alone. The unpacked layers lie in one temporary file that has no name; content is read from
there. Blobs and diff IDs are verified before anything of a layer can be seen.
"""

import mmap
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from prill._io.verified import Verifier
from prill.archive.bounds import DEFAULT_LIMITS, Limits, OutputTooLarge, TooManyEntries
from prill.archive.codecs import open_decoded
from prill.archive.tar import TarEntry, walk
from prill.model import FileKind, FileStat
from prill.oci._globs import compile_glob
from prill.oci._merge import Content, InvalidLayer, apply_layer, find, listing, new_root
from prill.oci._window import open_window
from prill.oci.image import Image, Layer
from prill.oci.media_types import layer_codec

__all__ = ["ImageTree", "InvalidLayer"]

_CHUNK = 1 << 20
_ALIGNMENT = mmap.ALLOCATIONGRANULARITY


class ImageTree:
    """A `FileTree` of one image; use it as a context manager, or `close` it."""

    def __init__(self, image: Image, *, limits: Limits = DEFAULT_LIMITS, folder: Path | None = None) -> None:
        """Read and merge every layer; ``folder`` is where the temporary file lies, the system's own by default.

        ``limits`` hold for the whole image. Raise `DigestMismatch` or `SizeMismatch` for a layer that is not what the
        image names, `InvalidLayer`, and what reading tar archives raises.
        """
        self._layers = image.layers()
        self._spool: BinaryIO = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - `close` closes it
        self._root = new_root()
        try:
            self._read_layers(image, limits)
        except BaseException:
            self.close()
            raise
        listed = list(listing(self._root))
        self._stats = {stat.path: stat for stat, _ in listed}
        self._by_place = {id(place): stat for stat, place in listed}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the temporary file; streams that are still open can no longer be read."""
        self._spool.close()

    def stat(self, path: str) -> FileStat | None:
        """Return the entry at ``path`` itself, symlinks above it followed inside the root; None where there is none.

        Of several hard links to one file, the first by path is a regular file, and the others are links to it.
        """
        found = self._stats.get(path)
        if found is None:
            place = find(self._root, path, follow=False)
            found = self._root.node.stat if place is self._root else self._by_place.get(id(place))
        return found

    def open(self, path: str) -> BinaryIO:
        """Open the regular file that ``path`` leads to; raise `FileNotFoundError` for anything else."""
        place = find(self._root, path, follow=True)
        if place is None or place.node.stat.kind is not FileKind.FILE:
            raise FileNotFoundError(path)
        return open_window(self._spool, place.node.content, place.node.stat.size)

    def glob(self, pattern: str) -> Iterator[str]:
        """Yield, sorted, the paths that match; ``*`` stays within a part, ``**`` crosses them."""
        matches = compile_glob(pattern).fullmatch
        return iter(sorted(path for path in self._stats if matches(path)))

    def walk(self) -> Iterator[FileStat]:
        """Yield every entry but the root, each folder followed by all that is in it, sorted by name there."""
        return iter(self._stats.values())

    def layer_of(self, path: str) -> Layer | None:
        """Return the layer that brought the entry at ``path``, or None where there is none."""
        place = find(self._root, path, follow=False)
        return self._layers[place.layer] if place and self._layers else None

    def _read_layers(self, image: Image, limits: Limits) -> None:
        entries_left, bytes_left = limits.max_entries, limits.max_total_size
        for number, layer in enumerate(self._layers):
            left = replace(limits, max_entries=entries_left, max_total_size=bytes_left)
            start = -(-self._spool.tell() // _ALIGNMENT) * _ALIGNMENT
            self._spool.seek(start)
            size = _spool_layer(image, layer, self._spool, left)
            entries = _entries(self._spool, start, size, left)
            apply_layer(self._root, entries, number)
            entries_left -= len(entries)
            bytes_left -= size
            if entries_left <= 0:
                raise TooManyEntries(f"the image has more than {limits.max_entries} entries in its layers")
            if bytes_left <= 0:
                raise OutputTooLarge(f"the image's layers unpack to more than {limits.max_total_size} bytes")
            self._spool.seek(start + size)


def _spool_layer(image: Image, layer: Layer, spool: BinaryIO, limits: Limits) -> int:
    """Append the unpacked layer to the spool; return its size."""
    check = Verifier(f"unpacked layer {layer.descriptor.digest}", digest=layer.diff_id)
    codec = layer_codec(layer.descriptor.media_type)
    with image.store.open(layer.descriptor) as packed:
        plain = open_decoded(packed, codec, limits=limits)
        while data := plain.read(_CHUNK):
            check.feed(data)
            spool.write(data)
    check.finish()
    spool.flush()
    return check.seen


def _entries(spool: BinaryIO, start: int, size: int, limits: Limits) -> list[tuple[TarEntry, Content]]:
    """Read a layer's headers from the spool, where nobody else can cut it short."""
    if not size:
        return []
    mapped = memoryview(mmap.mmap(spool.fileno(), size, offset=start, prot=mmap.PROT_READ))
    return [(entry, start + entry.offset) for entry in walk(mapped, limits=limits, absolute="strip")]
