"""What the SBOM encoders share: names and times that depend on the SBOM alone."""

import re
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

from prill.model import Package, PackageFile, Sbom

__all__ = ["absolute_url", "all_files", "document_uuid", "readable", "references", "timestamp"]

_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[!-~]*)?")
_LAST_SECOND = 253402300799  # 9999-12-31T23:59:59Z


def timestamp(seconds: int) -> str:
    """Write seconds since 1970 as RFC 3339 in UTC, whole seconds."""
    return datetime.fromtimestamp(min(max(seconds, 0), _LAST_SECOND), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def document_uuid(sbom: Sbom, *parts: str) -> uuid.UUID:
    """Derive a version 5 UUID (RFC 9562, section 5.5) from the image's digest and what makes documents of it differ."""
    name = "\n".join((str(sbom.subject.digest), sbom.subject.name, str(sbom.created), *parts))
    return uuid.uuid5(uuid.NAMESPACE_OID, readable(name))


def readable(text: str) -> str:
    """Return text that JSON can carry: bytes that were not UTF-8 are spelled out in hexadecimal."""
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def references(packages: Iterable[Package]) -> tuple[tuple[str, Package], ...]:
    """Sort packages by purl and give each a reference of its own: the purl, or ``purl#2`` for a second one of it."""
    seen: dict[str, int] = {}
    found = []
    for package in sorted(packages, key=lambda one: (one.purl, one.found_by, one.locations)):
        seen[package.purl] = number = seen.get(package.purl, 0) + 1
        found.append((package.purl if number == 1 else f"{package.purl}#{number}", package))
    return tuple(found)


def all_files(sbom: Sbom) -> tuple[PackageFile, ...]:
    """Return every file once, sorted by path; packages may share one."""
    files = {file.path: file for file in sbom.unowned}
    for package in sbom.packages:
        files.update((file.path, file) for file in package.files)
    return tuple(file for _, file in sorted(files.items()))


def absolute_url(text: str) -> str | None:
    """Return ``text`` where it is an http or https URL that both SBOM schemas take, else None."""
    return text if _URL.fullmatch(text) else None
