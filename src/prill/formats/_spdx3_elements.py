"""The elements of an SPDX 3 graph, made one at a time, each once."""

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from prill.formats._documents import Creator, absolute_url, parse_creator, readable, subject_purl
from prill.formats._package_facts import BUILT_FROM, actor, facts_of, package_comment
from prill.model import ArtifactDetails, Digest, Distro, Package, PackageFile, Subject

__all__ = ["Elements"]

Json = dict[str, Any]

_UNSAFE = re.compile(r"[^A-Za-z0-9.]+")
_CREATION = "_:creationinfo"
_ORDER = (
    "Tool",
    "SoftwareAgent",
    "Organization",
    "Person",
    "SpdxDocument",
    "software_Sbom",
    "software_Package",
    "software_File",
    "simplelicensing_SimpleLicensingText",
    "simplelicensing_LicenseExpression",
    "Relationship",
)


class Elements:
    """Collects the graph; every method that makes an element returns its IRI."""

    def __init__(self, namespace: str, distro: Distro | None) -> None:
        self._namespace = namespace
        self._distro = distro
        self._elements: dict[str, Json] = {}

    def sorted(self) -> list[Json]:
        """Return the elements by type, and those of one type by IRI."""
        return sorted(self._elements.values(), key=lambda one: (_ORDER.index(one["type"]), one["spdxId"]))

    def add(self, kind: str, local: str, **fields: object) -> str:
        """Make an element of ``kind``; fields without a value are left out."""
        iri = f"{self._namespace}{local}"
        written = {key: value for key, value in fields.items() if value not in ("", [], None)}
        self._elements[iri] = {"type": kind, "spdxId": iri, "creationInfo": _CREATION, **written}
        return iri

    def creation(self, creators: Iterable[Creator], created: str) -> Json:
        """Return who made the graph and when; a tool is no agent, so without any other its program stands as one."""
        tools, agents = [], []
        for one in creators:
            if one.kind == "Tool":
                name = f"{one.name}-{one.version}" if one.version else one.name
                tools.append(self.add("Tool", f"Tool-{_UNSAFE.sub('-', name)}", name=name))
            else:
                agents.append(self.actor(f"{one.kind}: {one.name}{one.contact}"))
        if not agents:
            agents = [self.add("SoftwareAgent", "SoftwareAgent-prill", name="prill")]
        return {
            "type": "CreationInfo",
            "@id": _CREATION,
            "specVersion": "3.0.1",
            "created": created,
            "createdBy": agents,
            "createdUsing": tools,
        }

    def actor(self, text: str) -> str:
        """Make a person or an organization of SPDX 2's words for one."""
        who = parse_creator(text)
        kind = "email" if who.email else "other"
        identifier = {"type": "ExternalIdentifier", "externalIdentifierType": kind, "identifier": who.email or who.url}
        local = f"{who.kind}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        return self.add(who.kind, local, name=who.name, externalIdentifier=[identifier] if who.contact else [])

    def document(self, name: str, subject: str, *, comment: str, kind: str) -> None:
        """Make the document and the SBOM in it."""
        sbom = self.add(
            "software_Sbom",
            "Sbom",
            name=name,
            comment=comment,
            rootElement=[subject],
            element=[iri for iri, one in self._elements.items() if one["type"] == "software_Package"],
            software_sbomType=[kind],
        )
        self.add(
            "SpdxDocument",
            "Document",
            name=name,
            rootElement=[sbom],
            profileConformance=["core", "simpleLicensing", "software"],
        )

    def subject(self, subject: Subject) -> str:
        """Make what the SBOM is about."""
        purl = subject_purl(subject)
        return self.add(
            "software_Package",
            "Image",
            name=readable(subject.name),
            software_packageVersion=readable(subject.version or str(subject.digest or "")),
            software_primaryPurpose="container" if subject.digest else "application" if purl else "file",
            software_packageUrl=purl,
            externalIdentifier=_identifiers(purl),
            verifiedUsing=_hashes(subject.digest),
            comment=f"platform: {subject.platform}" if subject.platform else "",
        )

    def system(self, distro: Distro) -> str:
        """Make the distribution."""
        return self.add(
            "software_Package",
            "OperatingSystem",
            name=distro.id,
            software_packageVersion=distro.version,
            software_primaryPurpose="operatingSystem",
            summary=readable(distro.name),
        )

    def package(self, reference: str, package: Package) -> str:
        """Make one package."""
        facts = facts_of(package, self._distro)
        details = package.details
        origin = details.source if isinstance(details, ArtifactDetails) else ""
        source = f"taken from: {origin}" if origin else ""
        if facts.source_name:
            source = f"{BUILT_FROM}: {facts.source_name} {facts.source_version}"
        name = _UNSAFE.sub("-", package.name).strip("-.")
        return self.add(
            "software_Package",
            f"Package-{name}-{hashlib.sha256(reference.encode()).hexdigest()[:16]}",
            name=readable(package.name),
            software_packageVersion=readable(package.version),
            software_packageUrl=package.purl,
            externalIdentifier=_identifiers(package.purl),
            verifiedUsing=_hashes(details.digest),
            software_downloadLocation=absolute_url(origin),
            software_homePage=absolute_url(facts.homepage),
            software_sourceInfo=readable(source),
            summary=readable(facts.summary),
            suppliedBy=self.actor(readable(facts.supplier)) if facts.supplier else None,
            originatedBy=[self.actor(actor(facts.maintainer))] if facts.maintainer else [],
            comment=package_comment(package),
        )

    def file(self, file: PackageFile) -> str:
        """Make one file."""
        local = f"File-{hashlib.sha256(file.path.encode('utf-8', 'surrogateescape')).hexdigest()[:32]}"
        sums = [("sha1", file.sha1), ("sha256", file.sha256)]
        hashes = [{"type": "Hash", "algorithm": kind, "hashValue": value} for kind, value in sums if value]
        return self.add("software_File", local, name=f"/{readable(file.path)}", verifiedUsing=hashes)

    def relationship(
        self, element: str, kind: str, others: Iterable[str], *, comment: str = "", completeness: str = ""
    ) -> None:
        """Relate an element to others, or to none: then there is nothing to say."""
        listed = sorted(others)
        if listed:
            name = hashlib.sha256(f"{element} {kind} {comment}".encode()).hexdigest()[:32]
            fields = {"from": element, "relationshipType": kind, "to": listed}
            self.add("Relationship", f"Relationship-{name}", **fields, comment=comment, completeness=completeness)


def _identifiers(purl: str) -> list[Json]:
    return [{"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl", "identifier": purl}] if purl else []


def _hashes(digest: Digest | None) -> list[Json]:
    return [{"type": "Hash", "algorithm": digest.algorithm, "hashValue": digest.hex}] if digest else []
