"""The one inner model behind every SBOM format."""

from dataclasses import dataclass

from prill.model.digest import Digest
from prill.model.package import Package, PackageFile
from prill.model.platforms import Platform
from prill.model.report import Gap

__all__ = ["Distro", "Relationship", "Sbom", "Subject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distro:
    """A distribution release as ``os-release`` names it: ``debian``, ``13``, ``trixie``."""

    id: str
    version: str
    codename: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The image an SBOM is about; ``digest`` is its manifest's."""

    name: str
    digest: Digest
    platform: Platform


@dataclass(frozen=True, slots=True, order=True)
class Relationship:
    """``purl`` depends on the package whose purl is ``depends_on``."""

    purl: str
    depends_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sbom:
    """What is in an image. ``packages`` is sorted by purl; ``created`` is in seconds since 1970.

    ``unowned`` are the image's regular files that no package owns, such as those the builder made.
    """

    subject: Subject
    packages: tuple[Package, ...]
    relationships: tuple[Relationship, ...] = ()
    distro: Distro | None = None
    unowned: tuple[PackageFile, ...] = ()
    gaps: tuple[Gap, ...] = ()
    created: int = 0
