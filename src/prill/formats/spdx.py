"""SPDX 2.3 documents in JSON (ISO/IEC 5962's successor; spdx.github.io/spdx-spec/v2.3).

The image is the root package. It contains the packages, each with the files that are left of it in the image, and the
files that no package owns; every file is there once. Nothing in a document is random: its namespace follows from the
image's digest, so encoding twice gives the same bytes.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from prill.formats._documents import absolute_url, all_files, document_uuid, readable, references, timestamp
from prill.model import DebDetails, Distro, Package, PackageFile, Sbom
from prill.model.licenses import license_refs
from prill.model.purl import oci_purl
from prill.model.spdx_ids import LICENSE_LIST_VERSION

__all__ = ["MEDIA_TYPE", "encode_spdx"]

MEDIA_TYPE = "application/spdx+json"

_DOCUMENT = "SPDXRef-DOCUMENT"
_IMAGE = "SPDXRef-Image"
_SYSTEM = "SPDXRef-OperatingSystem"
_UNSAFE = re.compile(r"[^A-Za-z0-9.]+")
_ADDRESS = re.compile(r"(?P<name>[^<>]*?)\s*<(?P<email>[^<>\s]+)>\s*")
_SEVERAL_PEOPLE = re.compile(
    r"\b(?:team|maintainers|developers|packagers|group|project)\b|@lists\.|@tracker\.", re.IGNORECASE
)

# The words Trivy reads a source package from; they are also plain English.
_BUILT_FROM = "built package from"

Json = dict[str, Any]


def encode_spdx(sbom: Sbom, *, tool: str, files: bool = True) -> bytes:
    """Write ``sbom`` as an SPDX 2.3 document made by ``tool`` (``prill-1.2``), with or without the files."""
    packages = references(sbom.packages)
    document: Json = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": _DOCUMENT,
        "name": readable(sbom.subject.name),
        "documentNamespace": _namespace(sbom, tool, files=files),
        "creationInfo": {
            "created": timestamp(sbom.created),
            "creators": [f"Tool: {tool}"],
            "licenseListVersion": LICENSE_LIST_VERSION,
        },
        "packages": list(_packages(sbom, packages, files=files)),
        "relationships": list(_relationships(sbom, packages, files=files)),
    }
    if files:
        document["files"] = [_file(file) for file in all_files(sbom)]
    if extracted := list(_extracted_licenses(sbom)):
        document["hasExtractedLicensingInfos"] = extracted
    if sbom.gaps:
        document["comment"] = "\n".join(readable(f"{gap.subject}: {gap.reason}") for gap in sorted(sbom.gaps))
    return msgspec.json.encode(document)


def _namespace(sbom: Sbom, tool: str, *, files: bool) -> str:
    name = _UNSAFE.sub("-", sbom.subject.name).strip("-.") or "image"
    return f"https://spdx.org/spdxdocs/prill/{name}-{document_uuid(sbom, 'spdx', tool, str(files))}"


def _packages(sbom: Sbom, packages: Iterable[tuple[str, Package]], *, files: bool) -> Iterator[Json]:
    yield _image(sbom, files=files)
    if sbom.distro:
        yield _system(sbom.distro)
    for reference, package in packages:
        yield _package(reference, package, sbom.distro, files=files)


def _image(sbom: Sbom, *, files: bool) -> Json:
    subject = sbom.subject
    purl = oci_purl(name=subject.name, digest=subject.digest, architecture=subject.platform.architecture)
    return {
        "SPDXID": _IMAGE,
        "name": readable(subject.name),
        "versionInfo": str(subject.digest),
        "downloadLocation": "NOASSERTION",
        "primaryPackagePurpose": "CONTAINER",
        "checksums": [{"algorithm": subject.digest.algorithm.upper(), "checksumValue": subject.digest.hex}],
        "externalRefs": [_purl_reference(purl)],
        "comment": f"platform: {subject.platform}",
        **_analysis(all_files(sbom) if files else ()),
    }


def _system(distro: Distro) -> Json:
    """Name the distribution: Trivy reads no Debian package of a document that has no operating system in it."""
    return {
        "SPDXID": _SYSTEM,
        "name": distro.id,
        "versionInfo": distro.version,
        "downloadLocation": "NOASSERTION",
        "primaryPackagePurpose": "OPERATING_SYSTEM",
        "filesAnalyzed": False,
    }


def _package(reference: str, package: Package, distro: Distro | None, *, files: bool) -> Json:
    details = package.details
    found: Json = {
        "SPDXID": _package_id(reference, package),
        "name": readable(package.name),
        "versionInfo": readable(package.version),
        "downloadLocation": "NOASSERTION",
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": package.licenses or "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "externalRefs": [_purl_reference(package.purl)],
        **_analysis(package.files if files else ()),
    }
    if details.digest:
        found["checksums"] = [{"algorithm": details.digest.algorithm.upper(), "checksumValue": details.digest.hex}]
    if not isinstance(details, DebDetails):
        found["downloadLocation"] = absolute_url(details.source) or "NOASSERTION"
        found["sourceInfo"] = readable(f"taken from: {details.source}")
        return found
    found["sourceInfo"] = readable(f"{_BUILT_FROM}: {details.source_name} {details.source_version}")
    if distro:
        found["supplier"] = f"Organization: {distro.id.capitalize()}"
    if details.maintainer:
        found["originator"] = _actor(details.maintainer)
    if url := absolute_url(details.homepage):
        found["homepage"] = url
    if details.summary:
        found["summary"] = readable(details.summary)
    if details.filename:
        found["packageFileName"] = readable(details.filename.rpartition("/")[2])
    return found


def _actor(maintainer: str) -> str:
    """Write a maintainer field as SPDX writes people: ``Person: Name (address)`` (section 7.5)."""
    kind = "Organization" if _SEVERAL_PEOPLE.search(maintainer) else "Person"
    text = " ".join(readable(maintainer).split())
    match = _ADDRESS.fullmatch(text)
    if not match or not match["name"]:
        return f"{kind}: {text}"
    return f"{kind}: {match['name'].strip(chr(34))} ({match['email']})"


def _purl_reference(purl: str) -> Json:
    return {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}


def _analysis(files: Iterable[PackageFile]) -> Json:
    """Return the package verification code (section 7.9): the SHA-1 of the files' sorted SHA-1s, written together."""
    hashes = sorted(file.sha1 for file in files)
    if not hashes:
        return {"filesAnalyzed": False}
    code = hashlib.sha1("".join(hashes).encode(), usedforsecurity=False).hexdigest()
    return {"filesAnalyzed": True, "packageVerificationCode": {"packageVerificationCodeValue": code}}


def _file(file: PackageFile) -> Json:
    return {
        "SPDXID": _file_id(file.path),
        "fileName": f"./{readable(file.path)}",
        "checksums": [
            {"algorithm": "SHA1", "checksumValue": file.sha1},
            {"algorithm": "SHA256", "checksumValue": file.sha256},
        ],
    }


def _relationships(sbom: Sbom, packages: tuple[tuple[str, Package], ...], *, files: bool) -> Iterator[Json]:
    yield _relationship(_DOCUMENT, "DESCRIBES", _IMAGE)
    if sbom.distro:
        yield _relationship(_IMAGE, "CONTAINS", _SYSTEM)
    ids = {reference: _package_id(reference, package) for reference, package in packages}
    for reference in ids.values():
        yield _relationship(_IMAGE, "CONTAINS", reference)
    for one in sorted(sbom.relationships):
        if one.purl in ids and one.depends_on in ids:
            yield _relationship(ids[one.purl], "DEPENDS_ON", ids[one.depends_on])
    if not files:
        return
    for file in sorted(sbom.unowned):
        yield _relationship(_IMAGE, "CONTAINS", _file_id(file.path))
    for reference, package in packages:
        for file in sorted(package.files):
            yield _relationship(ids[reference], "CONTAINS", _file_id(file.path))


def _relationship(element: str, kind: str, related: str) -> Json:
    return {"spdxElementId": element, "relationshipType": kind, "relatedSpdxElement": related}


def _extracted_licenses(sbom: Sbom) -> Iterator[Json]:
    """Say of each ``LicenseRef-…`` where its text stands (section 10): in the packages' own copyright files."""
    used: dict[str, set[str]] = {}
    for package in sbom.packages:
        for reference in license_refs(package.licenses):
            used.setdefault(reference, set()).add(package.name)
    for reference, names in sorted(used.items()):
        places = ", ".join(f"/usr/share/doc/{name}/copyright" for name in sorted(names))
        yield {
            "licenseId": reference,
            "name": reference.removeprefix("LicenseRef-"),
            "extractedText": f"The text stands in the image, in {places}.",
        }


def _package_id(reference: str, package: Package) -> str:
    name = _UNSAFE.sub("-", package.name).strip("-.")
    return f"SPDXRef-Package-{name}-{hashlib.sha256(reference.encode()).hexdigest()[:16]}"


def _file_id(path: str) -> str:
    return f"SPDXRef-File-{hashlib.sha256(path.encode('utf-8', 'surrogateescape')).hexdigest()[:32]}"
