"""What the lock and the assembly know about an image's contents, as an SBOM's model."""

from prill.build.assemble import MADE
from prill.build.image import BuiltImage
from prill.build.lock import LockedFile, LockedPackage
from prill.distro.deb.control import parse_paragraphs
from prill.model import (
    ArtifactDetails,
    DebDetails,
    Digest,
    Distro,
    FileKind,
    Gap,
    Location,
    Package,
    PackageFile,
    Relationship,
    Sbom,
    Subject,
)
from prill.model.purl import deb_purl, file_purl, npm_purl

__all__ = ["inventory"]

_FOUND_BY = "lock"
_WITH_CONTENT = (FileKind.FILE, FileKind.HARDLINK)


def inventory(image: BuiltImage, *, distro: Distro, created: int) -> Sbom:
    """Return the SBOM of ``image``: packages with files, licences and dependencies, and what no package owns."""
    assembly = image.assembly
    files: dict[str, list[PackageFile]] = {}
    for path, placed in assembly.root.placed.items():
        if placed.entry.kind in _WITH_CONTENT:
            files.setdefault(placed.owner, []).append(PackageFile(path, placed.entry.sha256, placed.entry.sha1))
    for path, placed in assembly.metadata.items():
        files.setdefault(MADE, []).append(PackageFile(path, placed.entry.sha256, placed.entry.sha1))
    for owned in files.values():
        owned.sort()
    packages = [_deb(image, one, distro, tuple(files.get(one.name, ()))) for one in assembly.image.packages]
    owners = {int(name.split(":")[1]): name for name in files if name.startswith("files:")}
    packages += [
        _artifact(locked, tuple(files.get(owners.get(number, ""), ())))
        for number, locked in enumerate(assembly.image.files, start=1)
    ]
    purls = {one.name: package.purl for one, package in zip(assembly.image.packages, packages, strict=False)}
    relationships = {
        Relationship(purls[reason.wanted_by], purls[one.name])
        for one in assembly.image.packages
        for reason in one.reasons
        if reason.wanted_by in purls
    }
    return Sbom(
        subject=Subject(
            name=assembly.spec.name + (f"-{image.variant}" if image.variant else ""),
            digest=image.manifest.digest,
            platform=image.platform,
        ),
        packages=tuple(sorted(packages, key=_purl)),
        relationships=tuple(sorted(relationships)),
        distro=distro,
        unowned=tuple(files.get(MADE, ())),
        gaps=tuple(
            Gap(one.name, "no licence could be read from its copyright file")
            for one in packages
            if isinstance(one.details, DebDetails) and not one.licenses
        ),
        created=created,
    )


def _purl(package: Package) -> str:
    return package.purl


def _deb(image: BuiltImage, locked: LockedPackage, distro: Distro, files: tuple[PackageFile, ...]) -> Package:
    assembly = image.assembly
    listing = assembly.listings[locked.name]
    control = next(iter(parse_paragraphs(listing.control)), {})
    return Package(
        name=locked.name,
        version=locked.version,
        purl=deb_purl(
            name=locked.name,
            version=locked.version,
            architecture=locked.architecture,
            distro=f"{distro.id}-{distro.version}",
            source_name=locked.source,
            source_version=locked.source_version,
        ),
        found_by=_FOUND_BY,
        details=DebDetails(
            architecture=locked.architecture,
            source_name=locked.source,
            source_version=locked.source_version,
            maintainer=control.get("Maintainer", ""),
            homepage=control.get("Homepage", ""),
            summary=control.get("Description", "").partition("\n")[0],
            filename=locked.filename,
            digest=Digest("sha256", locked.sha256),
        ),
        licenses=_licenses(image, locked.name),
        locations=tuple(Location(path) for path, placed in assembly.metadata.items() if placed.owner == locked.name),
        files=files,
    )


def _licenses(image: BuiltImage, name: str) -> str:
    """Return a package's licences, or those of the one its documentation folder links to (Debian Policy 12.3)."""
    assembly = image.assembly
    own = assembly.listings[name].licenses
    link = assembly.root.placed.get(f"usr/share/doc/{name}")
    if own or link is None or link.entry.kind is not FileKind.SYMLINK:
        return own
    other = assembly.listings.get(link.entry.link.rpartition("/")[2])
    return other.licenses if other else ""


def _artifact(locked: LockedFile, files: tuple[PackageFile, ...]) -> Package:
    digest = Digest.parse(locked.digest)
    if locked.source.startswith("npm:"):
        name, _, version = locked.source.removeprefix("npm:").rpartition("@")
        purl = npm_purl(name=name, version=version)
    else:
        name = locked.source.rpartition("/")[2].removeprefix("file:") or locked.destination
        version = ""
        purl = file_purl(name=name, download_url=locked.source if "//" in locked.source else "", digest=digest)
    return Package(
        name=name,
        version=version,
        purl=purl,
        found_by=_FOUND_BY,
        details=ArtifactDetails(source=locked.source, digest=digest),
        files=files,
    )
