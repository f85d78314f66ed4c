"""Package URLs: the one spelling of a package that every scanner shares.

`Purl` reads and writes them, `build_purl` writes one of any type; the other functions know which qualifiers the readers
of one type look for.
"""

from prill.model.digest import Digest
from prill.model.purl_value import InvalidPurl, Purl, build_purl
from prill.model.regex import regex

__all__ = ["InvalidPurl", "Purl", "build_purl", "deb_purl", "file_purl", "npm_purl", "oci_purl"]


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
    return build_purl(type="deb", namespace=distro.partition("-")[0], name=name, version=version, qualifiers=qualifiers)


def npm_purl(*, name: str, version: str) -> str:
    """Name an npm package, with its scope as the namespace: ``pkg:npm/%40angular/animation@12.3.1``."""
    scope, slash, rest = name.partition("/")
    if not slash:
        return build_purl(type="npm", name=name, version=version)
    if not scope.startswith("@") or "/" in rest:
        raise InvalidPurl(f"not an npm package's name: {name[:160]!r}", hint="write name or @scope/name")
    return build_purl(type="npm", namespace=scope, name=rest, version=version)


def file_purl(*, name: str, version: str = "", download_url: str = "", digest: Digest | None = None) -> str:
    """Name a file that no package manager knows, by where it came from and by its content."""
    qualifiers = {"download_url": download_url, "checksum": str(digest) if digest else ""}
    return build_purl(type="generic", name=name, version=version, qualifiers=qualifiers)


_SOURCES = frozenset({"docker-archive", "docker-daemon", "oci-archive", "oci-dir", "registry"})
_TAG = regex(r"[0-9][A-Za-z0-9_.-]*|latest")


def oci_purl(*, name: str, digest: Digest, architecture: str = "") -> str:
    """Name an image by its digest: ``pkg:oci/python3@sha256:…?arch=amd64``.

    ``name`` may be a whole reference, or say where an image lies (``docker-archive:app.tar``); its repository's last
    part stays, as the purl type for OCI wants it.
    """
    kind, colon, rest = name.partition(":")
    tag = kind == "registry" and _TAG.fullmatch(rest.partition("@")[0])  # registry:2 is a registry's own image
    name = rest if colon and kind in _SOURCES and not tag else name
    last = name.partition("@")[0].rstrip("/").rpartition("/")[2].partition(":")[0]
    return build_purl(type="oci", name=last, version=str(digest), qualifiers={"arch": architecture})
