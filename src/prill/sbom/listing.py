"""Packages as most package managers list them, and what a cataloger makes of such lists.

For catalogers whose evidence is a list of packages, who needs whom by name, and which files are whose.
"""

from collections.abc import Iterable, Iterator

import msgspec

from prill.model import Digest, LanguageDetails, Location, Package, Relationship
from prill.model.digest import InvalidDigest
from prill.sbom.cataloger import Evidence, Seen

__all__ = ["ListedPackage", "ListedPackages", "dependencies_by_name", "package_of", "packages_of"]


class ListedPackage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One package; ``digest`` is ``ALGORITHM:HEX`` of its archive, ``requires`` and ``provides`` are names."""

    name: str
    version: str
    purl: str
    licenses: str = ""
    summary: str = ""
    homepage: str = ""
    author: str = ""
    digest: str = ""
    requires: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


class ListedPackages(Evidence, frozen=True):
    """What one file lists; ``faults`` are what is wrong with entries that are no packages."""

    packages: tuple[ListedPackage, ...] = ()
    faults: tuple[str, ...] = ()


def package_of(listed: ListedPackage, location: Location, found_by: str) -> Package:
    """Return the package, as the cataloger ``found_by`` found it."""
    return Package(
        name=listed.name,
        version=listed.version,
        purl=listed.purl,
        found_by=found_by,
        details=LanguageDetails(
            homepage=listed.homepage, summary=listed.summary, author=listed.author, digest=_digest(listed.digest)
        ),
        licenses=listed.licenses,
        locations=(location,),
    )


def dependencies_by_name(listed: Iterable[ListedPackage]) -> Iterator[Relationship]:
    """Yield which of the packages need which: the one of the name that is wanted, or else those that provide it.

    Where there are several of the name, it is not known which of them is meant.
    """
    packages = tuple(listed)
    named: dict[str, set[str]] = {}
    given: dict[str, set[str]] = {}
    for one in packages:
        named.setdefault(one.name, set()).add(one.purl)
        for name in one.provides:
            given.setdefault(name, set()).add(one.purl)
    found = set()
    for one in packages:
        for name in one.requires:
            givers = named.get(name) or given.get(name, set())
            if len(givers) == 1 or name not in named:
                found |= {Relationship(one.purl, other) for other in givers if other != one.purl}
    yield from sorted(found)


def packages_of(seen: Iterable[Seen[ListedPackages]], found_by: str) -> tuple[Package, ...]:
    """Return every package of every list."""
    return tuple(package_of(listed, one.location, found_by) for one in seen for listed in one.evidence.packages)


def _digest(text: str) -> Digest | None:
    try:
        return Digest.parse(text) if text else None
    except InvalidDigest:
        return None
