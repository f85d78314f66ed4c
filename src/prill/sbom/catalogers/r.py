"""Packages of R, by the ``DESCRIPTION`` that R keeps of what it installed."""

import posixpath
from collections.abc import Sequence

from prill.model import Relationship
from prill.model.purl_value import build_purl
from prill.sbom.cataloger import Catalogued, FoundFile, Seen, Surroundings, read_bounded
from prill.sbom.listing import ListedPackage, ListedPackages, dependencies_by_name, packages_of

__all__ = ["R", "RCataloger"]

_MAX_DESCRIPTION = 1 << 20


class RCataloger:
    """Reads ``DESCRIPTION`` in R's libraries: of base R, of CRAN's packages, and of others."""

    id = "r"
    version = 2
    patterns = ("**/library/*/DESCRIPTION", "**/site-library/*/DESCRIPTION")
    programs = False
    evidence = ListedPackages

    def read(self, file: FoundFile) -> ListedPackages | None:
        """Read one file; None for what was not installed. Raise a `PrillError` where it names no package."""
        from prill.ecosystems.r import parse_description  # noqa: PLC0415 - few images have such a file

        found = parse_description(read_bounded(file, _MAX_DESCRIPTION))
        if found is None:
            return None
        return ListedPackages(
            packages=(
                ListedPackage(
                    name=found.name,
                    version=found.version,
                    purl=build_purl(type="cran", name=found.name, version=found.version),
                    licenses=found.licenses,
                    summary=found.summary,
                    homepage=found.homepage,
                    author=found.author,
                    requires=found.requires,
                ),
            )
        )

    def catalog(self, seen: Sequence[Seen[ListedPackages]], image: Surroundings) -> Catalogued:  # noqa: ARG002
        """Return the packages, and who needs whom; R looks through all its libraries, the nearest first."""
        nearest: dict[str, ListedPackage] = {}
        libraries: dict[str, list[ListedPackage]] = {}
        for one in seen:
            libraries.setdefault(posixpath.dirname(posixpath.dirname(one.path)), []).extend(one.evidence.packages)
            nearest.update((listed.name, listed) for listed in one.evidence.packages)
        needs: set[Relationship] = set()
        for listed in libraries.values():
            own = {one.purl for one in listed}
            wanted = {name for one in listed for name in one.requires} - {one.name for one in listed}
            others = (nearest[name] for name in sorted(wanted & nearest.keys()))
            found = dependencies_by_name((*listed, *others))
            needs.update(need for need in found if need.purl in own)
        return Catalogued(packages=packages_of(seen, self.id), relationships=tuple(sorted(needs)))


R = RCataloger()
