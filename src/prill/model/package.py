"""A package as an SBOM knows it."""

from prill.model.digest import Digest
from prill.model.value import dataclass

__all__ = [
    "ApkDetails",
    "ArtifactDetails",
    "DebDetails",
    "Details",
    "LanguageDetails",
    "Location",
    "Package",
    "PackageFile",
    "RpmDetails",
]


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """Where the evidence for something stands: a path without a leading slash, and the diff ID of its layer."""

    path: str
    layer: str = ""


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
class ApkDetails:
    """What only an apk package has; ``origin`` is its source package, which has the same version."""

    architecture: str
    origin: str = ""
    maintainer: str = ""
    homepage: str = ""
    summary: str = ""
    digest: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RpmDetails:
    """What only an rpm package has; ``source_rpm`` is a file name, ``modularity`` a module's label."""

    architecture: str
    epoch: int = 0
    release: str = ""
    source_rpm: str = ""
    vendor: str = ""
    modularity: str = ""
    homepage: str = ""
    summary: str = ""
    digest: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageDetails:
    """What a language's, or another, package manager says of its package."""

    homepage: str = ""
    summary: str = ""
    author: str = ""
    digest: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactDetails:
    """What came from a file, a URL or an npm package rather than from a distribution."""

    source: str
    digest: Digest | None = None


Details = DebDetails | ApkDetails | RpmDetails | LanguageDetails | ArtifactDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One installed package.

    ``purl`` is canonical; ``licenses`` is a valid SPDX expression or empty where none is known; ``found_by`` names
    what said so (``lock``, or a cataloger's id); ``locations`` are where in the image it said so. ``owner`` is the purl
    of the distribution's package that is this one under another name, which must not be counted twice. ``supplier`` and
    ``properties``, which are names and values in a tool's own words, come from documents that somebody else wrote.
    """

    name: str
    version: str
    purl: str
    found_by: str
    details: Details
    licenses: str = ""
    locations: tuple[Location, ...] = ()
    files: tuple[PackageFile, ...] = ()
    owner: str = ""
    supplier: str = ""
    properties: tuple[tuple[str, str], ...] = ()
