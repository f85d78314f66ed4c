"""How long a release is looked after, as of a day."""

from datetime import date

from prill.catalogue.end_of_life import find_end
from prill.model.fact_values import Support

__all__ = ["support_of"]


def support_of(product: str, version: str, day: date) -> Support:
    """Return what is known of a release on ``day``; ``unknown`` where the catalogue does not have it."""
    found = find_end(product, version)
    if found is None:
        return Support(status="unknown")
    return Support(
        status=found.status(day),
        ends=found.ends.isoformat() if found.ends else "",
        extended=found.extended.isoformat() if found.extended else "",
        extended_name=found.extended_name,
        source=found.source,
        dated=found.dated.isoformat(),
    )
