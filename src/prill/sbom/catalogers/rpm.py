"""Packages of rpm's database, in whichever form, and of the manifests that distroless rpm images have instead.

A manifest, ``/var/lib/rpmmanifest/container-manifest-2``, has a line a package, its fields separated by tabs, as
``rpm --query --queryformat`` wrote them: NEVRA's parts, sizes and times between them, and the source package.
"""

from collections.abc import Sequence

import msgspec

from prill.errors import PrillError
from prill.model import Distro, Gap, Location, Package, RpmDetails
from prill.model.license_expressions import stated_license
from prill.model.purl_value import build_purl
from prill.sbom.cataloger import (
    Catalogued,
    Evidence,
    FoundFile,
    Seen,
    Surroundings,
    Unreadable,
    dependencies,
    read_bounded,
)

__all__ = ["RPM", "RpmCataloger", "RpmEvidence"]

_MAX_DATABASE = 512 << 20
_MANIFEST = "var/lib/rpmmanifest/container-manifest-2"
_MANIFEST_FIELDS = 10
_MAX_VALUE = 1000
_FOLDERS = ("var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm")
_LOG = "rpmdb.sqlite-wal"
"""What SQLite has not yet written into the database. rpm empties it when it ends, so most images have none in it."""
_NAMES = ("rpmdb.sqlite", "Packages.db", "Packages")
_VENDORS = {"rhel": "redhat", "opensuse-leap": "opensuse", "opensuse-tumbleweed": "opensuse"}
"""Whose packages they are, as purls and the vendors' own documents say it, by os-release's ID."""


class RpmEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One installed package."""

    name: str
    version: str
    release: str = ""
    epoch: int | None = None
    architecture: str = ""
    source_rpm: str = ""
    licenses: str = ""
    vendor: str = ""
    homepage: str = ""
    summary: str = ""
    modularity: str = ""
    provides: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


class RpmEvidence(Evidence, frozen=True):
    """A database, or a manifest; ``unread`` is why there are, or may be, more packages than these."""

    entries: tuple[RpmEntry, ...] = ()
    unread: str = ""


class RpmCataloger:
    """Reads ``rpmdb.sqlite``, ``Packages.db`` (NDB), ``Packages`` (Berkeley DB) and ``container-manifest-2``."""

    id = "rpm"
    version = 5
    patterns = (*(f"{folder}/{name}" for folder in _FOLDERS for name in (*_NAMES, _LOG)), _MANIFEST)
    programs = False
    evidence = RpmEvidence

    def read(self, file: FoundFile) -> RpmEvidence | None:
        """Read one file; raise what reading the database does, or `Unreadable`."""
        if file.path.endswith(_LOG):
            return RpmEvidence(unread=f"{file.stat.size} bytes in the database's log are not in the database")
        data = read_bounded(file, _MAX_DATABASE)
        if file.path == _MANIFEST:
            return RpmEvidence(entries=_manifest(data))
        return _database(data)

    def catalog(self, seen: Sequence[Seen[RpmEvidence]], image: Surroundings) -> Catalogued:
        """Return the packages, their files, and who needs whom; keys that were imported are no packages."""
        found = [
            (_package(entry, one.location, image.distro), entry)
            for one in seen
            for entry in one.evidence.entries
            if entry.name != "gpg-pubkey"
        ]
        return Catalogued(
            packages=tuple(package for package, _ in found),
            relationships=dependencies(
                (package, (entry.name, *entry.provides), entry.requires) for package, entry in found
            ),
            owned=tuple((package.purl, entry.paths) for package, entry in found),
            gaps=tuple(Gap(f"/{one.path}", f"{self.id}: {one.evidence.unread}") for one in seen if one.evidence.unread),
        )


RPM = RpmCataloger()


def _database(data: bytes) -> RpmEvidence:
    """Read a database; a header that cannot be read hides no other, and what breaks off none before it."""
    from prill.distro.rpm.database import read_headers  # noqa: PLC0415 - SQLite, only where there is one

    entries: list[RpmEntry] = []
    faults: list[PrillError] = []
    try:
        for header in read_headers(data):
            try:
                entries.append(_entry(header))
            except PrillError as error:
                faults.append(error)
    except PrillError as error:
        faults.append(error)
    if faults and not entries:
        raise faults[0]
    more = f", and {len(faults) - 1} more" if len(faults) > 1 else ""
    return RpmEvidence(
        entries=tuple(entries), unread=f"not all packages could be read: {faults[0]}{more}" if faults else ""
    )


def _entry(header: bytes) -> RpmEntry:
    from prill.distro.rpm.header import parse_header  # noqa: PLC0415 - only where there is a database

    found = parse_header(header)
    longest = max(map(len, (found.name, found.version, found.release, found.architecture, found.source_rpm)))
    if not found.name or not found.version or longest > _MAX_VALUE:
        raise Unreadable(f"a header of rpm's has the name {found.name[:80]!r} and version {found.version[:80]!r}")
    return RpmEntry(
        name=found.name,
        version=found.version,
        release=found.release,
        epoch=found.epoch,
        architecture=found.architecture,
        source_rpm=found.source_rpm,
        licenses=stated_license(found.license),
        vendor=found.vendor,
        homepage=found.homepage,
        summary=found.summary,
        modularity=found.modularity,
        provides=found.provides,
        requires=found.requires,
        paths=found.paths,
    )


def _manifest(data: bytes) -> tuple[RpmEntry, ...]:
    entries = []
    for line in data.decode("utf-8", "replace").splitlines():
        fields = line.split("\t")
        if len(fields) < _MANIFEST_FIELDS:
            raise Unreadable(f"a line of the rpm manifest has {len(fields)} fields: {line[:160]!r}")
        name, version, _, _, vendor, epoch, _, architecture, _, source = fields[:_MANIFEST_FIELDS]
        plain, _, release = version.partition("-")
        entries.append(
            RpmEntry(
                name=name,
                version=plain,
                release=release,
                epoch=int(epoch) if epoch.isdecimal() and len(epoch) < 10 else None,  # noqa: PLR2004 - 32 bits
                architecture=architecture,
                source_rpm="" if source == "(none)" else source,
                vendor="" if vendor == "(none)" else vendor,
            )
        )
    return tuple(entries)


def _package(entry: RpmEntry, location: Location, distro: Distro | None) -> Package:
    version = f"{entry.version}-{entry.release}" if entry.release else entry.version
    qualifiers = {
        "arch": entry.architecture,
        "distro": f"{distro.id}-{distro.version}" if distro else "",
        "epoch": str(entry.epoch) if entry.epoch else "",
        "upstream": entry.source_rpm,
    }
    return Package(
        name=entry.name,
        version=f"{entry.epoch}:{version}" if entry.epoch else version,
        purl=build_purl(
            type="rpm",
            namespace=_VENDORS.get(distro.id, distro.id) if distro else "",
            name=entry.name,
            version=version,
            qualifiers=qualifiers,
        ),
        found_by=RpmCataloger.id,
        details=RpmDetails(
            architecture=entry.architecture,
            epoch=entry.epoch or 0,
            release=entry.release,
            source_rpm=entry.source_rpm,
            vendor=entry.vendor,
            modularity="" if entry.modularity == "(none)" else entry.modularity,
            homepage=entry.homepage,
            summary=entry.summary,
        ),
        licenses=entry.licenses,
        locations=(location,),
    )
