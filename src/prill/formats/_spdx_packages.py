"""A package, a file, an image or a distribution as SPDX 2.3 writes them in JSON."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from prill.formats._documents import absolute_url, readable, subject_purl
from prill.formats._package_facts import BUILT_FROM, Facts, actor, facts_of, package_comment
from prill.model import ArtifactDetails, DebDetails, Digest, Distro, Package, PackageFile, Subject
from prill.model.regex import regex

__all__ = ["IMAGE", "SYSTEM", "file_id", "package_id", "spdx_file", "spdx_package", "spdx_subject", "spdx_system"]

IMAGE = "SPDXRef-Image"
SYSTEM = "SPDXRef-OperatingSystem"

_UNSAFE = regex(r"[^A-Za-z0-9.]+")

Json = dict[str, Any]


def spdx_subject(subject: Subject, files: Iterable[PackageFile]) -> Json:
    """Write what the document is about, as the root package."""
    found: Json = {
        "SPDXID": IMAGE,
        "name": readable(subject.name),
        "downloadLocation": "NOASSERTION",
        "primaryPackagePurpose": "CONTAINER" if subject.digest else "APPLICATION" if subject.purl else "FILE",
        **_analysis(files),
    }
    if version := subject.version or str(subject.digest or ""):
        found["versionInfo"] = readable(version)
    if subject.digest:
        found["checksums"] = [_checksum(subject.digest)]
    if purl := subject_purl(subject):
        found["externalRefs"] = [_purl_reference(purl)]
    if subject.platform:
        found["comment"] = f"platform: {subject.platform}"
    return found


def spdx_system(distro: Distro) -> Json:
    """Name the distribution: Trivy reads no Debian package of a document that has no operating system in it."""
    return {
        "SPDXID": SYSTEM,
        "name": distro.id,
        "versionInfo": distro.version,
        "downloadLocation": "NOASSERTION",
        "primaryPackagePurpose": "OPERATING_SYSTEM",
        "filesAnalyzed": False,
    } | ({"summary": readable(distro.name)} if distro.name else {})


def spdx_package(reference: str, package: Package, distro: Distro | None, *, files: bool) -> Json:
    """Write one package, with the verification code of its files where they are in the document."""
    details = package.details
    facts = facts_of(package, distro)
    found: Json = {
        "SPDXID": package_id(reference, package),
        "name": readable(package.name),
        "versionInfo": readable(package.version),
        "downloadLocation": "NOASSERTION",
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": package.licenses or "NOASSERTION",
        "copyrightText": "NOASSERTION",
        **_analysis(package.files if files else ()),
    }
    if package.purl:
        found["externalRefs"] = [_purl_reference(package.purl)]
    if details.digest:
        found["checksums"] = [_checksum(details.digest)]
    if isinstance(details, ArtifactDetails) and details.source:
        found["downloadLocation"] = absolute_url(details.source) or "NOASSERTION"
        found["sourceInfo"] = readable(f"taken from: {details.source}")
    if facts.source_name:
        found["sourceInfo"] = readable(f"{BUILT_FROM}: {facts.source_name} {facts.source_version}")
    if isinstance(details, DebDetails) and details.filename:
        found["packageFileName"] = readable(details.filename.rpartition("/")[2])
    return found | {key: value for key, value in _told(package, facts) if value}


def _told(package: Package, facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield what people want to know, empty where it is not known."""
    yield "supplier", readable(facts.supplier)
    if facts.maintainer:
        yield "originator", actor(facts.maintainer)
    yield "homepage", absolute_url(facts.homepage) or ""
    yield "summary", readable(facts.summary)
    yield "comment", package_comment(package)


def _purl_reference(purl: str) -> Json:
    return {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}


def _checksum(digest: Digest) -> Json:
    return {"algorithm": digest.algorithm.upper(), "checksumValue": digest.hex}


def _analysis(files: Iterable[PackageFile]) -> Json:
    """Return the package verification code (section 7.9): the SHA-1 of the files' sorted SHA-1s, written together."""
    hashes = sorted(file.sha1 for file in files)
    if not all(hashes) or not hashes:
        return {"filesAnalyzed": False}
    code = hashlib.sha1("".join(hashes).encode(), usedforsecurity=False).hexdigest()
    return {"filesAnalyzed": True, "packageVerificationCode": {"packageVerificationCodeValue": code}}


def spdx_file(file: PackageFile) -> Json:
    """Write one file."""
    sums = [("SHA1", file.sha1), ("SHA256", file.sha256)]
    return {
        "SPDXID": file_id(file.path),
        "fileName": f"./{readable(file.path)}",
        "checksums": [{"algorithm": algorithm, "checksumValue": value} for algorithm, value in sums if value],
    }


def package_id(reference: str, package: Package) -> str:
    """Return a package's ``SPDXID``."""
    name = _UNSAFE.sub("-", package.name).strip("-.")
    return f"SPDXRef-Package-{name}-{hashlib.sha256(reference.encode()).hexdigest()[:16]}"


def file_id(path: str) -> str:
    """Return a file's ``SPDXID``."""
    return f"SPDXRef-File-{hashlib.sha256(path.encode('utf-8', 'surrogateescape')).hexdigest()[:32]}"
