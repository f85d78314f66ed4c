"""Reads SPDX 3.0 documents as JSON-LD, in the one serialisation that the specification defines."""

from collections import Counter

from prill.formats._sbom_graph import CONTAINS, DEPENDS, OWNS, Edge, Node, sbom_of
from prill.formats._sbom_reading import MAX_PACKAGES, Json, bound, parse_time, refuse
from prill.formats._spdx_words import maintainer_of, read_words, stated_gaps
from prill.formats.spdx_schema import spdx3_faults
from prill.model import Gap, Sbom

__all__ = ["read_spdx3"]

_ACTORS = {"Organization": "Organization", "Person": "Person", "SoftwareAgent": "Organization", "Agent": "Organization"}
_SAME = "the same under another name"
_LICENSES = ("hasDeclaredLicense", "hasConcludedLicense")
_OF_THE_DOCUMENT = ("describes",)


def read_spdx3(document: Json, source: str) -> Sbom:
    """Turn a parsed document into an SBOM; raise `InvalidSbom`."""
    bound(document, "@graph", 8 * MAX_PACKAGES, source)
    refuse(spdx3_faults(document), source)
    graph: list[Json] = document["@graph"]
    elements = {one["spdxId"]: one for one in graph if "spdxId" in one}
    relationships = [one for one in graph if one["type"].endswith("Relationship") and "from" in one and "to" in one]
    licenses = _licenses(relationships, elements)
    nodes = {
        key: _package(one, licenses.get(key, ""), elements) if one["type"] == "software_Package" else _file(one)
        for key, one in elements.items()
        if one["type"] in ("software_Package", "software_File")
    }
    edges, ignored = _edges(relationships)
    creators = _creators(graph, elements)
    sboms = [one for one in graph if one["type"] == "software_Sbom"]
    documents = [one for one in graph if one["type"] == "SpdxDocument"]
    named = (root for one in sboms or documents for root in one.get("rootElement", ()))
    roots = {root for root in named if isinstance(root, str) and root in nodes}
    comment = next((one["comment"] for one in sboms if one.get("comment")), "")
    gaps = [Gap(f"relationships {kind}", f"{count} are not carried over") for kind, count in ignored.items()]
    return sbom_of(
        nodes,
        edges,
        roots=sorted(roots),
        name=next((one["name"] for one in (*documents, *sboms) if one.get("name")), source),
        created=parse_time(next((one["created"] for one in graph if one["type"] == "CreationInfo"), "")),
        creators=creators,
        gaps=[*gaps, *stated_gaps(comment, creators)],
    )


def _licenses(relationships: list[Json], elements: dict[str, Json]) -> dict[str, str]:
    """Return what each package declares, or else what was concluded about it."""
    found: dict[str, str] = {}
    for kind in reversed(_LICENSES):
        for one in relationships:
            expression = elements.get(one["to"][0], {}).get("simplelicensing_licenseExpression")
            if one["relationshipType"] == kind and expression:
                found[one["from"]] = expression
    return found


def _edges(relationships: list[Json]) -> tuple[list[Edge], Counter[str]]:
    edges: list[Edge] = []
    ignored = Counter[str]()
    for one in relationships:
        kind = one["relationshipType"]
        if kind in ("contains", "dependsOn"):
            what = OWNS if one.get("comment") == _SAME else CONTAINS if kind == "contains" else DEPENDS
            edges += (Edge(one["from"], other, what) for other in one["to"])
        elif kind not in _LICENSES and kind not in _OF_THE_DOCUMENT:
            ignored[kind] += 1
    return edges, ignored


def _package(one: Json, license_: str, elements: dict[str, Json]) -> Node:
    identifiers = {
        each.get("externalIdentifierType"): each.get("identifier", "") for each in one.get("externalIdentifier", ())
    }
    words = read_words(one.get("comment", ""), one.get("software_sourceInfo", ""))
    return Node(
        name=one["name"],
        version=one.get("software_packageVersion", ""),
        purl=one.get("software_packageUrl") or identifiers.get("packageUrl", ""),
        purpose=one.get("software_primaryPurpose", "").replace("operatingSystem", "operating-system"),
        license=license_,
        supplier=_actor(one.get("suppliedBy"), elements),
        hashes=tuple(
            (each["algorithm"], each["hashValue"])
            for each in one.get("verifiedUsing", ())
            if "hashValue" in each and "algorithm" in each
        ),
        told={
            "homepage": one.get("software_homePage", ""),
            "summary": one.get("summary", ""),
            "maintainer": maintainer_of(next((_actor(each, elements) for each in one.get("originatedBy", ())), "")),
            "source": words.source,
            "source_version": words.source_version,
            "origin": words.origin,
            "modularity": words.modularity,
            "comment": one.get("comment", ""),
        },
        words=words,
    )


def _file(one: Json) -> Node:
    sums = {each.get("algorithm"): each.get("hashValue", "") for each in one.get("verifiedUsing", ())}
    return Node(name=one["name"], is_file=True, sha256=sums.get("sha256", ""), sha1=sums.get("sha1", ""))


def _actor(reference: object, elements: dict[str, Json]) -> str:
    """Write an agent, or a reference to one, as SPDX 2 does."""
    one = elements.get(reference, {}) if isinstance(reference, str) else reference
    if not isinstance(one, dict) or not one.get("name") or str(one.get("type")) not in _ACTORS:
        return ""
    known = one.get("externalIdentifier")
    mails = [
        each["identifier"]
        for each in (known if isinstance(known, list) else ())
        if isinstance(each, dict)
        and each.get("externalIdentifierType") in ("email", "other")
        and each.get("identifier")
    ]
    return f"{_ACTORS[one['type']]}: {one['name']}" + (f" ({mails[0]})" if mails else "")


def _creators(graph: list[Json], elements: dict[str, Json]) -> tuple[str, ...]:
    found = []
    for info in (one for one in graph if one["type"] == "CreationInfo"):
        tools = [elements.get(one, {}) for one in info.get("createdUsing", ()) if isinstance(one, str)]
        found += [f"Tool: {one['name']}" for one in tools if one.get("name")]
        agents = [one for one in info["createdBy"] if elements.get(str(one), {}).get("type") != "SoftwareAgent"]
        found += [_actor(one, elements) for one in agents]
    return tuple(dict.fromkeys(filter(None, found)))
