"""Erlang's and Elixir's applications, by the resource files beside their code: of releases, too."""

import posixpath
from collections.abc import Sequence

from prill.model import Relationship
from prill.model.purl_value import build_purl
from prill.sbom.cataloger import Catalogued, FoundFile, Seen, Surroundings, read_bounded
from prill.sbom.listing import ListedPackage, ListedPackages, dependencies_by_name, packages_of

__all__ = ["ERLANG", "ErlangCataloger"]

_MAX_APP = 1 << 20
_ABOVE = 3
"""How many names stand behind the folder of applications: ``APPLICATION/ebin/APPLICATION.app``."""


class ErlangCataloger:
    """Reads ``ebin/*.app``."""

    id = "erlang"
    version = 1
    patterns = ("**/ebin/*.app",)
    programs = False
    evidence = ListedPackages

    def read(self, file: FoundFile) -> ListedPackages | None:
        """Read one file; raise a `PrillError` where it names no application, and `FileTooLarge`."""
        from prill.ecosystems.erlang import parse_app  # noqa: PLC0415 - few images have such a file

        found = parse_app(read_bounded(file, _MAX_APP))
        return ListedPackages(
            packages=(
                ListedPackage(
                    name=found.name,
                    version=found.version,
                    purl=build_purl(type="otp", name=found.name, version=found.version),
                    summary=found.summary,
                    requires=found.requires,
                ),
            )
        )

    def catalog(self, seen: Sequence[Seen[ListedPackages]], image: Surroundings) -> Catalogued:  # noqa: ARG002
        """Return the applications, and which need which of the same folder of applications."""
        homes: dict[str, list[ListedPackage]] = {}
        for one in seen:
            home = one.path.rsplit("/", _ABOVE)[0] if one.path.count("/") >= _ABOVE else posixpath.dirname(one.path)
            homes.setdefault(home, []).extend(one.evidence.packages)
        needs: set[Relationship] = set()
        for listed in homes.values():
            needs.update(dependencies_by_name(listed))
        return Catalogued(packages=packages_of(seen, self.id), relationships=tuple(sorted(needs)))


ERLANG = ErlangCataloger()
