"""From a spec to its lock: resolve, fetch, verify, and write down what was seen.

1. The signed releases of the distribution are verified, and its package indexes read (`distro.deb.archive`).
2. For each architecture the image and each variant are resolved.
3. Every package and every ``files`` source is fetched and verified, which also tells the packages' build dates.
4. Layers are assigned; a former lock's assignment is kept as far as it goes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from prill.archive.ar import read_ar
from prill.archive.codecs import Codec
from prill.build.layers import choose_groups
from prill.build.lock import (
    LOCK_VERSION,
    ExcludedPackage,
    Lock,
    LockedFile,
    LockedPackage,
    LockedPlatform,
    LockedRelease,
    Reason,
    SpecInput,
)
from prill.build.members import layer_codec
from prill.build.packages import UnusablePackage
from prill.build.spec import FileSource, Spec
from prill.build.spec_json import spec_to_json
from prill.build.spec_subject import subject
from prill.build.spec_variant import apply_variant
from prill.build.variants import check_variant
from prill.distro.deb.archive import Archive, Wanted
from prill.distro.deb.downloads import Progress as Downloaded
from prill.distro.deb.index import PackageIndex, Universe
from prill.distro.deb.release import SignedRelease
from prill.distro.deb.requirement import Requirement
from prill.distro.deb.resolve import Chosen, Resolution, resolve
from prill.distro.deb.resolve import Reason as Wish
from prill.errors import PrillError
from prill.model.value import dataclass

__all__ = ["FileFetcher", "LockRequest", "make_lock"]

_RESERVED_LAYERS = 2


class FileFetcher(Protocol):
    """Finds and fetches ``files`` sources; what it returns lies in the cache under its digest."""

    def lock(self, source: FileSource, *, architecture: str, architectures: Iterable[str] = ()) -> LockedFile:
        """Resolve a source to a digest and make sure that its bytes are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRequest:
    """What is to be locked; ``former`` is the lock that is replaced; ``epoch`` is the environment's, if set."""

    spec: Spec
    inputs: tuple[SpecInput, ...]
    prill: str
    epoch: int | None = None
    former: Lock | None = None
    progress: Callable[[Downloaded], None] | None = None


def make_lock(request: LockRequest, archive: Archive, files: FileFetcher) -> Lock:
    """Resolve and fetch everything; raise what the archive, the resolver or a source raises."""
    spec = request.spec
    releases = archive.releases()
    images: list[LockedPlatform] = []
    for architecture in spec.archs:
        universe = Universe.of(
            [PackageIndex.parse(data, pocket=release.pocket) for release, data in archive.packages(architecture)]
        )
        production = _resolve(request, universe, architecture, "", files)
        variants = [_resolve(request, universe, architecture, name, files) for name, _ in spec.variants]
        for variant in variants:
            check_variant(variant, production)
        images += (production, *variants)
    paths = archive.fetch_all(_wanted(images), progress=request.progress)
    images = [_dated(image, paths) for image in images]
    newest = max((package.built for image in images for package in image.packages), default=0)
    epoch = next((one for one in (spec.source_date_epoch, request.epoch) if one is not None), newest)
    return Lock(
        lock_version=LOCK_VERSION,
        prill=request.prill,
        name=spec.name,
        inputs=request.inputs,
        spec=msgspec.Raw(spec_to_json(spec)),
        distribution=spec.contents.distribution,
        source_date_epoch=epoch,
        codec=layer_codec(Codec(spec.compression)),
        releases=tuple(map(_release, releases)),
        images=tuple(images),
    )


def _resolve(
    request: LockRequest, universe: Universe, architecture: str, variant: str, files: FileFetcher
) -> LockedPlatform:
    spec = apply_variant(request.spec, variant)
    resolution: Resolution = resolve(
        universe,
        requirements=tuple(map(Requirement.parse, spec.contents.packages)),
        exclude=tuple(one.name for one in spec.contents.exclude),
        architecture=architecture,
    )
    packages = tuple(_package(chosen) for chosen in resolution.packages)
    platform = f"linux/{architecture}"
    locked_files = []
    for source in spec.files:
        if not source.archs or architecture in source.archs:
            with subject(source):
                locked_files.append(files.lock(source, architecture=architecture, architectures=spec.archs))
    sizes: dict[str, int] = {}
    for package in packages:
        sizes[package.source] = sizes.get(package.source, 0) + package.installed_size
    return LockedPlatform(
        platform=platform,
        variant=variant,
        packages=packages,
        excluded=tuple(
            ExcludedPackage(name=one.name, wanted_by=tuple(map(_reason, one.wanted_by)))
            for one in resolution.excluded
            if one.wanted_by
        ),
        files=tuple(locked_files),
        groups=choose_groups(
            sizes,
            budget=spec.layering.budget,
            previous=_former_groups(request.former, platform, variant),
            reserved=_RESERVED_LAYERS + bool(locked_files),
        ),
    )


def _former_groups(former: Lock | None, platform: str, variant: str) -> Sequence[str]:
    images = former.images if former is not None else ()
    return next((one.groups for one in images if (one.platform, one.variant) == (platform, variant)), ())


def _package(chosen: Chosen) -> LockedPackage:
    record = chosen.record
    size = record.fields.get("Installed-Size", "")
    return LockedPackage(
        name=record.name,
        version=record.version,
        architecture=record.architecture,
        source=record.source_name,
        source_version=record.source_version,
        pocket=record.pocket,
        filename=record.filename,
        size=record.size,
        sha256=record.sha256,
        installed_size=int(size) * 1024 if size.isdigit() else record.size,
        reasons=tuple(_reason(one) for one in chosen.reasons),
    )


def _reason(reason: Wish) -> Reason:
    return Reason(wanted_by=reason.package, field=reason.field, relation=reason.relation)


def _wanted(images: Sequence[LockedPlatform]) -> tuple[Wanted, ...]:
    found = {
        package.sha256: Wanted(
            filename=package.filename, size=package.size, sha256=package.sha256, pocket=package.pocket
        )
        for image in images
        for package in image.packages
    }
    return tuple(found.values())


def _dated(image: LockedPlatform, paths: Mapping[str, Path]) -> LockedPlatform:
    packages = tuple(
        msgspec.structs.replace(package, built=_built(package, paths[package.sha256])) for package in image.packages
    )
    return msgspec.structs.replace(image, packages=packages)


def _built(package: LockedPackage, path: Path) -> int:
    """Return the time in the .deb's first member, which is its build's SOURCE_DATE_EPOCH; raise `UnusablePackage`."""
    try:
        with path.open("rb") as stream:
            return next((member.mtime for member in read_ar(stream)), 0)
    except PrillError as error:
        raise UnusablePackage(f"{package.filename.rpartition('/')[2]}: {error}", hint=error.hint) from error


def _release(release: SignedRelease) -> LockedRelease:
    return LockedRelease(
        pocket=release.pocket,
        suite=release.suite,
        codename=release.codename,
        origin=release.origin,
        version=release.version,
        date=release.date,
        valid_until=release.valid_until,
        inrelease_sha256=release.inrelease_sha256,
        signers=release.signers,
    )
