"""SBOMs that are in an image because its builder put them there: Bitnami's, and those of Wolfi and Chainguard.

Bitnami describes each component in ``/opt/bitnami/NAME/.spdx-NAME.spdx``; Wolfi's packages bring
``/var/lib/db/sbom/NAME-VERSION.spdx.json``. Both are SPDX 2.x as JSON. What names a repository of source code is where
something was built from, and no package in the image.
"""

from collections.abc import Iterator, Sequence

import msgspec

from prill.model import Gap, Package, Relationship, RelationshipKind
from prill.model.purl_value import InvalidPurl, Purl
from prill.sbom.cataloger import Catalogued, Evidence, FoundFile, Seen, Surroundings, read_bounded
from prill.sbom.listing import ListedPackage, package_of
from prill.sbom.ownership import SYSTEM_PURLS

__all__ = ["EMBEDDED", "EmbeddedCataloger", "EmbeddedEvidence"]

_SOURCES = frozenset({"bitbucket", "generic", "git", "github", "gitlab", "oci"})
_ABOUT_THE_BUILD = ("relationships ", "snippets")
"""Whose gaps are no packages: what something was generated from, and by which tool."""


class Link(msgspec.Struct, frozen=True, array_like=True):
    """A relationship, as `Relationship` has it."""

    purl: str
    other: str
    kind: RelationshipKind


class EmbeddedEvidence(Evidence, frozen=True):
    """What one document says; ``gaps`` are those that it has itself."""

    packages: tuple[ListedPackage, ...] = ()
    links: tuple[Link, ...] = ()
    gaps: tuple[str, ...] = ()


class EmbeddedCataloger:
    """Reads SPDX documents in the places that are known for them."""

    id = "embedded-sbom"
    version = 1
    patterns = ("**/.spdx-*.spdx", "var/lib/db/sbom/*.spdx.json")
    programs = False
    evidence = EmbeddedEvidence

    def read(self, file: FoundFile) -> EmbeddedEvidence | None:
        """Read one document; raise `InvalidSbom` or `FileTooLarge`."""
        from prill.formats.spdx_reader import read_spdx_packages  # noqa: PLC0415 - heavy; few images have such a file

        sbom = read_spdx_packages(read_bounded(file), "SPDX document")
        packages = tuple(_listed(one) for one in sbom.packages if _is_content(one.purl))
        known = {one.purl for one in packages}
        links = tuple(Link(one.purl, one.other, one.kind) for one in sbom.relationships if one.purl in known)
        gaps = tuple(gap.reason for gap in sbom.gaps if not gap.subject.startswith(_ABOUT_THE_BUILD))
        return EmbeddedEvidence(packages=packages, links=links, gaps=gaps)

    def catalog(self, seen: Sequence[Seen[EmbeddedEvidence]], image: Surroundings) -> Catalogued:
        """Return the packages that no package manager's database in the image has, too."""
        installed = {
            (one.purl.partition("/")[0], one.name, one.version)
            for one in image.found
            if one.purl.startswith(SYSTEM_PURLS)
        }
        packages = tuple(package_of(listed, one.location, self.id) for one in seen for listed in one.evidence.packages)
        return Catalogued(
            packages=tuple(
                one for one in packages if (one.purl.partition("/")[0], one.name, one.version) not in installed
            ),
            relationships=tuple(sorted(set(_relationships(seen)))),
            gaps=tuple(Gap(f"/{one.path}", f"{self.id}: {reason}") for one in seen for reason in one.evidence.gaps),
        )


EMBEDDED = EmbeddedCataloger()


def _is_content(purl: str) -> bool:
    try:
        return bool(purl) and Purl.parse(purl).type not in _SOURCES
    except InvalidPurl:
        return False


def _listed(package: Package) -> ListedPackage:
    return ListedPackage(
        name=package.name,
        version=package.version,
        purl=package.purl,
        licenses=package.licenses,
        summary=getattr(package.details, "summary", ""),
        homepage=getattr(package.details, "homepage", ""),
        author=package.supplier,
        digest=str(package.details.digest or ""),
    )


def _relationships(seen: Sequence[Seen[EmbeddedEvidence]]) -> Iterator[Relationship]:
    for one in seen:
        for link in one.evidence.links:
            yield Relationship(link.purl, link.other, link.kind)
