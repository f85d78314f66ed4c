"""What the SBOM encoders share: names and times that depend on the SBOM alone."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from prill.model import Package, PackageFile, Sbom, Subject
from prill.model.hashes import hasher
from prill.model.purl import InvalidPurl, oci_purl
from prill.model.regex import regex
from prill.model.value import dataclass, replace

__all__ = [
    "Creator",
    "absolute_url",
    "all_files",
    "creators_of",
    "document_uuid",
    "nameless",
    "nested",
    "parse_creator",
    "readable",
    "references",
    "subject_purl",
    "timestamp",
    "with_purl",
]

_URL = regex(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[!-~]*)?")
_CREATOR = regex(r"(?P<kind>Tool|Organization|Person): *(?P<name>.*?) *(?:\((?P<contact>[^()\s]*)\))?")
_EMAIL = regex(r"[!-?A-~]+@[!-?A-~]+")
_LAST_SECOND = 253402300799  # 9999-12-31T23:59:59Z


def timestamp(seconds: int) -> str:
    """Write seconds since 1970 as RFC 3339 in UTC, whole seconds."""
    return datetime.fromtimestamp(min(max(seconds, 0), _LAST_SECOND), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def document_uuid(sbom: Sbom, *parts: str) -> uuid.UUID:
    """Derive a version 5 UUID (RFC 9562, section 5.5) from the subject and what makes documents of it differ.

    An image is known by its digest; of anything else, the packages and files have to say.
    """
    subject = sbom.subject
    names = [str(subject.digest or ""), subject.name, str(sbom.created), *sbom.creators, *parts]
    if not subject.digest:
        names += sorted(package.purl for package in sbom.packages)
    data = uuid.NAMESPACE_OID.bytes + readable("\n".join(names)).encode()
    hashed = hasher("sha1", len(data))  # as `uuid.uuid5` does, which loads OpenSSL for it
    hashed.update(data)
    return uuid.UUID(bytes=hashed.digest()[:16], version=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Creator:
    """Who made something: ``kind`` is SPDX's Tool, Organization or Person; only a tool has a version.

    What stands in parentheses behind a name is an ``email`` or else a ``url``.
    """

    kind: str
    name: str
    version: str = ""
    email: str = ""
    url: str = ""

    @property
    def contact(self) -> str:
        """The email or the URL, in SPDX's parentheses."""
        return f" ({self.email or self.url})" if self.email or self.url else ""


def creators_of(sbom: Sbom, tool: str) -> tuple[Creator, ...]:
    """Return ``tool`` and those who made what the SBOM was read from, each once."""
    found = {parse_creator(text) for text in (f"Tool: {tool}", *sbom.creators)}
    return tuple(sorted(found, key=lambda one: (one.kind != "Tool", one.kind, one.name, one.version, one.email)))


@lru_cache(maxsize=1024)  # few people look after many packages
def parse_creator(text: str) -> Creator:
    """Read ``Tool: NAME-VERSION``, ``Person: NAME (MAIL)`` or an organization; anything else is a person's name."""
    match = _CREATOR.fullmatch(text)
    kind, name, contact = (match["kind"], match["name"], match["contact"] or "") if match else ("Person", text, "")
    version = ""
    if kind == "Tool":
        before, hyphen, after = name.rpartition("-")
        name, version = (before, after) if hyphen and before else (name, "")
    email, url = (contact, "") if _EMAIL.fullmatch(contact) else ("", absolute_url(contact) or "")
    if contact and not (email or url):
        name = f"{name} ({contact})"
    return Creator(kind=kind, name=readable(name), version=readable(version), email=email, url=url)


def subject_purl(subject: Subject) -> str:
    """Return the purl of what an SBOM is about: its own, or an image's by its digest; empty for a folder."""
    if subject.purl or not subject.digest:
        return subject.purl
    architecture = subject.platform.architecture if subject.platform else ""
    try:
        return oci_purl(name=readable(subject.name), digest=subject.digest, architecture=architecture)
    except InvalidPurl:
        return ""


def with_purl(subject: Subject, purl: str) -> Subject:
    """Return a subject with the purl that its document names, where that says more than its digest does."""
    return replace(subject, purl=purl) if purl and purl != subject_purl(subject) else subject


def nested(packages: Iterable[Package]) -> dict[str, str]:
    """Return the owner's purl for every package that a listed package owns; an owner is nobody's own."""
    listed = tuple(packages)
    owners = {package.purl for package in listed if not package.owner}
    return {package.purl: package.owner for package in listed if package.owner and package.owner in owners}


def readable(text: str) -> str:
    """Return text that JSON can carry: bytes that were not UTF-8 are spelled out in hexadecimal."""
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def references(packages: Iterable[Package]) -> tuple[tuple[str, Package], ...]:
    """Sort packages by purl and give each a reference of its own: the purl, or ``purl#2`` for a second one of it.

    A package without a purl goes by its name and version.
    """
    seen: dict[str, int] = {}
    found = []
    for package in sorted(packages, key=lambda one: (one.purl, one.name, one.version, one.found_by, one.locations)):
        name = package.purl or nameless(package.name, package.version)
        seen[name] = number = seen.get(name, 0) + 1
        found.append((name if number == 1 else f"{name}#{number}", package))
    return tuple(found)


def nameless(name: str, version: str) -> str:
    """Return what a package without a purl goes by."""
    return f"package:{readable(name)}@{readable(version)}"


def all_files(sbom: Sbom) -> tuple[PackageFile, ...]:
    """Return every file once, sorted by path; packages may share one."""
    files = {file.path: file for file in sbom.unowned}
    for package in sbom.packages:
        files.update((file.path, file) for file in package.files)
    return tuple(file for _, file in sorted(files.items()))


def absolute_url(text: str) -> str | None:
    """Return ``text`` where it is an http or https URL that both SBOM schemas take, else None."""
    return text if _URL.fullmatch(text) else None
