"""Ubuntu's packages that an image was cut from with chisel, by its manifest.

The manifest does not name source packages, which Ubuntu's advisories are about; that is said as a gap.
"""

from collections.abc import Sequence

from prill.distro.chisel.manifest import ChiselPackage, parse_manifest
from prill.model import DebDetails, Digest, Distro, Gap, Location, Package
from prill.model.purl import deb_purl
from prill.sbom.cataloger import Catalogued, Evidence, FoundFile, Seen, Surroundings, read_bounded

__all__ = ["CHISEL", "ChiselCataloger", "ChiselEvidence"]

_MANIFEST = "var/lib/chisel/manifest.wall"


class ChiselEvidence(Evidence, frozen=True):
    """The manifest; ``faults`` are what is wrong with lines that are not read."""

    entries: tuple[ChiselPackage, ...]
    faults: tuple[str, ...] = ()


class ChiselCataloger:
    """Reads ``manifest.wall``."""

    id = "chisel"
    version = 3
    patterns = (_MANIFEST, "**/chisel/manifest.wall")
    programs = False
    evidence = ChiselEvidence

    def read(self, file: FoundFile) -> ChiselEvidence | None:
        """Read the manifest; raise `InvalidChiselManifest`, or what unpacking it does."""
        entries, faults = parse_manifest(read_bounded(file))
        return ChiselEvidence(entries=entries, faults=faults)

    def catalog(self, seen: Sequence[Seen[ChiselEvidence]], image: Surroundings) -> Catalogued:
        """Return the packages that dpkg's database does not have, and all of their files."""
        known = {(one.name, one.version): one.purl for one in image.found if one.purl.startswith("pkg:deb/")}
        packages = []
        owned = []
        for one in seen:
            for entry in one.evidence.entries:
                purl = known.get((entry.name, entry.version))
                if purl is None:
                    packages.append(_package(entry, one.location, image.distro))
                    purl = packages[-1].purl
                owned.append((purl, entry.paths))
        gaps = (
            Gap(f"/{one.path}", f"{self.id}: the manifest names no licences and no source packages") for one in seen
        )
        faults = (Gap(f"/{one.path}", f"{self.id}: {fault}") for one in seen for fault in one.evidence.faults)
        return Catalogued(packages=tuple(packages), owned=tuple(owned), gaps=(*(gaps if packages else ()), *faults))


CHISEL = ChiselCataloger()


def _package(entry: ChiselPackage, location: Location, distro: Distro | None) -> Package:
    return Package(
        name=entry.name,
        version=entry.version,
        purl=deb_purl(
            name=entry.name,
            version=entry.version,
            architecture=entry.architecture,
            distro=f"{distro.id}-{distro.version}" if distro else "ubuntu",
        ),
        found_by=ChiselCataloger.id,
        details=DebDetails(
            architecture=entry.architecture,
            source_name="",
            source_version="",
            summary=f"slices: {', '.join(entry.slices)}" if entry.slices else "",
            digest=Digest("sha256", entry.sha256) if len(entry.sha256) == 64 else None,  # noqa: PLR2004 - hex digits
        ),
        locations=(location,),
    )
