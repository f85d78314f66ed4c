"""Until when a release of a distribution or a language is looked after."""

from datetime import date
from functools import cache
from typing import Any, Literal

from prill.catalogue.data_files import InvalidCatalogue, load_data
from prill.model.regex import regex
from prill.model.value import dataclass

__all__ = ["ReleaseEnd", "find_end", "is_edge", "products"]

_BETWEEN = regex(r"[.+~_-]")
_ALIASES = {
    "amazon": "amzn",
    "mariner": "azurelinux",
    "opensuse": "opensuse-leap",
    "redhat": "rhel",
    "sle_hpc": "sles",
    "suse": "sles",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseEnd:
    """When support for a release ends; ``ends`` is None where the end is not known yet.

    ``extended`` is when ``extended_name`` ends, which somebody has to ask or pay for, unless it is ``for_all``.
    """

    product: str
    release: str
    ends: date | None
    extended: date | None
    extended_name: str
    for_all: bool = False
    source: str
    dated: date

    def status(self, day: date) -> Literal["supported", "extended", "ended"]:
        """Return ``supported``, ``extended`` or ``ended`` as it is on ``day``; a release ends with its last day."""
        if self.ends is None or day <= self.ends:
            return "supported"
        return "extended" if self.extended is not None and day <= self.extended else "ended"


def products() -> tuple[str, ...]:
    """Return the products that the table has."""
    return tuple(sorted(load_data("end-of-life")[0]))


def find_end(product: str, version: str) -> ReleaseEnd | None:
    """Return what is known of the release of a version: of ``3.11.2`` that of ``3.11``, or of ``3``."""
    if product == "alpine" and is_edge(version):
        return None
    releases = _releases(_ALIASES.get(product, product))
    parts = _BETWEEN.split(version)
    for length in range(len(parts), 0, -1):
        found = releases.get(".".join(parts[:length]))
        if found is not None:
            return found
    return None


def is_edge(version: str) -> bool:
    """Say whether a version is of Alpine's edge, which is named after the release that it may become."""
    return "_alpha" in version


@cache
def _releases(product: str) -> dict[str, ReleaseEnd]:
    tables, _, dated = load_data("end-of-life", product)
    if product not in tables:
        return {}
    return dict(_release(product, tables[product], row, dated) for row in tables[product]["releases"])


def _release(product: str, table: dict[str, Any], row: list[Any], dated: date) -> tuple[str, ReleaseEnd]:
    name, ends, *more = row
    extended = more[0] if more else None
    if not isinstance(name, str) or not isinstance(ends or dated, date) or not isinstance(extended or dated, date):
        raise InvalidCatalogue(f"end-of-life: {product}: not a release: {row!r}")
    return name, ReleaseEnd(
        product=product,
        release=name,
        ends=ends or None,
        extended=extended,
        extended_name=str(table.get("extended", "")) if extended else "",
        for_all=table.get("extended-for-all", False) is True,
        source=str(table["page"]),
        dated=dated,
    )
