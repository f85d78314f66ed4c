"""Reads SPDX documents in JSON, 2.2 and 2.3.

The package that the document describes is what the SBOM is about; an operating system is the distribution;
relationships of kinds that the inner model does not have are counted in a gap.
"""

from collections import Counter

from prill.formats._sbom_graph import CONTAINS, DEPENDS, OWNS, Edge, Node, sbom_of
from prill.formats._sbom_reading import MAX_PACKAGES, Json, bound, parse_json, parse_time, refuse
from prill.formats._spdx_words import maintainer_of, read_words, stated_gaps
from prill.formats.spdx_schema import spdx2_faults
from prill.model import Gap, Sbom

__all__ = ["read_spdx", "read_spdx_packages"]

_PARTS = ("packages", "files", "relationships")
_KINDS = {
    "DEPENDS_ON": (DEPENDS, False),
    "DEPENDENCY_OF": (DEPENDS, True),
    "RUNTIME_DEPENDENCY_OF": (DEPENDS, True),
    "CONTAINS": (CONTAINS, False),
    "CONTAINED_BY": (CONTAINS, True),
    "PACKAGE_OF": (CONTAINS, True),
}
_SAME = "the same under another name"
_OVERLAP = "ownership-by-file-overlap"
_EVIDENT = "evident-by"  # syft says so of the files that a package's source information names, too
_ABOUT_THE_DOCUMENT = ("DESCRIBES", "DESCRIBED_BY")


def read_spdx_packages(data: bytes, source: str) -> Sbom:
    """Read a document about a part of something larger: what it describes is a package too. Raise `InvalidSbom`."""
    return read_spdx(parse_json(data, source), source, is_part=True)


def read_spdx(document: Json, source: str, *, is_part: bool = False) -> Sbom:
    """Turn a parsed document into an SBOM; raise `InvalidSbom`."""
    for part in _PARTS:
        bound(document, part, 4 * MAX_PACKAGES, source)
    refuse(spdx2_faults(document), source)
    creators = tuple(document["creationInfo"]["creators"])
    nodes = {one["SPDXID"]: _package(one) for one in document.get("packages", ())}
    nodes |= {one["SPDXID"]: _file(one) for one in document.get("files", ())}
    edges, ignored = _edges(document)
    roots = {
        one["relatedSpdxElement"] for one in document.get("relationships", ()) if one["relationshipType"] == "DESCRIBES"
    }
    gaps = [Gap(f"relationships {kind}", f"{count} are not carried over") for kind, count in ignored.items()]
    if document.get("snippets"):
        gaps.append(Gap("snippets", f"{len(document['snippets'])} are not carried over"))
    return sbom_of(
        nodes,
        edges,
        roots=() if is_part else sorted(roots | set(document.get("documentDescribes", ()))),
        name=document["name"],
        created=parse_time(document["creationInfo"]["created"]),
        creators=creators,
        gaps=[*gaps, *stated_gaps(document.get("comment", ""), creators)],
    )


def _edges(document: Json) -> tuple[list[Edge], Counter[str]]:
    edges, ignored = [], Counter[str]()
    for one in document.get("relationships", ()):
        kind, comment = one["relationshipType"], one.get("comment", "")
        ends = (one["spdxElementId"], one["relatedSpdxElement"])
        if comment.startswith((_SAME, _OVERLAP)):
            edges.append(Edge(*ends, OWNS))
        elif kind in _KINDS:
            what, turned = _KINDS[kind]
            edges.append(Edge(*(ends[::-1] if turned else ends), what))
        elif kind not in _ABOUT_THE_DOCUMENT and not comment.startswith(_EVIDENT):
            ignored[kind] += 1
    return edges, ignored


def _package(one: Json) -> Node:
    references = {ref["referenceType"]: ref["referenceLocator"] for ref in reversed(one.get("externalRefs", ()))}
    words = read_words(one.get("comment", ""), one.get("sourceInfo", ""))
    supplier, license_ = one.get("supplier", ""), one.get("licenseDeclared", "NOASSERTION")
    if license_ in ("NOASSERTION", "NONE"):
        license_ = one.get("licenseConcluded", "")
    purl = references.get("purl", "")
    targets = (*one.get("attributionTexts", ()), *(each.get("comment", "") for each in one.get("annotations", ())))
    return Node(
        name=one["name"],
        version=one.get("versionInfo", ""),
        purl=purl,
        purpose=one.get("primaryPackagePurpose", "").replace("_", "-").lower(),
        is_place=not purl and any(text.startswith("Class: ") for text in targets),
        license=license_,
        supplier="" if supplier == "NOASSERTION" else supplier,
        hashes=tuple((each["algorithm"], each["checksumValue"]) for each in one.get("checksums", ())),
        told={
            "homepage": one.get("homepage", ""),
            "summary": one.get("summary", ""),
            "maintainer": maintainer_of(one.get("originator", "")),
            "source": words.source,
            "source_version": words.source_version,
            "origin": words.origin,
            "modularity": words.modularity,
            "filename": one.get("packageFileName", ""),
            "comment": one.get("comment", ""),
        },
        words=words,
    )


def _file(one: Json) -> Node:
    sums = {each["algorithm"]: each["checksumValue"].lower() for each in one.get("checksums", ())}
    return Node(name=one["fileName"], is_file=True, sha256=sums.get("SHA256", ""), sha1=sums.get("SHA1", ""))
