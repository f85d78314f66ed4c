"""PHP packages, by Composer's record of what it installed."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from prill.model import Gap
from prill.model.purl_value import build_purl
from prill.sbom.cataloger import Catalogued, FoundFile, Seen, Surroundings, read_bounded
from prill.sbom.listing import ListedPackage, ListedPackages, dependencies_by_name, packages_of

if TYPE_CHECKING:
    from prill.ecosystems.php import ComposerPackage

__all__ = ["PHP", "PhpCataloger", "listed_packages"]

_MAX_FAULTS = 20


class PhpCataloger:
    """Reads ``vendor/composer/installed.json``."""

    id = "php"
    version = 4
    patterns = ("**/composer/installed.json",)
    programs = False
    evidence = ListedPackages

    def read(self, file: FoundFile) -> ListedPackages | None:
        """Read one record; raise `InvalidComposerFile` or `FileTooLarge`."""
        from prill.ecosystems.php import parse_installed  # noqa: PLC0415 - few images have such a file

        found, broken = parse_installed(read_bounded(file))
        more = (f"and of {len(broken) - _MAX_FAULTS} more entries",) if len(broken) > _MAX_FAULTS else ()
        faults = (*(f"no name and version of {name}" for name in broken[:_MAX_FAULTS]), *more)
        return ListedPackages(packages=listed_packages(found), faults=faults)

    def catalog(self, seen: Sequence[Seen[ListedPackages]], image: Surroundings) -> Catalogued:  # noqa: ARG002
        """Return each application's packages, and which need which within it."""
        needs = {need for one in seen for need in dependencies_by_name(one.evidence.packages)}
        gaps = (Gap(f"/{one.path}", f"{self.id}: {fault}") for one in seen for fault in one.evidence.faults)
        return Catalogued(packages=packages_of(seen, self.id), relationships=tuple(sorted(needs)), gaps=tuple(gaps))


PHP = PhpCataloger()


def listed_packages(packages: "Iterable[ComposerPackage]") -> tuple[ListedPackage, ...]:
    """Return Composer's packages as catalogers list them."""
    return tuple(
        ListedPackage(
            name=one.name,
            version=one.version,
            purl=build_purl(
                type="composer",
                namespace=one.name.partition("/")[0],
                name=one.name.partition("/")[2],
                version=one.version,
            ),
            licenses=one.licenses,
            summary=one.summary,
            homepage=one.homepage,
            author=one.author,
            requires=one.requires,
            provides=one.provides,
        )
        for one in packages
    )
