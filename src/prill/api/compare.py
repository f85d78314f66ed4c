"""What differs between a stored image and the same image built again: everything is read, nothing is believed.

1. Each image's manifest, config and layers. Where a layer differs, both are walked side by side to the first file that
   is not the same, through a damaged layer as far as it can be read.
2. What is attached: SBOMs, provenance, lock and build record.
3. The index, where there is one.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import zip_longest
from typing import BinaryIO

from prill.api.build import BuiltSet
from prill.api.built import Built
from prill.archive.codecs import open_decoded
from prill.archive.tar import TarEntry, read_stream
from prill.build.image import BuiltImage
from prill.errors import PrillError
from prill.model import Digest
from prill.model.value import dataclass
from prill.oci.descriptor import Descriptor
from prill.oci.graph import reachable
from prill.oci.image import Image
from prill.oci.layer_types import layer_codec
from prill.oci.manifest import Manifest
from prill.oci.store import BlobSource, VerifiedReader, read_document

__all__ = ["Difference", "compare"]

_CHUNK = 1 << 20
_GOOD = "good"
_Entry = tuple[TarEntry, Digest]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something that is not the same: ``what`` in the image as it is, ``stored``, and as it was built again."""

    what: str
    stored: str
    rebuilt: str


def compare(built: Built, again: BuiltSet) -> Iterator[Difference]:
    """Yield every difference, the images' in their order, then what is attached to them."""
    store = built.image.store
    found = False
    for image, mine in zip_longest(built.images(), again.images):
        if image is None or mine is None:
            yield Difference(what="an image of the index", stored=_there(image), rebuilt=_there(mine))
            continue
        label = f"{mine.platform} " if len(again.images) > 1 else ""
        for difference in _image(store, image, mine, again.store, label):
            found = True
            yield difference
    if built.source.target.digest != again.main.digest and not found:
        yield Difference(what="index", stored=str(built.source.target.digest), rebuilt=str(again.main.digest))
    yield from _attached(store, again)


def _there(thing: object) -> str:
    return "missing" if thing is None else "there"


def _image(store: BlobSource, image: Image, mine: BuiltImage, again: BlobSource, label: str) -> Iterator[Difference]:
    try:
        manifest = image.manifest()
    except PrillError as error:
        yield Difference(what=f"{label}manifest", stored=str(error), rebuilt=str(mine.manifest.digest))
        return
    found = False
    for number, (there, here) in enumerate(zip_longest(manifest.layers, mine.manifest.layers)):
        name = mine.layers[number].name if here else ""
        difference = _layer(store, there, again, here, f"{label}layer {number} ({name})" if name else f"layer {number}")
        if difference is not None:
            found = True
            yield difference
    if (difference := _config(store, manifest, mine, label)) is not None:
        found = True
        yield difference
    if image.descriptor.digest != mine.manifest.digest and not found:
        keys = _differing(json.loads(manifest.raw), json.loads(mine.manifest.raw))
        stored, rebuilt = str(image.descriptor.digest), str(mine.manifest.digest)
        yield Difference(what=f"{label}manifest: {keys}", stored=stored, rebuilt=rebuilt)


def _layer(
    store: BlobSource, there: Descriptor | None, again: BlobSource, here: Descriptor | None, what: str
) -> Difference | None:
    if there is None or here is None:
        return Difference(what=what, stored=_there(there), rebuilt=_there(here))
    state = _state(store, there)
    if there.digest == here.digest and state == _GOOD:
        return None
    stored = f"{there.digest}: {state}" if state != _GOOD else str(there.digest)
    try:
        first = _first_entry(store, there, again, here)
    except PrillError as error:
        first = str(error)
    return Difference(what=f"{what}: {first}", stored=stored, rebuilt=str(here.digest))


def _config(store: BlobSource, manifest: Manifest, mine: BuiltImage, label: str) -> Difference | None:
    try:
        raw = read_document(store, manifest.config)
    except PrillError as error:
        return Difference(what=f"{label}config", stored=str(error), rebuilt=str(mine.manifest.config.digest))
    if raw == mine.config.raw:
        return None
    keys = _differing(json.loads(raw), json.loads(mine.config.raw))
    stored, rebuilt = str(manifest.config.digest), str(mine.manifest.config.digest)
    return Difference(what=f"{label}config: {keys}", stored=stored, rebuilt=rebuilt)


def _differing(one: dict[str, object], two: dict[str, object], prefix: str = "") -> str:
    """Name the keys that differ, with what they say."""
    found = []
    for key in sorted(one.keys() | two.keys()):
        mine, other = one.get(key), two.get(key)
        if isinstance(mine, dict) and isinstance(other, dict):
            found += [_differing(mine, other, f"{prefix}{key}.")]
        elif mine != other:
            found.append(f"{prefix}{key} is {_shown(mine)}, rebuilt {_shown(other)}")
    return "; ".join(filter(None, found)) or ("" if prefix else "the same content, written differently")


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:80]}…"  # noqa: PLR2004 - a line on a terminal


def _attached(store: BlobSource, again: BuiltSet) -> Iterator[Difference]:
    there = {one.digest for image in again.images for one in store.referrers(image.manifest.digest)}
    for entry in again.entries[1:]:
        what = f"attached {entry.artifact_type}"
        if entry.digest not in there:
            yield Difference(what=what, stored="different or missing", rebuilt=str(entry.digest))
            continue
        for blob in reachable(again.store, (entry,)):
            if (state := _state(store, blob)) != _GOOD:
                yield Difference(what=what, stored=f"{blob.digest}: {state}", rebuilt=str(blob.digest))


def _state(store: BlobSource, descriptor: Descriptor) -> str:
    """Read a blob to its end; say what is wrong with it."""
    try:
        with store.open(descriptor) as stream:
            while stream.read(_CHUNK):
                pass
    except PrillError as error:
        return str(error)
    return _GOOD


def _first_entry(mine: BlobSource, my_layer: Descriptor, other: BlobSource, other_layer: Descriptor) -> str:
    """Say which entry is the first that differs between two layers, and how; the second one is good."""
    with ExitStack() as stack:
        stream = stack.enter_context(mine.open(my_layer))
        left = _entries(stream.unverified() if isinstance(stream, VerifiedReader) else stream, my_layer)
        right = _entries(stack.enter_context(other.open(other_layer)), other_layer)
        for two in right:
            try:
                one = next(left, None)
            except PrillError as error:
                return f"/{two[0].stat.path} cannot be read: {error}"
            if difference := _between(one, two):
                return difference
        try:
            more = next(left, None)
        except PrillError as error:
            return f"its end cannot be read: {error}"
    return "the same files, packed differently" if more is None else f"/{more[0].stat.path} is only in the stored image"


def _between(one: _Entry | None, two: _Entry) -> str:
    """Say how two entries at the same place differ; nothing where they do not."""
    path = two[0].stat.path
    if one is None:
        return f"/{path} is only in the rebuilt one"
    if one[0].stat.path != path:
        return f"/{one[0].stat.path} stands where the rebuilt one has /{path}"
    if one[0].stat != two[0].stat:
        return f"/{path}: {_stat_difference(one[0], two[0])}"
    return "" if one[1] == two[1] else f"/{path}: the content differs"


def _entries(stream: BinaryIO, layer: Descriptor) -> Iterator[_Entry]:
    for entry, body in read_stream(open_decoded(stream, layer_codec(layer.media_type))):
        seen = hashlib.sha256()
        while data := body.read(_CHUNK):
            seen.update(data)
        yield entry, Digest("sha256", seen.hexdigest())


def _stat_difference(one: TarEntry, two: TarEntry) -> str:
    names = ("kind", "mode", "uid", "gid", "size", "mtime", "link", "device", "xattrs")
    found = [name for name in names if getattr(one.stat, name) != getattr(two.stat, name)]
    return ", ".join(f"{name} {getattr(one.stat, name)!r}, rebuilt {getattr(two.stat, name)!r}" for name in found)
