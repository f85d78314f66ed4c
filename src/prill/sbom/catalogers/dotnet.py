"""NuGet packages that .NET applications and runtimes were built with, by their ``*.deps.json``."""

from collections.abc import Sequence

from prill.model.purl_value import build_purl
from prill.sbom.cataloger import Catalogued, FoundFile, Seen, Surroundings, read_bounded
from prill.sbom.listing import ListedPackage, ListedPackages, dependencies_by_name, packages_of

__all__ = ["DOTNET", "DotnetCataloger"]


class DotnetCataloger:
    """Reads ``*.deps.json``."""

    id = "dotnet"
    version = 1
    patterns = ("**/*.deps.json",)
    programs = False
    evidence = ListedPackages

    def read(self, file: FoundFile) -> ListedPackages | None:
        """Read one file; raise `InvalidNugetFile` or `FileTooLarge`."""
        from prill.ecosystems.dotnet import parse_deps  # noqa: PLC0415 - few images have such a file

        return ListedPackages(
            packages=tuple(
                ListedPackage(
                    name=one.name,
                    version=one.version,
                    purl=build_purl(type="nuget", name=one.name, version=one.version),
                    digest=one.digest,
                    requires=one.requires,
                )
                for one in parse_deps(read_bounded(file))
            )
        )

    def catalog(self, seen: Sequence[Seen[ListedPackages]], image: Surroundings) -> Catalogued:  # noqa: ARG002
        """Return each application's packages, and which need which within it."""
        needs = {need for one in seen for need in dependencies_by_name(one.evidence.packages)}
        return Catalogued(packages=packages_of(seen, self.id), relationships=tuple(sorted(needs)))


DOTNET = DotnetCataloger()
