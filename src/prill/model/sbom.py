"""The one inner model behind every SBOM format."""

from enum import StrEnum

from prill.model.digest import Digest
from prill.model.package import Package, PackageFile
from prill.model.platforms import Platform
from prill.model.report import Gap
from prill.model.value import dataclass

__all__ = ["Distro", "Relationship", "RelationshipKind", "Sbom", "Subject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distro:
    """A distribution release as ``os-release`` names it: ``debian``, ``13``, ``trixie``."""

    id: str
    version: str
    codename: str = ""
    name: str = ""

    @property
    def title(self) -> str:
        """What people call it: its own name, or else its id and, where it has one, its version."""
        return self.name or f"{self.id} {self.version}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an SBOM is about: an image, whose manifest has ``digest``, or a folder, without that and a platform.

    ``version`` and ``purl`` are those of anything else, such as a program, that a document from elsewhere is about.
    """

    name: str
    digest: Digest | None = None
    platform: Platform | None = None
    version: str = ""
    purl: str = ""


class RelationshipKind(StrEnum):
    """How one package relates to another."""

    DEPENDS_ON = "depends-on"
    CONTAINS = "contains"
    """The other is a copy inside this one, as in a shaded jar, or vendored in a distribution's package."""
    OWNED_BY = "owned-by"
    """The other, a distribution's package, is this one under another name."""


@dataclass(frozen=True, slots=True, order=True)
class Relationship:
    """The package with ``purl`` depends on, contains, or is owned by the one with ``other``."""

    purl: str
    other: str
    kind: RelationshipKind = RelationshipKind.DEPENDS_ON


@dataclass(frozen=True, slots=True, kw_only=True)
class Sbom:
    """What is in an image. ``packages`` is sorted by purl; ``created`` is in seconds since 1970.

    ``unowned`` are the image's regular files that no package owns, such as those the builder made. ``creators`` are who
    made the document that this was read from, as SPDX writes them: ``Tool: syft-1.18``, ``Organization: Example``.
    """

    subject: Subject
    packages: tuple[Package, ...]
    relationships: tuple[Relationship, ...] = ()
    distro: Distro | None = None
    unowned: tuple[PackageFile, ...] = ()
    gaps: tuple[Gap, ...] = ()
    created: int = 0
    creators: tuple[str, ...] = ()
