"""SPDX 2.3 documents in JSON (ISO/IEC 5962's successor; spdx.github.io/spdx-spec/v2.3).

What the SBOM is about is the root package. It contains the packages, each with the files that are left of it in the
image, and the files that no package owns; every file is there once. Nothing in a document is random: its namespace
follows from the content, so encoding twice gives the same bytes.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import msgspec

from prill.formats._documents import (
    Creator,
    all_files,
    creators_of,
    document_uuid,
    nested,
    readable,
    references,
    timestamp,
)
from prill.formats._spdx_packages import (
    IMAGE,
    SYSTEM,
    file_id,
    package_id,
    spdx_file,
    spdx_package,
    spdx_subject,
    spdx_system,
)
from prill.model import DebDetails, Package, RelationshipKind, Sbom
from prill.model.licenses import license_refs
from prill.model.regex import regex
from prill.model.spdx_ids import LICENSE_LIST_VERSION

__all__ = ["MEDIA_TYPE", "encode_spdx", "license_places"]

MEDIA_TYPE = "application/spdx+json"

_DOCUMENT = "SPDXRef-DOCUMENT"
_UNSAFE = regex(r"[^A-Za-z0-9.]+")

Json = dict[str, Any]


def encode_spdx(sbom: Sbom, *, tool: str, files: bool = True, serial: UUID | None = None) -> bytes:
    """Write ``sbom`` as an SPDX 2.3 document made by ``tool`` (``prill-1.2``), with or without the files.

    ``serial`` takes the place of the namespace's end that follows from the content.
    """
    packages = references(sbom.packages)
    everything = all_files(sbom) if files else ()
    name = _UNSAFE.sub("-", sbom.subject.name).strip("-.") or "image"
    document: Json = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": _DOCUMENT,
        "name": readable(sbom.subject.name),
        "documentNamespace": "https://spdx.org/spdxdocs/prill/"
        f"{name}-{serial or document_uuid(sbom, 'spdx', tool, str(files))}",
        "creationInfo": {
            "created": timestamp(sbom.created),
            "creators": [_creator(one) for one in creators_of(sbom, tool)],
            "licenseListVersion": LICENSE_LIST_VERSION,
        },
        "packages": [
            spdx_subject(sbom.subject, everything),
            *([spdx_system(sbom.distro)] if sbom.distro else []),
            *(spdx_package(reference, package, sbom.distro, files=files) for reference, package in packages),
        ],
        "relationships": list(_relationships(sbom, packages, files=files)),
    }
    if files:
        document["files"] = [spdx_file(file) for file in everything]
    if extracted := list(_extracted_licenses(sbom)):
        document["hasExtractedLicensingInfos"] = extracted
    if sbom.gaps:
        document["comment"] = "\n".join(readable(f"{gap.subject}: {gap.reason}") for gap in sorted(sbom.gaps))
    return msgspec.json.encode(document)


def _creator(one: Creator) -> str:
    tail = f"-{one.version}" if one.version else one.contact
    return f"{one.kind}: {one.name}{tail}"


def _relationships(sbom: Sbom, packages: tuple[tuple[str, Package], ...], *, files: bool) -> Iterator[Json]:
    yield _relationship(_DOCUMENT, "DESCRIBES", IMAGE)
    if sbom.distro:
        yield _relationship(IMAGE, "CONTAINS", SYSTEM)
    ids = {reference: package_id(reference, package) for reference, package in packages}
    owners = nested(sbom.packages)
    for reference, package in packages:
        owner = owners.get(package.purl)
        if owner is None:
            yield _relationship(IMAGE, "CONTAINS", ids[reference])
        else:
            yield _relationship(ids[owner], "CONTAINS", ids[reference]) | {"comment": "the same under another name"}
    for one in sorted(sbom.relationships):
        if one.purl not in ids or one.other not in ids or one.kind is RelationshipKind.OWNED_BY:
            continue
        kind = "DEPENDS_ON" if one.kind is RelationshipKind.DEPENDS_ON else "CONTAINS"
        yield _relationship(ids[one.purl], kind, ids[one.other])
    if not files:
        return
    for file in sorted(sbom.unowned):
        yield _relationship(IMAGE, "CONTAINS", file_id(file.path))
    for reference, package in packages:
        for file in sorted(package.files):
            yield _relationship(ids[reference], "CONTAINS", file_id(file.path))


def _relationship(element: str, kind: str, related: str) -> Json:
    return {"spdxElementId": element, "relationshipType": kind, "relatedSpdxElement": related}


def _extracted_licenses(sbom: Sbom) -> Iterator[Json]:
    """Say of each ``LicenseRef-…`` where its text stands (section 10)."""
    for reference, places in license_places(sbom.packages):
        yield {
            "licenseId": reference,
            "name": reference.removeprefix("LicenseRef-"),
            "extractedText": f"The text stands in the image, in {places}.",
        }


def license_places(packages: Iterable[Package]) -> Iterator[tuple[str, str]]:
    """Yield each ``LicenseRef-…`` with the files that tell of it: copyright files, or what named the package."""
    used: dict[str, set[str]] = {}
    for package in packages:
        if isinstance(package.details, DebDetails):
            places = {f"/usr/share/doc/{package.name}/copyright"}
        else:
            places = {f"/{one.path}" for one in package.locations} or {f"the metadata of {package.name}"}
        for reference in license_refs(package.licenses):
            used.setdefault(reference, set()).update(places)
    for reference, found in sorted(used.items()):
        yield reference, readable(", ".join(sorted(found)))
