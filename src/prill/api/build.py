"""``prill build``: from a spec's lock to images, with everything that is attached to them.

Packages of which nothing is known are unpacked in threads as soon as the lock names them; what comes after them is
imported meanwhile.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from prill._io.cache import ContentCache
from prill.api.services import Services
from prill.api.specs import locked_spec, places_of
from prill.archive.codecs import Codec
from prill.build.lock import InvalidLock, Lock, LockedPackage, LockedPlatform
from prill.build.members import layer_codec
from prill.build.packages import PackageStore
from prill.build.spec import Spec
from prill.model import Digest
from prill.model.value import dataclass
from prill.oci.descriptor import Descriptor

if TYPE_CHECKING:
    from prill.build.image import BuiltImage
    from prill.oci.memory import MemoryStore

__all__ = ["BuildRequest", "BuiltSet", "build_locked", "build_spec"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRequest:
    """Which of the locked images to build: ``architectures`` empty means all; ``members`` caches compressed parts."""

    architectures: tuple[str, ...] = ()
    variant: str = ""
    members: ContentCache | None = None
    several: bool = True
    """Whether images of more than one platform have a place to go to."""
    folder: Path | None = None
    """Where local ``files`` sources are looked for; None for a rebuild from the lock alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltSet:
    """Finished images in memory. The first of ``entries`` is the image or the index; what refers to it follows."""

    lock: Lock
    images: "tuple[BuiltImage, ...]"
    entries: tuple[Descriptor, ...]
    store: "MemoryStore"

    @property
    def main(self) -> Descriptor:
        """The image, or the index of all of them."""
        return self.entries[0]


def build_spec(path: Path, services: Services, request: BuildRequest) -> BuiltSet:
    """Build from the lock beside the spec at ``path``; raise `NoLock` or `SpecChanged` where that cannot be."""
    lock, spec = locked_spec(path)
    with places_of(path):
        return build_locked(lock, spec, services, request)


def build_locked(lock: Lock, spec: Spec, services: Services, request: BuildRequest) -> BuiltSet:
    """Build from a lock alone; raise `SeveralPlatforms` for more than there is a place for, before any is built."""
    codec = Codec(spec.compression)
    if lock.codec != layer_codec(codec):
        raise InvalidLock(
            f"the lock was made for {lock.codec}, this Prill compresses with {layer_codec(codec)}",
            hint="the layers' bytes would differ: run prill lock, or use the Prill that wrote the lock",
        )
    wanted = _images(lock, request)
    if len(wanted) > 1 and not request.several:
        from prill.oci.archive_writer import SeveralPlatforms  # noqa: PLC0415 - only for a mistake

        raise SeveralPlatforms(image.platform for image in wanted)
    needed = {package.sha256: package for image in wanted for package in image.packages}
    packages = PackageStore(
        _fetch(lock, spec, services, tuple(needed.values())),
        request.members,
        fetch_again=partial(_fetch_again, lock, spec, services),
    )
    packages.begin(wanted[0].packages)
    from prill.api.images import build_image, join_images  # noqa: PLC0415 - while threads unpack packages
    from prill.api.sources import source_store  # noqa: PLC0415
    from prill.build.assemble import Ingredients  # noqa: PLC0415
    from prill.oci.memory import MemoryStore  # noqa: PLC0415

    ingredients = Ingredients(
        packages=packages,
        blobs=source_store(request.folder, services).blob,
        cache=request.members,
        codec=codec,
        epoch=lock.source_date_epoch,
        released=max((release.date for release in lock.releases), default=lock.source_date_epoch),
    )
    images = []
    for image in wanted:
        services.progress.update(f"building {image.platform}", 0, 0)
        images.append(build_image(lock, spec, image, ingredients))
    blobs, entries = join_images(lock, spec, images)
    return BuiltSet(lock=lock, images=tuple(images), entries=entries, store=MemoryStore(blobs, entries=entries))


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


def _fetch_again(lock: Lock, spec: Spec, services: Services, package: LockedPackage) -> Path:
    """Replace a package that is damaged in the cache."""
    from prill.api.archives import fetch_packages  # noqa: PLC0415 - a rare thing

    name = package.filename.rpartition("/")[2]
    services.note(f"{name} was damaged in the cache: it is fetched again")
    services.cache.discard(Digest("sha256", package.sha256))
    return fetch_packages(lock, spec, services, (package,))[package.sha256]
