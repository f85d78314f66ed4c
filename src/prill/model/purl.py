"""Package URLs: the one spelling of a package that every scanner shares.

What is written here is canonical (purl-spec, "How to build a purl string from its components"): qualifiers sorted,
everything percent-encoded but letters, digits, ``.``, ``-``, ``_``, ``~`` and the colon.
"""

from collections.abc import Mapping
from urllib.parse import quote

from prill.errors import PrillError
from prill.model.digest import Digest

__all__ = ["InvalidPurl", "deb_purl", "file_purl", "npm_purl", "oci_purl"]

_MAX_LENGTH = 8192


class InvalidPurl(PrillError):
    """A package cannot be written as a package URL."""


def deb_purl(
    *,
    name: str,
    version: str,
    architecture: str,
    distro: str = "debian-13",
    source_name: str = "",
    source_version: str = "",
) -> str:
    """Name a Debian package: ``pkg:deb/debian/libssl3t64@3.5.1-1?arch=amd64&distro=debian-13&upstream=openssl``.

    ``distro`` is os-release's ``ID-VERSION_ID``, as syft and Trivy write it. ``upstream``, which Grype reads to match
    advisories about source packages, is left out where the source has the binary's own name and version, and holds
    the source's version only where that differs.
    """
    qualifiers = {"arch": architecture, "distro": distro}
    own_version = source_version in {"", version}
    if source_name and not (source_name == name and own_version):
        qualifiers["upstream"] = source_name if own_version else f"{source_name}@{source_version}"
    return _build("deb", distro.partition("-")[0].lower(), name.lower(), version, qualifiers)


def npm_purl(*, name: str, version: str) -> str:
    """Name an npm package, with its scope as the namespace: ``pkg:npm/%40angular/animation@12.3.1``."""
    scope, slash, rest = name.lower().partition("/")
    if not slash:
        return _build("npm", "", scope, version, {})
    if not scope.startswith("@") or "/" in rest:
        raise InvalidPurl(f"not an npm package's name: {name[:160]!r}", hint="write name or @scope/name")
    return _build("npm", scope, rest, version, {})


def file_purl(*, name: str, version: str = "", download_url: str = "", digest: Digest | None = None) -> str:
    """Name a file that no package manager knows, by where it came from and by its content."""
    qualifiers = {"download_url": download_url, "checksum": str(digest) if digest else ""}
    return _build("generic", "", name, version, qualifiers)


def oci_purl(*, name: str, digest: Digest, architecture: str = "") -> str:
    """Name an image by its digest: ``pkg:oci/python3@sha256:…?arch=amd64``.

    ``name`` may be a whole reference; its repository's last part stays, as the purl type for OCI wants it.
    """
    last = name.partition("@")[0].rstrip("/").rpartition("/")[2].partition(":")[0]
    return _build("oci", "", last.lower(), str(digest), {"arch": architecture})


def _build(kind: str, namespace: str, name: str, version: str, qualifiers: Mapping[str, str]) -> str:
    if not name:
        raise InvalidPurl(f"a {kind} package without a name has no package URL")
    parts = (kind, namespace, name) if namespace else (kind, name)
    purl = "pkg:" + "/".join(_encode(part) for part in parts)
    if version:
        purl += f"@{_encode(version)}"
    pairs = [f"{key}={_encode(value)}" for key, value in sorted(qualifiers.items()) if value]
    if pairs:
        purl += "?" + "&".join(pairs)
    if len(purl) > _MAX_LENGTH:
        raise InvalidPurl(f"a package URL of {len(purl)} characters: {purl[:160]!r}…")
    return purl


def _encode(text: str) -> str:
    return quote(text, safe=":", errors="surrogateescape")
