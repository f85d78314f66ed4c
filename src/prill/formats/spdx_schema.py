"""What an SPDX document must have for its packages, files and relationships to be understood.

Written from the specification, not the published schemas: 2.2 and 2.3 (sections 6 to 11), and 3.0.1 (core, software and
simpleLicensing). Parts that the inner model has no place for are not looked at.
"""

from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any

from prill.formats.json_schema import MAX_FAULTS, Fault, Schema

__all__ = ["SPDX_VERSIONS", "spdx2_faults", "spdx3_faults"]

SPDX_VERSIONS = ("SPDX-2.2", "SPDX-2.3")

_TEXT = {"type": "string"}
_NAME = {"type": "string", "minLength": 1}
_ID = {"type": "string", "pattern": "^SPDXRef-[A-Za-z0-9.+-]+$"}
_TIME = {"type": "string", "format": "date-time"}
_TEXTS = {"type": "array", "items": _TEXT}
_CHECKSUMS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["algorithm", "checksumValue"],
        "properties": {"algorithm": _NAME, "checksumValue": {"type": "string", "pattern": "^[0-9A-Fa-f]+$"}},
    },
}
_REFERENCE = {
    "type": "object",
    "required": ["referenceCategory", "referenceType", "referenceLocator"],
    "properties": {
        "referenceCategory": {
            "enum": ["SECURITY", "PACKAGE-MANAGER", "PACKAGE_MANAGER", "PERSISTENT-ID", "PERSISTENT_ID", "OTHER"]
        },
        "referenceType": _NAME,
        "referenceLocator": _NAME,
    },
}
_ACTOR = {"type": "string", "pattern": "^((Person|Organization): .+|NOASSERTION)$"}
_ANNOTATIONS = {"type": "array", "items": {"type": "object", "properties": {"comment": _TEXT}}}
_PACKAGE = {
    "type": "object",
    "required": ["SPDXID", "name", "downloadLocation"],
    "properties": {
        "SPDXID": _ID,
        "name": _NAME,
        "versionInfo": _TEXT,
        "downloadLocation": _NAME,
        "supplier": _ACTOR,
        "originator": _ACTOR,
        "licenseDeclared": _TEXT,
        "licenseConcluded": _TEXT,
        "homepage": _TEXT,
        "summary": _TEXT,
        "sourceInfo": _TEXT,
        "comment": _TEXT,
        "packageFileName": _TEXT,
        "primaryPackagePurpose": _NAME,
        "filesAnalyzed": {"type": "boolean"},
        "checksums": _CHECKSUMS,
        "externalRefs": {"type": "array", "items": _REFERENCE},
        "attributionTexts": _TEXTS,
        "annotations": _ANNOTATIONS,
    },
}
_FILE = {
    "type": "object",
    "required": ["SPDXID", "fileName"],
    "properties": {"SPDXID": _ID, "fileName": _NAME, "checksums": _CHECKSUMS},
}
_RELATIONSHIP = {
    "type": "object",
    "required": ["spdxElementId", "relationshipType", "relatedSpdxElement"],
    "properties": {"spdxElementId": _NAME, "relationshipType": _NAME, "relatedSpdxElement": _NAME, "comment": _TEXT},
}
_DOCUMENT = {
    "type": "object",
    "required": ["spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo"],
    "properties": {
        "spdxVersion": {"enum": list(SPDX_VERSIONS)},
        "dataLicense": {"const": "CC0-1.0"},
        "SPDXID": {"const": "SPDXRef-DOCUMENT"},
        "name": _NAME,
        "documentNamespace": {"type": "string", "format": "uri"},
        "comment": _TEXT,
        "creationInfo": {
            "type": "object",
            "required": ["created", "creators"],
            "properties": {
                "created": _TIME,
                "creators": {
                    "type": "array",
                    "minItems": 1,
                    "items": {"type": "string", "pattern": "^(Tool|Person|Organization): .+$"},
                },
            },
        },
        "documentDescribes": _TEXTS,
        "annotations": _ANNOTATIONS,
        "hasExtractedLicensingInfos": {"type": "array", "items": {"type": "object"}},
        "packages": {"type": "array", "items": _PACKAGE},
        "files": {"type": "array", "items": _FILE},
        "relationships": {"type": "array", "items": _RELATIONSHIP},
    },
}
_IRI = {"type": "string", "pattern": "^.+:.+"}
_IRIS = {"type": "array", "items": _IRI}
_ELEMENT = {
    "type": "object",
    "required": ["type"],
    "properties": {
        "type": _NAME,
        "spdxId": _IRI,
        "name": _TEXT,
        "comment": _TEXT,
        "summary": _TEXT,
        "software_packageVersion": _TEXT,
        "software_packageUrl": _TEXT,
        "software_primaryPurpose": _NAME,
        "software_homePage": _TEXT,
        "software_sourceInfo": _TEXT,
        "suppliedBy": {"type": ["string", "object"]},
        "originatedBy": {"type": "array"},
        "rootElement": {"type": "array"},
        "verifiedUsing": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type"],
                "properties": {"algorithm": _NAME, "hashValue": _TEXT},
            },
        },
        "externalIdentifier": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["externalIdentifierType", "identifier"],
                "properties": {"externalIdentifierType": _NAME, "identifier": _TEXT},
            },
        },
    },
}
_OF_TYPE: dict[str, dict[str, Any]] = {
    "CreationInfo": {
        "required": ["created", "createdBy", "specVersion"],
        "properties": {
            "created": _TIME,
            "createdBy": {"type": "array", "minItems": 1},
            "specVersion": {"type": "string", "pattern": "^3[.]0[.]"},
        },
    },
    "Relationship": {
        "required": ["spdxId", "creationInfo", "from", "relationshipType", "to"],
        "properties": {"from": _IRI, "relationshipType": _NAME, "to": {**_IRIS, "minItems": 1}},
    },
    "SpdxDocument": {"required": ["spdxId", "creationInfo", "rootElement"]},
    "software_Package": {"required": ["spdxId", "creationInfo", "name"]},
    "software_File": {"required": ["spdxId", "creationInfo", "name"]},
    "simplelicensing_LicenseExpression": {
        "required": ["spdxId", "creationInfo", "simplelicensing_licenseExpression"],
        "properties": {"simplelicensing_licenseExpression": _NAME},
    },
}
_GRAPH = {
    "type": "object",
    "required": ["@context", "@graph"],
    "properties": {
        "@context": {"type": "string", "pattern": "^https://spdx.org/rdf/3[.]0[.][0-9]+/spdx-context.jsonld$"},
        "@graph": {"type": "array", "items": _ELEMENT},
    },
}


@cache
def _schema(name: str) -> Schema:
    roots: dict[str, dict[str, Any]] = {"2": _DOCUMENT, "3": _GRAPH, **_OF_TYPE}
    return Schema(roots[name])


def spdx2_faults(document: object) -> tuple[Fault, ...]:
    """Return what is wrong with a parsed document of SPDX 2.2 or 2.3."""
    faults = _schema("2").faults(document)
    if faults or not isinstance(document, dict):
        return faults
    return tuple(islice(_unknown_names(document), MAX_FAULTS))


def _unknown_names(document: dict[str, Any]) -> Iterator[Fault]:
    """Name identifiers that stand twice, and relationships of what is not there."""
    known = {"SPDXRef-DOCUMENT"}
    for part in ("packages", "files"):
        for number, one in enumerate(document.get(part, ())):
            if one["SPDXID"] in known:
                yield Fault(f"/{part}/{number}/SPDXID", f"expected a name of its own, found {one['SPDXID']!r} again")
            known.add(one["SPDXID"])
    known.update(one["SPDXID"] for one in document.get("snippets", ()) if isinstance(one, dict) and "SPDXID" in one)
    for number, one in enumerate(document.get("relationships", ())):
        for end in ("spdxElementId", "relatedSpdxElement"):
            name = one[end]
            if name not in known and name not in ("NONE", "NOASSERTION") and not name.startswith("DocumentRef-"):
                yield Fault(f"/relationships/{number}/{end}", f"expected a name in this document, found {name!r:.100}")


def spdx3_faults(document: object) -> tuple[Fault, ...]:
    """Return what is wrong with a parsed document of SPDX 3.0."""
    faults = list(_schema("3").faults(document))
    if faults or not isinstance(document, dict):
        return tuple(faults)
    types = set()
    for number, element in enumerate(document["@graph"]):
        types.add(element["type"])
        kind = "Relationship" if element["type"].endswith("Relationship") else element["type"]
        if kind in _OF_TYPE:
            found = _schema(kind).faults(element)
            faults += (Fault(f"/@graph/{number}{one.path}", one.message) for one in found)
        if len(faults) >= MAX_FAULTS:
            break
    if not faults and not types & {"SpdxDocument", "software_Sbom"}:
        faults.append(Fault("/@graph", "expected an SpdxDocument or a software_Sbom, found neither"))
    return tuple(faults[:MAX_FAULTS])
