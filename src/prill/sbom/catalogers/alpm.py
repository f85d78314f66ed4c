"""Packages of Arch Linux and its descendants, by pacman's local database."""

import posixpath
from collections.abc import Sequence

from prill.distro.alpm.installed import InstalledAlpm, parse_desc, parse_files
from prill.model import Distro, Gap
from prill.model.license_expressions import stated_license
from prill.model.purl_value import build_purl
from prill.model.report import NO_ALPM_LICENCE
from prill.sbom.cataloger import Catalogued, Evidence, FoundFile, Seen, Surroundings, read_bounded
from prill.sbom.listing import ListedPackage, dependencies_by_name, package_of

__all__ = ["ALPM", "AlpmCataloger", "AlpmEvidence"]

_LOCAL = "var/lib/pacman/local"


class AlpmEvidence(Evidence, frozen=True):
    """One file's worth: a package (``desc``), or the paths of the one whose folder it is in (``files``)."""

    package: InstalledAlpm | None = None
    licenses: str = ""
    paths: tuple[str, ...] = ()


class AlpmCataloger:
    """Reads ``desc`` and ``files``."""

    id = "alpm"
    version = 4
    patterns = (f"{_LOCAL}/*/desc", f"{_LOCAL}/*/files")
    programs = False
    evidence = AlpmEvidence

    def read(self, file: FoundFile) -> AlpmEvidence | None:
        """Read one file; raise `InvalidAlpmDatabase` or `FileTooLarge`."""
        data = read_bounded(file)
        if posixpath.basename(file.path) == "files":
            return AlpmEvidence(paths=parse_files(data))
        package = parse_desc(data)
        return AlpmEvidence(package=package, licenses=stated_license("\n".join(package.licenses)))

    def catalog(self, seen: Sequence[Seen[AlpmEvidence]], image: Surroundings) -> Catalogued:
        """Return the packages, their files, and who needs whom."""
        paths = {posixpath.dirname(one.path): one.evidence.paths for one in seen if one.evidence.package is None}
        found = [
            (
                _listed(package, one.evidence.licenses, image.distro, paths.get(posixpath.dirname(one.path), ())),
                one.location,
            )
            for one in seen
            if (package := one.evidence.package)
        ]
        packages = tuple(package_of(listed, location, self.id) for listed, location in found)
        return Catalogued(
            packages=packages,
            relationships=tuple(dependencies_by_name(listed for listed, _ in found)),
            owned=tuple((listed.purl, listed.paths) for listed, _ in found),
            gaps=tuple(Gap(one.name, NO_ALPM_LICENCE) for one in packages if not one.licenses),
        )


ALPM = AlpmCataloger()


def _listed(read: InstalledAlpm, licenses: str, distro: Distro | None, paths: tuple[str, ...]) -> ListedPackage:
    release = distro.version if distro else ""
    qualifiers = {
        "arch": read.architecture,
        "distro": f"{distro.id}-{release}" if distro and release else "",  # Arch itself has no releases
        "upstream": read.base if read.base != read.name else "",
    }
    return ListedPackage(
        name=read.name,
        version=read.version,
        purl=build_purl(
            type="alpm",
            namespace=distro.id if distro else "arch",
            name=read.name,
            version=read.version,
            qualifiers=qualifiers,
        ),
        licenses=licenses,
        summary=read.summary,
        homepage=read.homepage,
        author=read.packager,
        requires=read.depends,
        provides=read.provides,
        paths=paths,
    )
