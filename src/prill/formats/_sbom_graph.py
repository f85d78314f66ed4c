"""From elements and the edges between them, as SPDX has them, to the inner model."""

from collections.abc import Iterable, Mapping, Sequence

from prill.formats._documents import nameless, with_purl
from prill.formats._sbom_reading import (
    canonical_purl,
    details_of,
    distro_of_purls,
    joined_licenses,
    platform_in,
    strongest,
)
from prill.formats._spdx_words import Words
from prill.model import (
    Distro,
    Gap,
    Package,
    PackageFile,
    Relationship,
    RelationshipKind,
    Sbom,
    Subject,
)
from prill.model.purl import Purl
from prill.model.value import dataclass, field

__all__ = ["CONTAINS", "DEPENDS", "OWNS", "Edge", "Node", "sbom_of"]

CONTAINS = "contains"
DEPENDS = "depends"
OWNS = "owns"
_PLATFORM = "platform: "
_SYSTEM = frozenset({"deb", "apk", "rpm", "alpm"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A package or a file of a document. ``is_place`` is a package that only says where others were found."""

    name: str
    version: str = ""
    purl: str = ""
    purpose: str = ""
    license: str = ""
    supplier: str = ""
    is_file: bool = False
    is_place: bool = False
    sha256: str = ""
    sha1: str = ""
    hashes: tuple[tuple[str, str], ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)
    words: Words = field(default_factory=Words)

    def file(self) -> PackageFile:
        """Return the file that this is."""
        return PackageFile(self.name.removeprefix("./").lstrip("/"), self.sha256, self.sha1)


@dataclass(frozen=True, slots=True)
class Edge:
    """``one`` contains, depends on or owns ``other``; both are names of nodes."""

    one: str
    other: str
    kind: str


def sbom_of(
    nodes: Mapping[str, Node],
    edges: Sequence[Edge],
    *,
    roots: Sequence[str],
    name: str,
    created: int,
    creators: tuple[str, ...],
    gaps: Iterable[Gap],
) -> Sbom:
    """Return the SBOM of a document: one root is its subject, several are packages like the others."""
    found = list(gaps)
    root = roots[0] if len(roots) == 1 and roots[0] in nodes and not nodes[roots[0]].is_file else ""
    systems = {key for key, node in nodes.items() if node.purpose == "operating-system" and not node.purl}
    listed = {
        key: node
        for key, node in nodes.items()
        if key != root and key not in systems and not node.is_file and not node.is_place
    }
    purls = {key: canonical_purl(node.purl, found) for key, node in listed.items()}
    identities = {key: purls[key][0] or nameless(node.name, node.version) for key, node in listed.items()}
    owners = {edge.other: edge.one for edge in edges if edge.kind == OWNS and _may_own(edge, purls)}
    files = _files(nodes, edges)
    packages = tuple(
        _package(
            node, *purls[key], owner=identities.get(owners.get(key, ""), node.words.owner), files=files.get(key, ())
        )
        for key, node in listed.items()
    )
    owned = {file for key in listed for file in files.get(key, ())}
    unowned = {node.file() for node in nodes.values() if node.is_file} - owned
    system = next((nodes[key] for key in sorted(systems)), None)
    return Sbom(
        subject=_subject(nodes.get(root), name),
        packages=tuple(sorted(packages, key=lambda one: (one.purl, one.name, one.version))),
        relationships=tuple(sorted(set(_relationships(edges, identities, owners)))),
        distro=_distro(system) if system else distro_of_purls(purl for _, purl in purls.values()),
        unowned=tuple(sorted(unowned)),
        gaps=tuple(sorted(set(found))),
        created=created,
        creators=creators,
    )


def _may_own(edge: Edge, purls: Mapping[str, tuple[str, Purl | None]]) -> bool:
    """Only a distribution's package owns another, and only one that is not a distribution's."""
    owner, owned = purls.get(edge.one, ("", None))[1], purls.get(edge.other, ("", None))[1]
    return owner is not None and owner.type in _SYSTEM and (owned is None or owned.type not in _SYSTEM)


def _files(nodes: Mapping[str, Node], edges: Iterable[Edge]) -> dict[str, tuple[PackageFile, ...]]:
    found: dict[str, set[PackageFile]] = {}
    for edge in edges:
        if edge.kind == CONTAINS and edge.other in nodes and nodes[edge.other].is_file:
            found.setdefault(edge.one, set()).add(nodes[edge.other].file())
    return {key: tuple(sorted(files)) for key, files in found.items()}


def _relationships(
    edges: Iterable[Edge], identities: Mapping[str, str], owners: Mapping[str, str]
) -> Iterable[Relationship]:
    for edge in edges:
        one, other = identities.get(edge.one), identities.get(edge.other)
        if not one or not other or one == other:
            continue
        if edge.kind == DEPENDS:
            yield Relationship(one, other)
        elif owners.get(edge.other) == edge.one:
            yield Relationship(other, one, RelationshipKind.OWNED_BY)
        elif edge.kind == CONTAINS:
            yield Relationship(one, other, RelationshipKind.CONTAINS)


def _package(node: Node, text: str, purl: Purl | None, *, owner: str, files: tuple[PackageFile, ...]) -> Package:
    version = node.version or (purl.version if purl else "")
    return Package(
        name=node.name,
        version=version,
        purl=text,
        found_by=node.words.found_by,
        details=details_of(purl, node.name, version, told=node.told, digest=strongest(node.hashes)),
        licenses=joined_licenses([node.license]),
        locations=tuple(sorted(node.words.locations)),
        files=files,
        owner=owner,
        supplier=node.supplier,
        properties=tuple(node.words.properties),
    )


def _distro(node: Node) -> Distro:
    return Distro(id=node.name.lower(), version=node.version, name=node.told.get("summary", ""))


def _subject(node: Node | None, name: str) -> Subject:
    if node is None:
        return Subject(name=name)
    comment = node.told.get("comment", "")
    digest = strongest(node.hashes) if node.purpose == "container" else None
    platform = platform_in(comment.removeprefix(_PLATFORM)) if comment.startswith(_PLATFORM) else None
    subject = Subject(name=node.name, digest=digest, platform=platform, version="" if digest else node.version)
    return with_purl(subject, node.purl)
