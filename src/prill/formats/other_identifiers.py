"""Which packages a document names by a CPE or a SWID tag: NTIA's unique identifiers besides the purl.

`Sbom` keeps purls alone, so that these are looked up in the document itself.
"""

from collections.abc import Iterator
from typing import Any

from prill.formats.sbom_documents import parse_document

__all__ = ["named_otherwise"]

_REFERENCES = ("externalRefs", "externalIdentifier")
_TYPES = frozenset({"cpe22Type", "cpe23Type", "cpe22", "cpe23", "swid", "swhid", "gitoid"})
_VERSIONS = ("version", "versionInfo", "software_packageVersion")


def named_otherwise(data: bytes, source: str) -> frozenset[tuple[str, str]]:
    """Return the names and versions of what has such an identifier in a document of any format."""
    found = set()
    for part in _parts(parse_document(data, source)):
        name = part.get("name")
        if isinstance(name, str) and _has_identifier(part):
            version = next((text for key in _VERSIONS if isinstance(text := part.get(key), str)), "")
            group = part.get("group")
            found |= {(name, version), (f"{group}/{name}", version)}
    return frozenset(found)


def _parts(document: object) -> Iterator[dict[str, Any]]:
    """Yield every object in a document, however deep."""
    waiting = [document]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def _has_identifier(part: dict[str, Any]) -> bool:
    if part.get("cpe") or part.get("cpes") or part.get("swid"):
        return True
    listed = [one for key in _REFERENCES if isinstance(found := part.get(key), list) for one in found]
    return any(
        isinstance(one, dict) and (one.get("referenceType") or one.get("externalIdentifierType")) in _TYPES
        for one in listed
    )
