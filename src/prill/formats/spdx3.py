"""SPDX 3.0.1 documents as JSON-LD (spdx.github.io/spdx-spec/v3.0.1), profiles core, software and simpleLicensing.

Everything is an element of one graph, in a fixed order; an element's IRI is the document's namespace and a name that
follows from the content. One relationship has all targets of its kind, which keeps the documents small.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import msgspec

from prill.formats._documents import (
    all_files,
    creators_of,
    document_uuid,
    nested,
    readable,
    references,
    timestamp,
)
from prill.formats._spdx3_elements import Elements
from prill.formats.spdx import license_places
from prill.model import Package, RelationshipKind, Sbom
from prill.model.spdx_ids import LICENSE_LIST_VERSION

__all__ = ["CONTEXT", "MEDIA_TYPE", "encode_spdx3"]

MEDIA_TYPE = "application/spdx+json"
CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"

_UNSAFE = re.compile(r"[^A-Za-z0-9.]+")

Json = dict[str, Any]


def encode_spdx3(sbom: Sbom, *, tool: str, files: bool = True, serial: UUID | None = None) -> bytes:
    """Write ``sbom`` as an SPDX 3.0.1 document made by ``tool`` (``prill-1.2``), with or without the files.

    ``serial`` takes the place of the namespace's end that follows from the content.
    """
    name = _UNSAFE.sub("-", sbom.subject.name).strip("-.") or "image"
    unique = serial or document_uuid(sbom, "spdx-3", tool, str(files))
    elements = Elements(f"https://spdx.org/spdxdocs/prill/{name}-{unique}#", sbom.distro)
    packages = references(sbom.packages)
    ids = {reference: elements.package(reference, package) for reference, package in packages}
    subject = elements.subject(sbom.subject)
    system = [elements.system(sbom.distro)] if sbom.distro else []
    paths = {file.path: elements.file(file) for file in all_files(sbom)} if files else {}
    _contents(elements, sbom, subject, system, ids, paths)
    _licenses(elements, sbom, packages, ids)
    elements.document(
        readable(sbom.subject.name),
        subject,
        comment="\n".join(readable(f"{gap.subject}: {gap.reason}") for gap in sorted(sbom.gaps)),
        kind="build" if all(one.found_by == "lock" for one in sbom.packages) else "analyzed",
    )
    creation = elements.creation(creators_of(sbom, tool), timestamp(sbom.created))
    return msgspec.json.encode({"@context": CONTEXT, "@graph": [creation, *elements.sorted()]})


def _contents(
    elements: Elements, sbom: Sbom, subject: str, system: list[str], ids: dict[str, str], paths: dict[str, str]
) -> None:
    """Relate the subject to the packages, these to each other, and all to their files."""
    owners = nested(sbom.packages)
    counted = [ids[reference] for reference, package in references(sbom.packages) if package.purl not in owners]
    inside: dict[str, set[str]] = {subject: {*system, *counted}}
    owned: dict[str, set[str]] = {}
    for reference, package in references(sbom.packages):
        if package.purl in owners:
            owned.setdefault(ids[owners[package.purl]], set()).add(ids[reference])
        inside.setdefault(ids[reference], set()).update(paths[file.path] for file in package.files if paths)
    if paths:
        inside[subject].update(paths[file.path] for file in sbom.unowned)
    needs: dict[str, set[str]] = {}
    for one in sbom.relationships:
        if one.purl in ids and one.other in ids and one.kind is not RelationshipKind.OWNED_BY:
            kind = needs if one.kind is RelationshipKind.DEPENDS_ON else inside
            kind.setdefault(ids[one.purl], set()).add(ids[one.other])
    gaps = "incomplete" if sbom.gaps else "complete"
    for element, others in inside.items():
        elements.relationship(element, "contains", others, completeness=gaps if element == subject else "")
    for element, others in owned.items():
        elements.relationship(element, "contains", others, comment="the same under another name")
    for element, others in needs.items():
        elements.relationship(element, "dependsOn", others)


def _licenses(elements: Elements, sbom: Sbom, packages: Iterable[tuple[str, Package]], ids: dict[str, str]) -> None:
    texts = {
        reference: elements.add(
            "simplelicensing_SimpleLicensingText",
            reference,
            name=reference,
            simplelicensing_licenseText=f"The text stands in the image, in {places}.",
        )
        for reference, places in license_places(sbom.packages)
    }
    for reference, package in packages:
        if package.licenses:
            expression = elements.add(
                "simplelicensing_LicenseExpression",
                f"License-{hashlib.sha256(package.licenses.encode()).hexdigest()[:16]}",
                simplelicensing_licenseExpression=package.licenses,
                simplelicensing_licenseListVersion=f"{LICENSE_LIST_VERSION}.0",
                simplelicensing_customIdToUri=list(_named_texts(package.licenses, texts)),
            )
            elements.relationship(ids[reference], "hasDeclaredLicense", {expression})


def _named_texts(expression: str, texts: dict[str, str]) -> Iterator[Json]:
    for word in sorted(set(re.findall(r"LicenseRef-[A-Za-z0-9.-]+", expression))):
        if word in texts:
            yield {"type": "DictionaryEntry", "key": word, "value": texts[word]}
