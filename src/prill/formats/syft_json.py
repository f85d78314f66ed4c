"""Reads syft's own JSON (``syft -o json``, schema 3 and later), so that an existing SBOM can be used."""

from collections.abc import Iterator
from typing import Any

from prill.formats._sbom_graph import DEPENDS, OWNS, Edge, Node, sbom_of
from prill.formats._sbom_reading import MAX_PACKAGES, Json, bound, digest_in, platform_in, refuse
from prill.formats._spdx_words import Words
from prill.formats.json_schema import Schema
from prill.model import Distro, Location, Sbom, Subject

__all__ = ["read_syft_json"]

_TEXT = {"type": ["string", "null"]}
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["artifacts", "schema"],
    "properties": {
        "artifacts": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "name"],
                "properties": {
                    "id": {"type": "string"},
                    "name": {"type": "string"},
                    "version": _TEXT,
                    "purl": _TEXT,
                    "foundBy": _TEXT,
                    "locations": {
                        "type": ["array", "null"],
                        "items": {
                            "type": "object",
                            "required": ["path"],
                            "properties": {"path": {"type": "string"}, "layerID": _TEXT},
                        },
                    },
                    "licenses": {"type": ["array", "null"], "items": {"type": ["object", "string"]}},
                    "metadata": {"type": ["object", "null"]},
                },
            },
        },
        "artifactRelationships": {
            "type": ["array", "null"],
            "items": {
                "type": "object",
                "required": ["parent", "child", "type"],
                "properties": {name: {"type": "string"} for name in ("parent", "child", "type")},
            },
        },
        "source": {"type": "object"},
        "distro": {"type": "object"},
        "descriptor": {"type": "object"},
    },
}
_KINDS = {"dependency-of": (DEPENDS, True), "ownership-by-file-overlap": (OWNS, False)}


def read_syft_json(document: Json, source: str) -> Sbom:
    """Turn a parsed document into an SBOM; raise `InvalidSbom`."""
    bound(document, "artifacts", MAX_PACKAGES, source)
    refuse(Schema(_SCHEMA).faults(document), source)
    nodes = {one["id"]: _node(one) for one in document["artifacts"]}
    descriptor = document.get("descriptor", {})
    found = sbom_of(
        nodes,
        list(_edges(document)),
        roots=[],
        name=source,
        created=0,
        creators=(f"Tool: {descriptor.get('name', 'syft')}-{descriptor.get('version', '')}".rstrip("-"),),
        gaps=(),
    )
    return Sbom(
        subject=_subject(document.get("source", {}), source),
        packages=found.packages,
        relationships=found.relationships,
        distro=_distro(document.get("distro", {})) or found.distro,
        gaps=found.gaps,
        creators=found.creators,
    )


def _edges(document: Json) -> Iterator[Edge]:
    for one in document.get("artifactRelationships") or ():
        if one["type"] in _KINDS:
            kind, turned = _KINDS[one["type"]]
            ends = (one["child"], one["parent"]) if turned else (one["parent"], one["child"])
            yield Edge(*ends, kind)


def _node(one: Json) -> Node:
    metadata = one.get("metadata") or {}
    words = Words()
    words.found_by = one.get("foundBy") or "document"
    words.locations = {
        Location(each["path"].lstrip("/"), each.get("layerID") or "") for each in one.get("locations") or ()
    }

    def told(*names: str) -> str:
        return next((metadata[name] for name in names if isinstance(metadata.get(name), str)), "")

    return Node(
        name=one["name"],
        version=one.get("version") or "",
        purl=one.get("purl") or "",
        license=" AND ".join(f"({text})" for text in _licenses(one)),
        told={
            "maintainer": told("maintainer", "vendor", "author"),
            "homepage": told("url", "homepage"),
            "summary": told("description"),
            "source": told("source", "originPackage"),
            "source_version": told("sourceVersion"),
            "source_rpm": told("sourceRpm"),
            "modularity": told("modularityLabel"),
        },
        words=words,
    )


def _licenses(one: Json) -> Iterator[str]:
    for each in one.get("licenses") or ():
        text = each if isinstance(each, str) else each.get("spdxExpression") or each.get("value")
        if isinstance(text, str) and text:
            yield text


def _distro(found: Json) -> Distro | None:
    if not found.get("id"):
        return None
    return Distro(
        id=str(found["id"]),
        version=str(found.get("versionID") or ""),
        codename=str(found.get("versionCodename") or ""),
        name=str(found.get("prettyName") or ""),
    )


def _subject(source: Json, name: str) -> Subject:
    about = source.get("metadata") or source.get("target")
    metadata: Json = about if isinstance(about, dict) else {}
    return Subject(
        name=str(metadata.get("userInput") or source.get("name") or metadata.get("path") or name),
        digest=digest_in(str(metadata.get("manifestDigest", ""))),
        platform=platform_in(f"{metadata.get('os', '')}/{metadata.get('architecture', '')}"),
    )
