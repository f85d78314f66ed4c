"""SBOMs that are in an image because its builder put them there: Bitnami's, Wolfi's and Chainguard's, and wheels'.

Bitnami describes each component in ``/opt/bitnami/NAME/.spdx-NAME.spdx``; Wolfi's packages bring
``/var/lib/db/sbom/NAME-VERSION.spdx.json``. Both are SPDX 2.x as JSON. What names a repository of source code is where
something was built from, and no package in the image.

A wheel says in ``NAME.dist-info/sboms/`` what was put into it besides its own files: libraries, crates, other wheels
(PEP 770). Its own parts, and what it needs but has not, are none.
"""

from collections.abc import Iterator, Sequence

import msgspec

from prill.model import Gap, Package, Relationship, RelationshipKind
from prill.model.purl_value import InvalidPurl, Purl, build_purl
from prill.model.value import replace
from prill.sbom.cataloger import Catalogued, Evidence, FoundFile, Seen, Surroundings, read_bounded
from prill.sbom.listing import ListedPackage, package_of
from prill.sbom.ownership import SYSTEM_PURLS

__all__ = ["EMBEDDED", "EmbeddedCataloger", "EmbeddedEvidence"]

_SOURCES = frozenset({"bitbucket", "generic", "git", "github", "gitlab", "oci"})
_WHEELS = ".dist-info/sboms/"
_ABOUT_THE_BUILD = ("relationships ", "snippets", "formulation", "compositions")
"""Whose gaps are no packages: what something was generated from, by which tool, and how complete it may be."""


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
    """Reads documents in the places that are known for them."""

    id = "embedded-sbom"
    version = 3
    patterns = (
        "**/.spdx-*.spdx",
        "var/lib/db/sbom/*.spdx.json",
        *(f"**/*.dist-info/sboms/*.{ending}" for ending in ("json", "spdx", "xml")),
    )
    programs = False
    evidence = EmbeddedEvidence

    def read(self, file: FoundFile) -> EmbeddedEvidence | None:
        """Read one document; raise `InvalidSbom` or `FileTooLarge`."""
        if _WHEELS in file.path:
            from prill.formats.sbom_documents import read_sbom  # noqa: PLC0415 - heavy; few images have such a file

            sbom = read_sbom(read_bounded(file), "SBOM")
            own = _thing(sbom.subject.purl)
            packages = tuple(_listed(one) for one in sbom.packages if one.version and _is_brought(one.purl, own))
        else:
            from prill.formats.spdx_reader import read_spdx_packages  # noqa: PLC0415 - as above

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


def _is_brought(purl: str, own: Purl | None) -> bool:
    """Say whether a wheel's component came from elsewhere, as what has no purl did: none of the wheel's ``own``.

    Cargo and maturin name a crate beside by its folder.
    """
    thing = _thing(purl)
    return thing is None or (thing != own and not Purl.parse(purl).qualifier("download_url").startswith("file:"))


def _thing(purl: str) -> Purl | None:
    """Return which package in which version a purl means, not which file or part of it."""
    try:
        return replace(Purl.parse(purl), qualifiers=(), subpath="") if purl else None
    except InvalidPurl:
        return None


def _listed(package: Package) -> ListedPackage:
    return ListedPackage(
        name=package.name,
        version=package.version,
        purl=package.purl or build_purl(type="generic", name=package.name, version=package.version),
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
