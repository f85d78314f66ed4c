"""CycloneDX 1.6 documents in JSON (ECMA-424; cyclonedx.org/docs/1.6/json).

The image is the document's subject, its packages are the components, each with its files inside it. The distribution
is a component of its own, because scanners choose their advisories by it. ``bom-ref`` is the purl, and the serial
number follows from the image's digest, so encoding twice gives the same bytes.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from prill.formats._documents import absolute_url, document_uuid, readable, references, timestamp
from prill.model import DebDetails, Digest, Distro, Package, PackageFile, Sbom
from prill.model.purl import oci_purl

__all__ = ["MEDIA_TYPE", "encode_cyclonedx"]

MEDIA_TYPE = "application/vnd.cyclonedx+json"

_HASHES = {"sha256": "SHA-256", "sha512": "SHA-512"}

Json = dict[str, Any]


def encode_cyclonedx(sbom: Sbom, *, tool: str, files: bool = True) -> bytes:
    """Write ``sbom`` as a CycloneDX 1.6 document made by ``tool`` (``prill-1.2``), with or without the files."""
    packages = references(sbom.packages)
    image = _image(sbom)
    components = [_package(reference, package, files=files) for reference, package in packages]
    if sbom.distro:
        components.insert(0, _system(sbom.distro))
    if files:
        components.extend(_file(file) for file in sorted(sbom.unowned))
    name, _, version = tool.rpartition("-")
    document: Json = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": document_uuid(sbom, "cyclonedx", tool, str(files)).urn,
        "version": 1,
        "metadata": {
            "timestamp": timestamp(sbom.created),
            "tools": {
                "components": [{"type": "application", "name": name or tool, "version": version if name else ""}]
            },
            "component": image,
        },
        "components": components,
        "dependencies": list(_dependencies(sbom, image["bom-ref"], packages)),
        "compositions": [
            {"aggregate": "incomplete" if sbom.gaps else "complete", "assemblies": [image["bom-ref"]]},
        ],
    }
    if sbom.gaps:
        document["properties"] = _properties((f"prill:gap:{gap.subject}", gap.reason) for gap in sorted(sbom.gaps))
    return msgspec.json.encode(document)


def _image(sbom: Sbom) -> Json:
    subject = sbom.subject
    purl = oci_purl(name=subject.name, digest=subject.digest, architecture=subject.platform.architecture)
    return {
        "bom-ref": purl,
        "type": "container",
        "name": readable(subject.name),
        "version": str(subject.digest),
        "hashes": [_hash(subject.digest)],
        "purl": purl,
        "properties": _properties([("prill:platform", str(subject.platform))]),
    }


def _system(distro: Distro) -> Json:
    found: Json = {
        "bom-ref": _system_reference(distro),
        "type": "operating-system",
        "name": distro.id,
        "version": distro.version,
    }
    if distro.name:
        found["description"] = readable(distro.name)
    return found


def _system_reference(distro: Distro) -> str:
    return f"os:{distro.id}@{distro.version}"


def _package(reference: str, package: Package, *, files: bool) -> Json:
    details = package.details
    found: Json = {
        "bom-ref": reference,
        "type": "library",
        "name": readable(package.name),
        "version": readable(package.version),
    }
    if isinstance(details, DebDetails) and details.summary:
        found["description"] = readable(details.summary)
    if details.digest:
        found["hashes"] = [_hash(details.digest)]
    if package.licenses:
        found["licenses"] = [{"expression": package.licenses}]
    found["purl"] = package.purl
    if isinstance(details, DebDetails):
        if details.maintainer:
            found["publisher"] = readable(details.maintainer)
        if url := absolute_url(details.homepage):
            found["externalReferences"] = [{"type": "website", "url": url}]
    elif url := absolute_url(details.source):
        found["externalReferences"] = [{"type": "distribution", "url": url}]
    found["properties"] = _properties(_package_properties(package))
    if files and package.files:
        found["components"] = [_file(file) for file in sorted(package.files)]
    return found


def _package_properties(package: Package) -> Iterator[tuple[str, str]]:
    yield "prill:found-by", package.found_by
    details = package.details
    if not isinstance(details, DebDetails):
        yield "prill:source", details.source
        return
    # Debian's advisories are about source packages. Trivy and Grype learn of them under these names only.
    yield "syft:package:metadataType", "dpkg-db-entry"
    yield "syft:metadata:source", details.source_name
    yield "syft:metadata:sourceVersion", details.source_version
    epoch, _, rest = details.source_version.rpartition(":")
    upstream, hyphen, revision = rest.rpartition("-")
    yield "aquasecurity:trivy:SrcName", details.source_name
    yield "aquasecurity:trivy:SrcEpoch", epoch
    yield "aquasecurity:trivy:SrcVersion", upstream if hyphen else rest
    yield "aquasecurity:trivy:SrcRelease", revision if hyphen else ""


def _file(file: PackageFile) -> Json:
    return {
        "type": "file",
        "name": f"/{readable(file.path)}",
        "hashes": [{"alg": "SHA-1", "content": file.sha1}, {"alg": "SHA-256", "content": file.sha256}],
    }


def _dependencies(sbom: Sbom, image: str, packages: tuple[tuple[str, Package], ...]) -> Iterator[Json]:
    known = {reference for reference, _ in packages}
    needs: dict[str, set[str]] = {reference: set() for reference in known}
    for one in sbom.relationships:
        if one.purl in known and one.depends_on in known:
            needs[one.purl].add(one.depends_on)
    system = [_system_reference(sbom.distro)] if sbom.distro else []
    yield {"ref": image, "dependsOn": [*system, *sorted(known)]}
    for reference, others in sorted(needs.items()):
        if others:
            yield {"ref": reference, "dependsOn": sorted(others)}
        else:
            yield {"ref": reference}


def _hash(digest: Digest) -> Json:
    return {"alg": _HASHES[digest.algorithm], "content": digest.hex}


def _properties(pairs: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"name": readable(name), "value": readable(value)} for name, value in pairs if value]
