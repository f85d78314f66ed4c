"""CycloneDX documents in JSON, 1.4 to 1.7 (ECMA-424; cyclonedx.org/docs/1.6/json).

What the SBOM is about is the document's subject, the packages are the components, each with its files inside it. A
package that a distribution's package owns lies inside its owner, so that readers count one. The distribution is a
component of its own, because scanners choose their advisories by it. ``bom-ref`` is the purl, or a file's path, and the
serial number follows from the content, so encoding twice gives the same bytes.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import msgspec

from prill.formats._cyclonedx_components import (
    Files,
    gap_properties,
    hash_of,
    organisation,
    package_component,
    properties,
    system_component,
    system_reference,
)
from prill.formats._documents import (
    Creator,
    creators_of,
    document_uuid,
    nested,
    readable,
    references,
    subject_purl,
    timestamp,
)
from prill.model import Package, RelationshipKind, Sbom

__all__ = ["MEDIA_TYPE", "encode_cyclonedx"]

MEDIA_TYPE = "application/vnd.cyclonedx+json"

_BOM_PROPERTIES = "1.5"
_MANUFACTURER = "1.6"

Json = dict[str, Any]
References = tuple[tuple[str, Package], ...]


def encode_cyclonedx(
    sbom: Sbom, *, tool: str, files: bool = True, version: str = "1.6", serial: UUID | None = None
) -> bytes:
    """Write ``sbom`` as a CycloneDX document made by ``tool`` (``prill-1.2``), with or without the files.

    ``serial`` takes the place of the serial number that follows from the content.
    """
    packages = references(sbom.packages)
    subject = _subject(sbom)
    metadata: Json = {
        "timestamp": timestamp(sbom.created),
        **_creators(creators_of(sbom, tool), version),
        "component": subject,
    }
    document: Json = {
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "serialNumber": (serial or document_uuid(sbom, "cyclonedx", version, tool, str(files))).urn,
        "version": 1,
        "metadata": metadata,
        "components": _components(sbom, packages, Files() if files else None, version),
        "dependencies": list(_dependencies(sbom, subject["bom-ref"], packages)),
        "compositions": [
            {"aggregate": "incomplete" if sbom.gaps else "complete", "assemblies": [subject["bom-ref"]]},
        ],
    }
    if sbom.gaps:
        gaps = gap_properties(sbom.gaps)
        (document if version >= _BOM_PROPERTIES else metadata)["properties"] = gaps
    return msgspec.json.encode(document)


def _subject(sbom: Sbom) -> Json:
    subject = sbom.subject
    purl = subject_purl(subject)
    found: Json = {
        "bom-ref": purl or f"subject:{readable(subject.name)}",
        "type": "container" if subject.digest else "application",  # of a "file" Trivy reads nothing
        "name": readable(subject.name),
    }
    if version := subject.version or str(subject.digest or ""):
        found["version"] = readable(version)
    if subject.digest:
        found["hashes"] = [hash_of(subject.digest)]
    if purl:
        found["purl"] = purl
    if subject.platform:
        found["properties"] = properties([("prill:platform", str(subject.platform))])
    return found


def _creators(creators: Iterable[Creator], version: str) -> Json:
    """Write who made the document; tools are components since 1.5, and an organization has a field since 1.6."""
    tools: list[Json] = []
    authors: list[Json] = []
    makers: list[Json] = []
    for one in creators:
        if one.kind == "Tool":
            tools.append({"name": one.name} | ({"version": one.version} if one.version else {}))
        elif one.kind == "Organization" and version >= _MANUFACTURER and not makers:
            makers.append(organisation(one))
        else:
            authors.append({"name": one.name} | ({"email": one.email} if one.email else {}))
    found: Json = {
        "tools": {"components": [{"type": "application", **one} for one in tools]}
        if version >= _BOM_PROPERTIES
        else tools
    }
    return found | ({"authors": authors} if authors else {}) | ({"manufacturer": makers[0]} if makers else {})


def _components(sbom: Sbom, packages: References, files: Files | None, version: str) -> list[Json]:
    owners = nested(sbom.packages)
    found = [system_component(sbom.distro)] if sbom.distro else []
    holders: dict[str, list[str]] = {}
    for one in sorted(sbom.relationships):
        if one.kind is RelationshipKind.CONTAINS:
            holders.setdefault(one.other, []).append(one.purl)
    written = [
        package_component(reference, package, sbom.distro, holders.get(reference, ()), version=version)
        for reference, package in packages
    ]
    owned: dict[str, list[Json]] = {}
    for (_, package), component in zip(packages, written, strict=True):
        if owner := owners.get(package.purl):
            owned.setdefault(owner, []).append(component)
        else:
            found.append(component)
    for (reference, package), component in zip(packages, written, strict=True):
        parts = owned.get(reference, [])
        if files:
            parts += files.components(package.files)
        if parts:
            component["components"] = parts
    return found + files.components(sbom.unowned) if files else found


def _dependencies(sbom: Sbom, subject: str, packages: References) -> Iterator[Json]:
    known = {reference for reference, _ in packages}
    needs: dict[str, set[str]] = {reference: set() for reference in known}
    for one in sbom.relationships:
        if one.purl in known and one.other in known and one.kind is not RelationshipKind.OWNED_BY:
            needs[one.purl].add(one.other)
    system = [system_reference(sbom.distro)] if sbom.distro else []
    owners = nested(sbom.packages)
    counted = [reference for reference, package in packages if package.purl not in owners]
    yield {"ref": subject, "dependsOn": [*system, *sorted(counted)]}
    for reference, others in sorted(needs.items()):
        if others:
            yield {"ref": reference, "dependsOn": sorted(others)}
        else:
            yield {"ref": reference}
