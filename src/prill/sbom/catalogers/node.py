"""Node.js packages that are installed.

Every ``package.json`` with a name and a version counts, also of a copy that lies inside another package. One without a
version is none: such files only tell bundlers how to read a folder.
"""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter

from prill.ecosystems.integrity import integrity_digest
from prill.model import FileKind, FileTree, LanguageDetails, Location, Package, Relationship, RelationshipKind
from prill.model.purl_value import build_purl
from prill.sbom.cataloger import Catalogued, Evidence, FoundFile, Seen, Surroundings, read_bounded

__all__ = ["NODE", "NodeCataloger", "NodeEvidence"]

_BY_ENDS = attrgetter("purl", "other", "kind")  # as relationships compare, in fewer steps
_MAX_PACKAGE_JSON = 4 << 20
_MAX_LINKS = 5
_NOTES = "node_modules/.package-lock.json"


class NodeEvidence(Evidence, frozen=True):
    """One installed package; or what npm notes of all of a ``node_modules``: place, version and integrity of each."""

    name: str = ""
    version: str = ""
    licenses: str = ""
    summary: str = ""
    homepage: str = ""
    author: str = ""
    requires: tuple[str, ...] = ()
    noted: tuple[tuple[str, str, str], ...] = ()


class NodeCataloger:
    """Reads ``package.json``, and the digests that npm leaves beside what it installed."""

    id = "node"
    version = 6
    patterns = ("**/package.json", f"**/{_NOTES}")
    programs = False
    evidence = NodeEvidence

    def read(self, file: FoundFile) -> NodeEvidence | None:
        """Read one file; raise `InvalidPackageJson` or `FileTooLarge`."""
        from prill.ecosystems.node import parse_integrities, parse_package_json  # noqa: PLC0415 - not in every image

        if file.path.endswith(_NOTES):
            return NodeEvidence(noted=parse_integrities(read_bounded(file)))
        found = parse_package_json(read_bounded(file, _MAX_PACKAGE_JSON))
        if found is None:
            return None
        return NodeEvidence(
            name=found.name,
            version=found.version,
            licenses=found.licenses,
            summary=found.summary,
            homepage=found.homepage,
            author=found.author,
            requires=found.requires,
        )

    def catalog(self, seen: Sequence[Seen[NodeEvidence]], image: Surroundings) -> Catalogued:
        """Return the packages, what each finds of what it needs, and which lie inside another."""
        integrities = {
            (posixpath.join(one.path.removesuffix(_NOTES), place), version): integrity
            for one in seen
            for place, version, integrity in one.evidence.noted
        }
        found = {posixpath.dirname(one.path): one for one in seen if one.evidence.name}
        packages = [
            _package(one.evidence, one.location, integrities.get((folder, one.evidence.version), ""))
            for folder, one in found.items()
        ]
        places = {folder: package.purl for folder, package in zip(found, packages, strict=True)}
        relationships: set[Relationship] = set()
        for folder, one in found.items():
            relationships |= _relationships(folder, one.evidence.requires, places, image.tree)
        return Catalogued(packages=tuple(packages), relationships=tuple(sorted(relationships, key=_BY_ENDS)))


NODE = NodeCataloger()


def _enclosing(folder: str) -> str:
    """Return the folder of the installed package that ``folder`` lies in: right under ``node_modules`` or a scope."""
    above, marker, inside = folder.rpartition("node_modules/")
    if not marker:
        return folder
    parts = inside.split("/")
    return above + marker + "/".join(parts[: 2 if inside.startswith("@") else 1])


def _package(entry: NodeEvidence, location: Location, integrity: str) -> Package:
    namespace, _, name = entry.name.rpartition("/")
    return Package(
        name=entry.name,
        version=entry.version,
        purl=build_purl(type="npm", namespace=namespace, name=name, version=entry.version),
        found_by=NodeCataloger.id,
        details=LanguageDetails(
            homepage=entry.homepage,
            summary=entry.summary,
            author=entry.author,
            digest=integrity_digest(integrity),
        ),
        licenses=entry.licenses,
        locations=(location,),
    )


def _relationships(
    folder: str, requires: Sequence[str], places: Mapping[str, str], tree: FileTree
) -> set[Relationship]:
    own = places[folder]
    found = {Relationship(own, other) for name in requires if (other := _resolve(folder, name, places, tree))}
    around = places.get(_enclosing(folder), own)
    found.add(Relationship(around, own, RelationshipKind.CONTAINS))  # a copy that its author put into a package
    return {one for one in found if one.purl != one.other}


def _resolve(folder: str, name: str, places: Mapping[str, str], tree: FileTree) -> str:
    """Find a dependency as Node.js does: in the ``node_modules`` beside, then in each folder above."""
    for place in _candidates(folder, name):
        if found := places.get(place) or places.get(_behind(place, tree), ""):
            return found
    return ""


def _behind(place: str, tree: FileTree) -> str:
    """Return where a link leads, as pnpm makes them to where each package lies, and npm to a workspace's projects."""
    for _ in range(_MAX_LINKS):
        stat = tree.stat(place)
        if stat is None or stat.kind is not FileKind.SYMLINK:
            break
        place = posixpath.normpath(posixpath.join("/", posixpath.dirname(place), stat.link)).lstrip("/")
    return place


def _candidates(folder: str, name: str) -> Iterator[str]:
    while folder:
        above, _, last = folder.rpartition("/")
        if last != "node_modules":
            yield f"{folder}/node_modules/{name}"
        folder = above
    yield f"node_modules/{name}"
