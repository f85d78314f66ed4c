"""A built image read back: its lock and its build record, which are attached to it."""

from collections.abc import Iterator
from contextlib import contextmanager

from prill.api.attached_types import LOCK, RECORD
from prill.build.lock import MAX_LOCK_BYTES, Lock, decode_lock
from prill.build.record import BuildRecord, decode_record
from prill.errors import PrillError
from prill.model import Digest, Platform
from prill.model.value import dataclass
from prill.oci.config import ImageConfig
from prill.oci.image import Image
from prill.oci.index import Index
from prill.oci.manifest import Manifest
from prill.oci.media_types import INDEXES
from prill.oci.registry_access import RegistryAccess
from prill.oci.sources import OpenedImage, open_image
from prill.oci.store import read_document

__all__ = ["MAX_RECORD", "Built", "NotBuiltByPrill", "attached_document", "open_built"]

MAX_RECORD = 64 * 1024 * 1024


class NotBuiltByPrill(PrillError):
    """An image has no lock or no build record attached, so nothing can be said about how it came about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """One image of one platform, and how it came about."""

    source: OpenedImage
    image: Image
    lock: Lock
    record: BuildRecord

    def images(self) -> tuple[Image, ...]:
        """Return the image, or all images of the index that its name stands for."""
        target, store = self.source.target, self.image.store
        if target.media_type not in INDEXES:
            return (self.image,)
        index = Index.parse(read_document(store, target), target.media_type)
        return tuple(Image(descriptor, store) for descriptor in index.manifests)

    @property
    def manifest(self) -> Manifest:
        """The image's manifest."""
        return self.image.manifest()

    @property
    def config(self) -> ImageConfig:
        """The image's config."""
        return self.image.config()


@contextmanager
def open_built(text: str, *, platform: Platform | None = None, access: RegistryAccess | None = None) -> Iterator[Built]:
    """Open an image that Prill built; raise `NotBuiltByPrill` for any other.

    Without ``platform`` any image of an index will do: the host's, or the first.
    """
    with open_image(text, platform=platform, access=access) as source:
        image = source.image
        lock = decode_lock(_document(source, "lock", LOCK, MAX_LOCK_BYTES), f"the lock of {text}")
        record = decode_record(_document(source, "build record", RECORD, MAX_RECORD))
        yield Built(source=source, image=image, lock=lock, record=record)


def _document(source: OpenedImage, what: str, kind: str, limit: int) -> bytes:
    found = attached_document(source.image, kind, limit)
    if found is None:
        raise NotBuiltByPrill(
            f"{source.name} has no {what} attached",
            hint="only images that prill build wrote have one; --no-referrers, docker-archive and some copies leave it "
            "out: build the image again without these, its digest stays the same",
        )
    return found[1]


def attached_document(image: Image, kind: str, limit: int) -> tuple[Digest, bytes] | None:
    """Return the first document of a media type that is attached to an image, with its digest, or None."""
    for descriptor in image.store.referrers(image.descriptor.digest, kind):
        manifest = Manifest.parse(read_document(image.store, descriptor))
        for layer in manifest.layers:
            if layer.media_type == kind and layer.size <= limit:
                with image.store.open(layer) as stream:
                    return layer.digest, stream.read()
    return None
