"""``prill build``: from a spec's lock to images, with everything that is attached to them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from prill._io.cache import ContentCache
from prill.api.attach import Attachment, attachments
from prill.api.services import Services
from prill.api.sources import source_store
from prill.api.specs import locked_spec
from prill.archive.codecs import Codec, codec_identity
from prill.build.assemble import Assembly, Ingredients, assemble
from prill.build.declare import image_distro
from prill.build.image import BuiltImage, make_image
from prill.build.inventory import inventory
from prill.build.lock import InvalidLock, Lock, LockedPackage, LockedPlatform, encode_lock
from prill.build.packages import PackageStore
from prill.build.spec import Spec
from prill.build.spec_variant import apply_variant
from prill.model import Digest
from prill.oci.descriptor import Descriptor
from prill.oci.index import Index
from prill.oci.memory import MemoryStore
from prill.oci.store import Blob

__all__ = ["BuildRequest", "BuiltSet", "build_locked", "build_spec"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRequest:
    """Which of the locked images to build: ``architectures`` empty means all; ``members`` caches compressed parts."""

    architectures: tuple[str, ...] = ()
    variant: str = ""
    members: ContentCache | None = None
    folder: Path | None = None
    """Where local ``files`` sources are looked for; None for a rebuild from the lock alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltSet:
    """Finished images in memory. The first of ``entries`` is the image or the index; what refers to it follows."""

    lock: Lock
    images: tuple[BuiltImage, ...]
    entries: tuple[Descriptor, ...]
    store: MemoryStore

    @property
    def main(self) -> Descriptor:
        """The image, or the index of all of them."""
        return self.entries[0]


def build_spec(path: Path, services: Services, request: BuildRequest) -> BuiltSet:
    """Build from the lock beside the spec at ``path``; raise `NoLock` or `SpecChanged` where that cannot be."""
    lock, spec = locked_spec(path)
    return build_locked(lock, spec, services, request)


def build_locked(lock: Lock, spec: Spec, services: Services, request: BuildRequest) -> BuiltSet:
    """Build from a lock alone."""
    codec = Codec(spec.compression)
    if lock.codec != codec_identity(codec):
        raise InvalidLock(
            f"the lock was made for {lock.codec}, this Prill compresses with {codec_identity(codec)}",
            hint="the layers' bytes would differ: run prill lock, or use the Prill that wrote the lock",
        )
    wanted = _images(lock, request)
    needed = {package.sha256: package for image in wanted for package in image.packages}
    ingredients = Ingredients(
        packages=PackageStore(_fetch(lock, spec, services, tuple(needed.values())), request.members),
        blobs=source_store(request.folder, services).blob,
        cache=request.members,
        codec=codec,
        epoch=lock.source_date_epoch,
        released=max((release.date for release in lock.releases), default=lock.source_date_epoch),
    )
    images = tuple(_build_one(lock, spec, image, ingredients, services) for image in wanted)
    return _finish(lock, spec, images)


def _images(lock: Lock, request: BuildRequest) -> tuple[LockedPlatform, ...]:
    platforms = [f"linux/{architecture}" for architecture in request.architectures] or list(
        dict.fromkeys(image.platform for image in lock.images)
    )
    return tuple(lock.image(platform, request.variant) for platform in platforms)


def _fetch(lock: Lock, spec: Spec, services: Services, packages: Sequence[LockedPackage]) -> dict[str, Path]:
    """Return where each package lies; the archive is only asked for what the cache does not have."""
    found = {one.sha256: services.cache.find(Digest("sha256", one.sha256)) for one in packages}
    paths = {sha256: path for sha256, path in found.items() if path is not None}
    missing = [one for one in packages if one.sha256 not in paths]
    if missing:
        from prill.api.archives import fetch_packages  # noqa: PLC0415 - a build from the cache asks no mirror

        paths |= fetch_packages(lock, spec, services, missing)
    return paths


def _build_one(
    lock: Lock, spec: Spec, image: LockedPlatform, ingredients: Ingredients, services: Services
) -> BuiltImage:
    services.progress.update(f"building {image.platform}", 0, 0)
    base: Assembly | None = None
    if image.variant:
        base = assemble(lock.image(image.platform), apply_variant(spec, ""), ingredients)
    assembly = assemble(image, apply_variant(spec, image.variant), ingredients, base=base)
    return make_image(assembly, epoch=lock.source_date_epoch, codec=ingredients.codec, base=base)


def _finish(lock: Lock, spec: Spec, images: tuple[BuiltImage, ...]) -> BuiltSet:
    blobs: list[Blob] = []
    entries: list[Descriptor] = []
    referrers: list[Descriptor] = []
    sealed = encode_lock(lock)
    for image in images:
        blobs += [Blob(digest=layer.digest, size=layer.size, content=layer.data) for layer in image.layers]
        blobs += [Blob.of(image.config.raw), Blob.of(image.manifest.raw)]
        entries.append(_with_platform(image))
        attached: tuple[Attachment, ...] = attachments(
            image, inventory(image, distro=image_distro(spec), created=lock.source_date_epoch), lock, sealed
        )
        for one in attached:
            blobs += one.blobs
            referrers.append(one.descriptor)
    if len(entries) > 1:
        index = Index(manifests=tuple(entries), annotations=images[0].manifest.annotations)
        blobs.append(Blob.of(index.raw))
        entries = [index.descriptor()]
    everything = (*entries, *referrers)
    return BuiltSet(lock=lock, images=images, entries=everything, store=MemoryStore(blobs, entries=everything))


def _with_platform(image: BuiltImage) -> Descriptor:
    return replace(image.manifest.descriptor(), platform=image.platform)
