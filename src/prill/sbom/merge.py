"""One package, found in several places or by several catalogers, is one package."""

from collections.abc import Iterable

from prill.model import Location, Package
from prill.model.value import replace

__all__ = ["merge_packages"]


def merge_packages(packages: Iterable[Package]) -> tuple[Package, ...]:
    """Return one package for each purl, sorted by it, with every location; the first that was found says the rest."""
    merged: dict[str, Package] = {}
    locations: dict[str, set[Location]] = {}
    for package in packages:
        known = merged.setdefault(package.purl, package)
        if known is not package and not known.licenses and package.licenses:
            merged[package.purl] = replace(known, licenses=package.licenses)
        locations.setdefault(package.purl, set()).update(package.locations)
    return tuple(replace(merged[purl], locations=tuple(sorted(locations[purl]))) for purl in sorted(merged))
