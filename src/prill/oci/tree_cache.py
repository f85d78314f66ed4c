"""What was read of layers, remembered by their diff IDs: a second image on the same base, and the same image again.

A layer that is known is not read, so it is not verified either: its diff ID says that it is the one that was.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from prill._io.cache import ContentCache
from prill.archive.bounds import Limits
from prill.model import Gap
from prill.oci._table_codec import (
    FORMAT,
    BadCacheEntry,
    decode_index,
    decode_merged,
    encode_index,
    encode_merged,
)
from prill.oci.entries import EntryTable
from prill.oci.image import Layer
from prill.oci.layer_index import LayerIndex
from prill.oci.merged_tree import MergedTree

__all__ = ["StoredTrees"]

_ENTRIES = "entries"
_TREE = "tree"


class StoredTrees:
    """A `TreeCache` in the user's cache, for tolerant readings within ``limits``."""

    def __init__(self, cache: ContentCache, limits: Limits) -> None:
        self._cache = cache
        self.numbering = f"{FORMAT} {limits!r}"
        """Says how the entries of a layer get their numbers: another reading may pass other entries over."""

    def layer(self, layer: Layer) -> LayerIndex | None:
        """Return what is in a layer; a damaged entry counts as none."""
        data = self._cache.derived(_ENTRIES, f"{self.numbering} {layer.diff_id}")
        if data is not None:
            with suppress(BadCacheEntry):
                return decode_index(data)
        return None

    def keeping_layer(self, layer: Layer, index: LayerIndex) -> Callable[[], None]:
        """Return what remembers what is in a layer."""
        return self._cache.keeping(_ENTRIES, f"{self.numbering} {layer.diff_id}", partial(encode_index, index))

    def merged(
        self, layers: Sequence[Layer], tables: Sequence[EntryTable]
    ) -> tuple[MergedTree, tuple[Gap, ...]] | None:
        """Return the tree that ``layers`` make; a damaged entry counts as none."""
        data = self._cache.derived(_TREE, self._key(layers))
        if data is not None:
            with suppress(BadCacheEntry):
                return decode_merged(data, tables)
        return None

    def keeping_merged(self, layers: Sequence[Layer], tree: MergedTree, gaps: tuple[Gap, ...]) -> Callable[[], None]:
        """Return what remembers a merged tree."""
        return self._cache.keeping(_TREE, self._key(layers), partial(encode_merged, tree, gaps))

    def _key(self, layers: Sequence[Layer]) -> str:
        return " ".join((self.numbering, *(str(layer.diff_id) for layer in layers)))
