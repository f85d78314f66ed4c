"""One image: a manifest, its config and its layers, read from any store and checked against each other."""

from prill.errors import PrillError
from prill.model import Digest, Platform
from prill.model.value import dataclass
from prill.oci._wire import InvalidDocument
from prill.oci.choice import MAX_DEPTH, choose
from prill.oci.config import ImageConfig
from prill.oci.descriptor import Descriptor
from prill.oci.graph import IndexTooDeep
from prill.oci.index import Index
from prill.oci.layer_types import LAYERS
from prill.oci.manifest import Manifest
from prill.oci.media_types import CONFIGS, INDEXES, MANIFESTS, UnknownMediaType
from prill.oci.store import BlobSource, read_document

__all__ = ["Image", "Layer", "PlatformMismatch", "select_image"]


class PlatformMismatch(PrillError):
    """An image is for another platform than was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A layer's two names: its descriptor has the digest of the stored bytes, ``diff_id`` is of the unpacked ones."""

    descriptor: Descriptor
    diff_id: Digest


@dataclass(frozen=True, slots=True)
class Image:
    """An image manifest in a store. Nothing is read before it is asked for."""

    descriptor: Descriptor
    store: BlobSource

    def manifest(self) -> Manifest:
        """Read the manifest; raise `InvalidDocument`, `DigestMismatch` or `SizeMismatch`."""
        return Manifest.parse(read_document(self.store, self.descriptor), self.descriptor.media_type)

    def config(self) -> ImageConfig:
        """Read the config; raise `UnknownMediaType` for an artifact, which has none."""
        return self._config(self.manifest())

    def layers(self) -> tuple[Layer, ...]:
        """Return the layers, the lowest first; raise `InvalidDocument` where config and manifest disagree."""
        manifest = self.manifest()
        diff_ids = self._config(manifest).diff_ids
        if len(diff_ids) != len(manifest.layers):
            raise InvalidDocument(f"{len(manifest.layers)} layers, but {len(diff_ids)} diff IDs in the image's config")
        for layer in manifest.layers:
            if layer.media_type not in LAYERS:
                raise UnknownMediaType(f"{layer.media_type[:160]!r} is no layer of a root filesystem")
        pairs = zip(manifest.layers, diff_ids, strict=True)
        return tuple(Layer(descriptor=descriptor, diff_id=diff_id) for descriptor, diff_id in pairs)

    def referrers(self, artifact_type: str | None = None) -> tuple[Descriptor, ...]:
        """Return the artifacts that are about this image."""
        return self.store.referrers(self.descriptor.digest, artifact_type)

    def _config(self, manifest: Manifest) -> ImageConfig:
        if manifest.config.media_type not in CONFIGS:
            raise UnknownMediaType(
                f"{manifest.config.media_type[:160]!r} is no image's config", hint="this is an artifact, not an image"
            )
        return ImageConfig.parse(read_document(self.store, manifest.config))


def select_image(
    store: BlobSource, descriptor: Descriptor, *, platform: Platform | None, host: Platform
) -> tuple[Image, tuple[str, ...]]:
    """Follow indexes to one image; return it with notes for the person.

    Without ``platform``, an index of several platforms gives the host's, and a note says so. Raise `PlatformNotFound`,
    `PlatformMismatch` for a single image of another platform, and `IndexTooDeep`.
    """
    notes: tuple[str, ...] = ()
    for _ in range(MAX_DEPTH):
        if descriptor.media_type in MANIFESTS:
            image = Image(descriptor, store)
            if platform is not None:
                _check_platform(image, platform)
            return image, notes
        if descriptor.media_type not in INDEXES:
            raise UnknownMediaType(f"{descriptor.media_type[:160]!r} is neither an image nor an index")
        index = Index.parse(read_document(store, descriptor), descriptor.media_type)
        descriptor, more = choose(store, index, platform=platform, host=host)
        notes = (*notes, *more)
    raise IndexTooDeep(f"{descriptor.digest} lies more than {MAX_DEPTH} indexes deep")


def _check_platform(image: Image, platform: Platform) -> None:
    """Refuse another platform than was asked for; what is asked for without a variant takes any."""
    seen = image.config().platform
    if seen != platform and (platform.variant or (seen.os, seen.architecture) != (platform.os, platform.architecture)):
        raise PlatformMismatch(f"the image is for {seen}, not for {platform}")
