"""What a document says of its packages that `Sbom` has no place for, and that public rules ask for.

NTIA's unique identifiers besides the purl are CPEs and SWID tags. BSI TR-03183-2 (2.1.0, its table for CycloneDX) looks
for a component's creator in ``manufacturer``, and for its hash at the reference to where it is distributed.
"""

from collections.abc import Callable, Iterator
from typing import Any

from prill.formats.sbom_documents import parse_document
from prill.model.value import dataclass

__all__ = ["Keys", "SaidElsewhere", "said_elsewhere"]

_REFERENCES = ("externalRefs", "externalIdentifier")
_TYPES = frozenset({"cpe22Type", "cpe23Type", "cpe22", "cpe23", "swid", "swhid", "gitoid"})
_VERSIONS = ("version", "versionInfo", "software_packageVersion")
_MAKERS = ("manufacturer", "authors")
_SHA512 = "SHA-512"

Part = dict[str, Any]
Keys = frozenset[tuple[str, str]]
"""Names and versions of packages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidElsewhere:
    """Which packages have what: an identifier, somebody that made them and can be reached, a SHA-512 as deployed."""

    identified: Keys = frozenset()
    made: Keys = frozenset()
    reachable: Keys = frozenset()
    hashed: Keys = frozenset()


def said_elsewhere(data: bytes, source: str) -> SaidElsewhere:
    """Look through a valid document of any format."""
    found: dict[str, set[tuple[str, str]]] = {what: set() for what in _LOOKS}
    for part in _parts(parse_document(data, source)):
        name = part.get("name")
        if isinstance(name, str):
            version = next((text for key in _VERSIONS if isinstance(text := part.get(key), str)), "")
            group = part.get("group")
            keys = {(name, version), (f"{group}/{name}", version), (f"{group}:{name}", version)}
            for what, has in _LOOKS.items():
                if has(part):
                    found[what] |= keys
    return SaidElsewhere(**{what: frozenset(keys) for what, keys in found.items()})


def _parts(document: object) -> Iterator[Part]:
    """Yield every object in a document, however deep."""
    waiting = [document]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def _objects(part: Part, *keys: str) -> Iterator[Part]:
    for key in keys:
        value = part.get(key)
        yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict))


def _is_identified(part: Part) -> bool:
    if part.get("cpe") or part.get("cpes") or part.get("swid"):
        return True
    return any(
        (one.get("referenceType") or one.get("externalIdentifierType")) in _TYPES
        for one in _objects(part, *_REFERENCES)
    )


def _is_made(part: Part) -> bool:
    return any(one.get("name") for one in _objects(part, *_MAKERS))


def _is_reachable(part: Part) -> bool:
    makers = list(_objects(part, *_MAKERS))
    return any(one.get("url") or one.get("email") for one in makers) or any(
        contact.get("email") for one in makers for contact in _objects(one, "contact")
    )


def _is_hashed(part: Part) -> bool:
    places = (one for one in _objects(part, "externalReferences") if one.get("type") == "distribution")
    return any(one.get("alg") == _SHA512 for place in places for one in _objects(place, "hashes"))


_LOOKS: dict[str, Callable[[Part], bool]] = {
    "identified": _is_identified,
    "made": _is_made,
    "reachable": _is_reachable,
    "hashed": _is_hashed,
}
