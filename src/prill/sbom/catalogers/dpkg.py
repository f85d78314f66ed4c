"""Debian's and its descendants' packages: dpkg's database, and distroless's form of it.

``/var/lib/dpkg/status`` has a paragraph a package (dpkg(1)); ``/var/lib/dpkg/status.d/NAME`` is one control file each,
as distroless images have them. ``info/NAME.list`` and md5sums say which files are whose, copyright files the licences.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from prill.distro.deb.control import parse_paragraphs
from prill.distro.deb.copyright import read_copyright
from prill.distro.deb.relations import InvalidRelation, parse_relations
from prill.distro.deb.version import InvalidVersion
from prill.model import DebDetails, Distro, FileKind, Gap, Location, Package, Relationship
from prill.model.purl import deb_purl
from prill.model.regex import regex
from prill.model.report import NO_DEB_LICENCE
from prill.sbom.cataloger import Catalogued, Evidence, FoundFile, Seen, Surroundings, read_bounded

__all__ = ["DPKG", "DpkgCataloger", "DpkgEvidence"]

_STATUS = "var/lib/dpkg/status"
_STATUS_D = "var/lib/dpkg/status.d/"
_INFO = "var/lib/dpkg/info/"
_DOC = "usr/share/doc/"
_SOURCE = regex(r"(\S+)(?:\s*\(([^()\s]+)\))?")
_MAX_STATUS = 64 << 20


class DpkgEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is kept of one paragraph; ``source`` is the field as it stands."""

    name: str
    version: str
    architecture: str
    source: str = ""
    maintainer: str = ""
    homepage: str = ""
    summary: str = ""
    depends: str = ""
    provides: str = ""


class DpkgEvidence(Evidence, frozen=True):
    """One file's worth: packages, or whose files these are (``owner``), or the licences of ``owner``."""

    entries: tuple[DpkgEntry, ...] = ()
    owner: str = ""
    paths: tuple[str, ...] = ()
    licenses: str = ""


class DpkgCataloger:
    """Reads the database, in one file or in many."""

    id = "dpkg"
    version = 1
    patterns = (_STATUS, f"{_STATUS_D}*", f"{_INFO}*.list", f"{_INFO}*.md5sums", f"{_DOC}*/copyright")
    programs = False
    evidence = DpkgEvidence

    def read(self, file: FoundFile) -> DpkgEvidence | None:
        """Read the database or a part of it; raise `InvalidControlFile` or `FileTooLarge`."""
        path = file.path
        name = path.rpartition("/")[2]
        if path.startswith(_DOC):
            return DpkgEvidence(owner=path.split("/")[3], licenses=read_copyright(read_bounded(file)).expression)
        if path.endswith(".md5sums"):
            return DpkgEvidence(owner=name.removesuffix(".md5sums"), paths=_md5sums_paths(read_bounded(file)))
        if path.endswith(".list"):
            return DpkgEvidence(owner=name.removesuffix(".list"), paths=_list_paths(read_bounded(file)))
        return DpkgEvidence(entries=tuple(_entries(read_bounded(file, _MAX_STATUS))))

    def catalog(self, seen: Sequence[Seen[DpkgEvidence]], image: Surroundings) -> Catalogued:
        """Join the packages with their files and licences."""
        licenses = {one.evidence.owner: one.evidence.licenses for one in seen if one.path.startswith(_DOC)}
        paths: dict[str, set[str]] = {}
        for one in seen:
            if one.evidence.paths:
                paths.setdefault(one.evidence.owner, set()).update(one.evidence.paths)
        packages: dict[str, Package] = {}
        entries: dict[str, DpkgEntry] = {}
        owned = []
        for one in seen:
            for entry in one.evidence.entries:
                package = _package(entry, one.location, _licenses(entry.name, licenses, image), image.distro)
                packages[package.purl] = package
                entries[package.purl] = entry
                files = paths.get(entry.name) or paths.get(f"{entry.name}:{entry.architecture}") or ()
                owned.append((package.purl, tuple(sorted(files))))
        gaps = tuple(Gap(package.name, NO_DEB_LICENCE) for package in packages.values() if not package.licenses)
        return Catalogued(
            packages=tuple(packages.values()), relationships=_relationships(entries), owned=tuple(owned), gaps=gaps
        )


DPKG = DpkgCataloger()


def _entries(data: bytes) -> Iterator[DpkgEntry]:
    for fields in parse_paragraphs(data):
        status = fields.get("Status", "install ok installed").split()
        if "Package" not in fields or status[-1] in ("not-installed", "config-files"):
            continue
        yield DpkgEntry(
            name=fields["Package"],
            version=fields.get("Version", ""),
            architecture=fields.get("Architecture", ""),
            source=fields.get("Source", ""),
            maintainer=fields.get("Maintainer", ""),
            homepage=fields.get("Homepage", ""),
            summary=fields.get("Description", "").partition("\n")[0],
            depends=", ".join(filter(None, (fields.get("Pre-Depends"), fields.get("Depends")))),
            provides=fields.get("Provides", ""),
        )


def _md5sums_paths(data: bytes) -> tuple[str, ...]:
    lines = data.decode("utf-8", "surrogateescape").splitlines()
    return tuple(line[34:].strip().removeprefix("./").strip("/") for line in lines if len(line) > 34)  # noqa: PLR2004


def _list_paths(data: bytes) -> tuple[str, ...]:
    return tuple(line.strip("/") for line in data.decode("utf-8", "surrogateescape").splitlines() if line.strip("/."))


def _package(entry: DpkgEntry, location: Location, licenses: str, distro: Distro | None) -> Package:
    match = _SOURCE.fullmatch(entry.source)
    source, source_version = (match[1], match[2] or entry.version) if match else (entry.name, entry.version)
    return Package(
        name=entry.name,
        version=entry.version,
        purl=deb_purl(
            name=entry.name,
            version=entry.version,
            architecture=entry.architecture,
            distro=f"{distro.id}-{distro.version}" if distro else "debian",
            source_name=source,
            source_version=source_version,
        ),
        found_by=DpkgCataloger.id,
        details=DebDetails(
            architecture=entry.architecture,
            source_name=source,
            source_version=source_version,
            maintainer=entry.maintainer,
            homepage=entry.homepage,
            summary=entry.summary,
        ),
        licenses=licenses,
        locations=(location,),
    )


def _licenses(name: str, licenses: Mapping[str, str], image: Surroundings) -> str:
    """Return a package's licences, or those of the one its documentation folder links to (Debian Policy 12.3)."""
    if name in licenses:
        return licenses[name]
    link = image.tree.stat(f"{_DOC}{name}")
    if link is None or link.kind is not FileKind.SYMLINK:
        return ""
    return licenses.get(link.link.rpartition("/")[2], "")


def _relationships(entries: Mapping[str, DpkgEntry]) -> tuple[Relationship, ...]:
    """Return who depends on whom, as far as the others are there; of alternatives, on each that is."""
    by_name: dict[str, set[str]] = {}
    for purl, entry in entries.items():
        by_name.setdefault(entry.name, set()).add(purl)
        for name in _names(entry.provides):
            by_name.setdefault(name, set()).add(purl)
    return tuple(
        Relationship(purl, other)
        for purl, entry in entries.items()
        for name in _names(entry.depends)
        for other in sorted(by_name.get(name, ()))
        if other != purl
    )


def _names(text: str) -> Iterator[str]:
    try:
        groups = parse_relations(text) if text else ()
    except (InvalidRelation, InvalidVersion):
        return
    for group in groups:
        yield from (relation.name for relation in group)
