"""Evidence remembered: of a layer by its diff ID, of an image by all of them, for one set of readers' versions."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from prill._io.cache import ContentCache
from prill.model import Gap, Location
from prill.model.typed_json import ready
from prill.oci.evidence import AnyReader, Seen
from prill.oci.gather import Gathered
from prill.oci.image import Layer
from prill.oci.layer_evidence import LayerEvidence
from prill.oci.rootfs import ImageTree

__all__ = ["StoredEvidence"]

_FORMAT = 1
_LAYER, _IMAGE = "evidence", "found"


class _Stored(msgspec.Struct, array_like=True):
    """For each reader its evidence, by an entry's or a row's number; and what could not be read.

    ``hidden`` is the evidence of an image's hidden files, by the layer's number and the path.
    """

    found: list[msgspec.Raw] = []
    hidden: list[msgspec.Raw] = []
    gaps: list[tuple[int, str]] = []
    image_gaps: list[tuple[str, str]] = []


class StoredEvidence:
    """An `EvidenceCache` in the user's cache. What cannot be written, such as text that is no Unicode, is not kept."""

    def __init__(
        self, cache: ContentCache, readers: Sequence[AnyReader], *, numbering: str, hidden: bool = False
    ) -> None:
        """``numbering`` says how the entries of a layer get their numbers, see `StoredTrees.numbering`.

        With ``hidden``, hidden files' evidence is remembered of whole images, too.
        """
        self._cache = cache
        self._readers = readers
        versions = ",".join(f"{one.id}@{one.version}" for one in readers)
        self._hidden = hidden
        self._prefix = f"{_FORMAT} {numbering} {versions}{' hidden' if hidden else ''}"
        self._image: tuple[str, _Stored] | None = None

    def evidence(self, layer: Layer) -> LayerEvidence | None:
        """Return what is known of a layer; a damaged entry counts as none."""
        stored = self._read(_LAYER, f"{self._prefix} {layer.diff_id}")
        found = None if stored is None else self._decode(stored.found, int)
        return None if stored is None or found is None else LayerEvidence(found=found, gaps=stored.gaps)

    def keeping_evidence(self, layer: Layer, evidence: LayerEvidence) -> Callable[[], None]:
        """Return what remembers what was read of a layer."""

        def encode() -> bytes:
            return msgspec.msgpack.encode(_Stored(found=_encode(evidence.found), gaps=evidence.gaps))

        return self._cache.keeping(_LAYER, f"{self._prefix} {layer.diff_id}", encode)

    def knows_all(self, layers: Sequence[Layer]) -> bool:
        """Say whether there is an entry for the image of these layers."""
        stored = self._read(_IMAGE, self._key(layers))
        self._image = None if stored is None else (self._key(layers), stored)
        return stored is not None

    def gathered(self, tree: ImageTree) -> Gathered | None:
        """Return what is known of a whole image; a damaged entry counts as none."""
        stored = self._image[1] if self._image and self._image[0] == self._key(tree.layers) else None
        if stored is None:
            return None
        found = self._decode(stored.found, int)
        gone = self._decode(stored.hidden, int, str)
        if found is None or gone is None:
            return None
        paths, layers = tree.merged.paths, tree.merged.layers
        names = [str(layer.diff_id) for layer in tree.layers]
        try:
            return Gathered(
                seen=tuple(
                    [Seen(Location(paths[row], names[layers[row]]), said) for row, said in one] for one in found
                ),
                hidden=tuple([Seen(Location(path, names[layer]), said) for layer, path, said in one] for one in gone),
                gaps=[Gap(*gap) for gap in stored.image_gaps],
            )
        except IndexError:
            return None

    def keeping_gathered(self, tree: ImageTree, gathered: Gathered) -> Callable[[], None]:
        """Return what remembers what was gathered of a whole image that was read to its end."""
        rows = tree.merged.rows
        layers = {str(layer.diff_id): number for number, layer in enumerate(tree.layers)}

        def encode() -> bytes:
            seen = [[(rows[one.path], one.evidence) for one in found] for found in gathered.seen]
            gone = [
                [(layers[one.location.layer], one.path, one.evidence) for one in found] for found in gathered.hidden
            ]
            gaps = [(gap.subject, gap.reason) for gap in gathered.gaps]
            return msgspec.msgpack.encode(_Stored(found=_encode(seen), hidden=_encode(gone), image_gaps=gaps))

        return self._cache.keeping(_IMAGE, self._key(tree.layers), encode)

    def _key(self, layers: Sequence[Layer]) -> str:
        return " ".join((self._prefix, *(str(layer.diff_id) for layer in layers)))

    def _read(self, kind: str, key: str) -> _Stored | None:
        data = self._cache.derived(kind, key)
        try:
            return None if data is None else msgspec.msgpack.decode(data, type=ready(_Stored))
        except (msgspec.MsgspecError, ValueError):
            return None

    def _decode(self, stored: list[msgspec.Raw], *before: type) -> tuple[list[Any], ...] | None:
        """Decode each reader's rows: what is ``before``, then its evidence; None where they are of another kind."""
        row: Any = tuple
        decode: Any = msgspec.msgpack.decode
        try:
            pairs = zip(self._readers, stored, strict=True)
            return tuple(decode(raw, type=list[row[(*before, reader.evidence)]]) for reader, raw in pairs)
        except (msgspec.MsgspecError, ValueError):
            return None


def _encode(found: Sequence[Sequence[tuple[Any, ...]]]) -> list[msgspec.Raw]:
    return [msgspec.Raw(msgspec.msgpack.encode(one)) for one in found]
