"""``prill rebuild``: build an image again from its lock alone, and find the first byte that differs.

1. The lock is read from the image itself; neither the spec nor an index is looked at.
2. The packages come from the cache or the archive by their digests; no cached part of a layer is used.
3. Each image's diff IDs and layer digests, its config, its manifest and what is attached to it are compared.
4. Where a layer differs, both are walked side by side to the first entry that is not the same.
"""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import zip_longest
from typing import BinaryIO

from prill.api.build import BuildRequest, BuiltSet, build_locked
from prill.api.built import Built, open_built
from prill.api.services import Services
from prill.archive.codecs import open_decoded
from prill.archive.tar import TarEntry, read_stream
from prill.build.spec_json import spec_from_json
from prill.model import Digest
from prill.oci.descriptor import Descriptor
from prill.oci.graph import reachable
from prill.oci.media_types import layer_codec
from prill.oci.store import BlobSource

__all__ = ["Difference", "Verification", "rebuild", "verify_rebuild"]

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something that is not the same: ``what`` in the image as it is, ``stored``, and as it was built again."""

    what: str
    stored: str
    rebuilt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """How a rebuild compares: the blobs that were found equal by digest, and the differences, none if it is exact."""

    name: str
    digest: Digest
    compared: int
    differences: tuple[Difference, ...]

    @property
    def exact(self) -> bool:
        """Whether everything is the same."""
        return not self.differences


def rebuild(text: str, services: Services) -> BuiltSet:
    """Build the image at ``text`` again from the lock that is attached to it."""
    with open_built(text) as built:
        return _again(built, services)


def verify_rebuild(text: str, services: Services) -> Verification:
    """Build the image at ``text`` again and compare everything with what is there."""
    with open_built(text) as built:
        again = _again(built, services)
        stored = built.source.target
        differences = tuple(_compare(built, again, stored))
        return Verification(
            name=built.source.name,
            digest=stored.digest,
            compared=len(reachable(again.store, again.entries)),
            differences=differences,
        )


def _again(built: Built, services: Services) -> BuiltSet:
    lock = built.lock
    architectures = {image.config().platform.architecture for image in built.images()}
    spec = spec_from_json(bytes(lock.spec))
    ordered = tuple(arch for arch in spec.archs if arch in architectures)
    request = BuildRequest(architectures=ordered, variant=built.record.variant, members=None, folder=None)
    return build_locked(lock, spec, services, request)


def _compare(built: Built, again: BuiltSet, stored: Descriptor) -> Iterator[Difference]:
    store = built.image.store
    if stored.digest == again.main.digest:
        # The digest of an image covers its layers' digests, not whether the layers are there and whole.
        yield from _damaged(store, again)
        return
    for image in built.images():
        mine = next((one for one in again.images if one.platform == image.config().platform), None)
        if mine is None:
            yield Difference(what=str(image.config().platform), stored="there", rebuilt="missing")
            continue
        layers = image.layers()
        for number, (there, here) in enumerate(zip_longest(layers, mine.layers)):
            if there is None or here is None:
                yield Difference(what=f"layer {number}", stored=_shown(there), rebuilt=_shown(here))
            elif there.diff_id != here.diff_id:
                found = _first_entry(store, there.descriptor, again.store, mine.manifest.layers[number])
                yield Difference(
                    what=f"layer {number} ({here.name}): {found}", stored=str(there.diff_id), rebuilt=str(here.diff_id)
                )
            elif there.descriptor.digest != here.digest:
                yield Difference(
                    what=f"layer {number} ({here.name}): the same files, compressed differently",
                    stored=str(there.descriptor.digest),
                    rebuilt=str(here.digest),
                )
        if image.manifest().config.digest != mine.manifest.config.digest:
            yield Difference(
                what="config", stored=image.config().raw.decode("utf-8", "replace"), rebuilt=mine.config.raw.decode()
            )
        elif image.descriptor.digest != mine.manifest.digest:
            yield Difference(what="manifest", stored=str(image.descriptor.digest), rebuilt=str(mine.manifest.digest))
    yield from _damaged(store, again)


def _shown(layer: object) -> str:
    return "there" if layer is not None else "missing"


def _damaged(store: BlobSource, again: BuiltSet) -> Iterator[Difference]:
    """Read every blob that was built again from the image as well; each is verified against its digest while read."""
    subjects = {image.manifest.digest for image in again.images}
    there = {one.digest for subject in subjects for one in store.referrers(subject)}
    for entry in again.entries[1:]:
        if entry.digest not in there:
            yield Difference(
                what=f"attached {entry.artifact_type}", stored="different or missing", rebuilt=str(entry.digest)
            )
    for descriptor in reachable(again.store, again.entries):
        if not store.has(descriptor):
            continue
        with store.open(descriptor) as stream:
            while stream.read(_CHUNK):
                pass


def _first_entry(mine: BlobSource, my_layer: Descriptor, other: BlobSource, other_layer: Descriptor) -> str:
    """Say which entry is the first that differs between two layers, and how."""
    with ExitStack() as stack:
        left = _entries(stack.enter_context(mine.open(my_layer)), my_layer)
        right = _entries(stack.enter_context(other.open(other_layer)), other_layer)
        for one, two in zip_longest(left, right):
            if one is None or two is None:
                only = one or two
                side = "the stored image" if two is None else "the rebuilt one"
                return f"/{only[0].stat.path if only else ''} is only in {side}"
            if one[0].stat.path != two[0].stat.path:
                return f"/{one[0].stat.path} stands where the rebuilt one has /{two[0].stat.path}"
            if one[0].stat != two[0].stat:
                return f"/{one[0].stat.path}: {_stat_difference(one[0], two[0])}"
            if one[1] != two[1]:
                return f"/{one[0].stat.path}: the content differs"
    return "the entries are the same, the tar around them differs"


def _entries(stream: BinaryIO, layer: Descriptor) -> Iterator[tuple[TarEntry, Digest]]:
    for entry, body in read_stream(open_decoded(stream, layer_codec(layer.media_type))):
        seen = hashlib.sha256()
        while data := body.read(_CHUNK):
            seen.update(data)
        yield entry, Digest("sha256", seen.hexdigest())


def _stat_difference(one: TarEntry, two: TarEntry) -> str:
    names = ("kind", "mode", "uid", "gid", "size", "mtime", "link", "device", "xattrs")
    found = [name for name in names if getattr(one.stat, name) != getattr(two.stat, name)]
    return ", ".join(f"{name} {getattr(one.stat, name)!r}, rebuilt {getattr(two.stat, name)!r}" for name in found)
