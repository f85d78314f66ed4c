"""Debian's and its descendants' packages: dpkg's database, and distroless's form of it.

``/var/lib/dpkg/status`` has a paragraph a package (dpkg(1)); ``/var/lib/dpkg/status.d/NAME`` is one control file each,
as distroless images have them. ``info/NAME.list`` and md5sums say which files are whose, copyright files the licences.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from prill.distro.deb.control import InvalidControlFile, parse_paragraph, split_paragraphs
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
_NAME = regex(r"[A-Za-z0-9][A-Za-z0-9+._-]{0,255}")
_MAX_STATUS = 64 << 20
_MAX_FAULTS = 20
_MAX_VALUE = 1000
_IDENTIFYING = ("Version", "Architecture", "Source")


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
    """One file's worth: packages, or whose files these are (``owner``), or the licences of ``owner``.

    ``faults`` are what is wrong with paragraphs that are no packages.
    """

    entries: tuple[DpkgEntry, ...] = ()
    owner: str = ""
    paths: tuple[str, ...] = ()
    licenses: str = ""
    faults: tuple[str, ...] = ()


class DpkgCataloger:
    """Reads the database, in one file or in many."""

    id = "dpkg"
    version = 2
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
        faults: list[str] = []
        entries = tuple(_entries(read_bounded(file, _MAX_STATUS), faults))
        if faults and not entries:
            raise InvalidControlFile(faults[0])
        return DpkgEvidence(entries=entries, faults=tuple(faults))

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
        faults = (Gap(f"/{one.path}", f"{self.id}: {fault}") for one in seen for fault in one.evidence.faults)
        unlicensed = (Gap(package.name, NO_DEB_LICENCE) for package in packages.values() if not package.licenses)
        return Catalogued(
            packages=tuple(packages.values()),
            relationships=_relationships(entries),
            owned=tuple(owned),
            gaps=(*faults, *unlicensed),
        )


DPKG = DpkgCataloger()


def _entries(data: bytes, faults: list[str]) -> Iterator[DpkgEntry]:
    """Yield the packages; what is wrong with paragraphs that are none is added to ``faults``."""
    for text in split_paragraphs(data):
        try:
            fields = _paragraph(text)
        except InvalidControlFile as error:
            _note(faults, str(error))
            continue
        status = fields.get("Status", "installed").split()
        if not fields or (status and status[-1] in ("not-installed", "config-files")):
            continue
        name = fields.get("Package", "")
        if not _NAME.fullmatch(name) or any(len(fields.get(field, "")) > _MAX_VALUE for field in _IDENTIFYING):
            _note(faults, f"a package of dpkg's database has the name {name[:80]!r}: {text[:80]!r}")
            continue
        yield DpkgEntry(
            name=name,
            version=fields.get("Version", ""),
            architecture=fields.get("Architecture", ""),
            source=fields.get("Source", ""),
            maintainer=fields.get("Maintainer", ""),
            homepage=fields.get("Homepage", ""),
            summary=fields.get("Description", "").partition("\n")[0],
            depends=", ".join(filter(None, (fields.get("Pre-Depends"), fields.get("Depends")))),
            provides=fields.get("Provides", ""),
        )


def _paragraph(text: bytes) -> dict[str, str]:
    """Read a paragraph; what is no UTF-8 in it, as in the names of people in old packages, hides nothing else."""
    try:
        return parse_paragraph(text)
    except InvalidControlFile:
        if text.isascii():
            raise
        try:
            return parse_paragraph(text.decode("utf-8", "replace").encode())
        except InvalidControlFile:
            pass
        raise


def _note(faults: list[str], fault: str) -> None:
    if len(faults) <= _MAX_FAULTS:
        faults.append(fault if len(faults) < _MAX_FAULTS else "more of its paragraphs are no packages")


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
