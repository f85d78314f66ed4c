"""Packages of Alpine, Wolfi and Chainguard, by apk's database, in its old place and its new one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from prill.model import ApkDetails, Distro, Gap, Location, Package
from prill.model.license_expressions import stated_license
from prill.model.purl_value import build_purl
from prill.model.report import NO_APK_LICENCE
from prill.sbom.cataloger import Catalogued, Evidence, FoundFile, Seen, Surroundings, dependencies, read_bounded

if TYPE_CHECKING:
    from prill.distro.apk.installed import InstalledApk

__all__ = ["APK", "ApkCataloger", "ApkEvidence"]

_MAX_DATABASE = 64 << 20
_VIRTUAL = "virtual meta package"
"""What apk notes as the summary of what ``apk add --virtual`` makes: a name for others, without anything of its own."""


class ApkEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One installed package."""

    name: str
    version: str
    architecture: str
    origin: str = ""
    licenses: str = ""
    maintainer: str = ""
    homepage: str = ""
    summary: str = ""
    depends: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


class ApkEvidence(Evidence, frozen=True):
    """The database; ``faults`` are what is wrong with paragraphs that are no packages."""

    entries: tuple[ApkEntry, ...]
    faults: tuple[str, ...] = ()


class ApkCataloger:
    """Reads ``installed``."""

    id = "apk"
    version = 5
    patterns = ("lib/apk/db/installed", "usr/lib/apk/db/installed")
    programs = False
    evidence = ApkEvidence

    def read(self, file: FoundFile) -> ApkEvidence | None:
        """Read the database; raise `InvalidApkDatabase` or `FileTooLarge`."""
        from prill.distro.apk.installed import parse_installed  # noqa: PLC0415 - one distribution's

        found, faults = parse_installed(read_bounded(file, _MAX_DATABASE))
        return ApkEvidence(entries=tuple(map(_entry, found)), faults=faults)

    def catalog(self, seen: Sequence[Seen[ApkEvidence]], image: Surroundings) -> Catalogued:
        """Return the packages, their files, and who needs whom."""
        found = [(_package(entry, one.location, image.distro), entry) for one in seen for entry in one.evidence.entries]
        return Catalogued(
            packages=tuple(package for package, _ in found),
            relationships=dependencies(
                (package, (entry.name, *entry.provides), entry.depends) for package, entry in found
            ),
            owned=tuple((package.purl, entry.paths) for package, entry in found),
            gaps=(
                *(Gap(f"/{one.path}", f"{self.id}: {fault}") for one in seen for fault in one.evidence.faults),
                *(
                    Gap(package.name, NO_APK_LICENCE)
                    for package, entry in found
                    if not package.licenses and entry.summary != _VIRTUAL
                ),
            ),
        )


APK = ApkCataloger()


def _entry(found: "InstalledApk") -> ApkEntry:
    return ApkEntry(
        name=found.name,
        version=found.version,
        architecture=found.architecture,
        origin=found.origin,
        licenses=stated_license(found.license),
        maintainer=found.maintainer,
        homepage=found.homepage,
        summary=found.summary,
        depends=found.depends,
        provides=found.provides,
        paths=found.paths,
    )


def _package(entry: ApkEntry, location: Location, distro: Distro | None) -> Package:
    qualifiers = {
        "arch": entry.architecture,
        "distro": f"{distro.id}-{distro.version}" if distro else "",
        "upstream": entry.origin if entry.origin != entry.name else "",
    }
    return Package(
        name=entry.name,
        version=entry.version,
        purl=build_purl(
            type="apk",
            namespace=distro.id if distro else "alpine",
            name=entry.name,
            version=entry.version,
            qualifiers=qualifiers,
        ),
        found_by=ApkCataloger.id,
        details=ApkDetails(
            architecture=entry.architecture,
            origin=entry.origin,
            maintainer=entry.maintainer,
            homepage=entry.homepage,
            summary=entry.summary,
        ),
        licenses=entry.licenses,
        locations=(location,),
    )
