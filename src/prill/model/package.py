"""A package as an SBOM knows it."""

from dataclasses import dataclass

from prill.model.digest import Digest

__all__ = ["ArtifactDetails", "DebDetails", "Package", "PackageFile"]


@dataclass(frozen=True, slots=True, order=True)
class PackageFile:
    """A regular file in the image that belongs to a package. ``path`` has no leading slash."""

    path: str
    sha256: str
    sha1: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DebDetails:
    """What only a Debian package has. ``filename`` is its path in the archive's pool."""

    architecture: str
    source_name: str
    source_version: str
    maintainer: str = ""
    homepage: str = ""
    summary: str = ""
    filename: str = ""
    digest: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactDetails:
    """What came from a file, a URL or an npm package rather than from a distribution."""

    source: str
    digest: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One installed package.

    ``purl`` is canonical; ``licenses`` is a valid SPDX expression or empty where none is known; ``found_by`` names
    what said so (``lock``, or a cataloger's id); ``locations`` are the paths of the evidence in the image.
    """

    name: str
    version: str
    purl: str
    found_by: str
    details: DebDetails | ArtifactDetails
    licenses: str = ""
    locations: tuple[str, ...] = ()
    files: tuple[PackageFile, ...] = ()
