"""Whether a distribution's release still gets fixes, by the dates that the database has."""

from prill.model import Distro, Gap
from prill.vuln.database import Database

__all__ = ["support_gap"]

_PRODUCTS = {
    "alpine": "alpine-linux",
    "amzn": "amazon-linux",
    "opensuse-leap": "opensuse",
    "rocky": "rocky-linux",
    "ol": "oracle-linux",
}


def support_gap(distro: Distro, database: Database, today: str) -> Gap | None:
    """Return that a release is past the end of all support; None where it is not, or nobody says.

    ``today`` is a day such as ``2026-07-11``.
    """
    product = _PRODUCTS.get(distro.id, distro.id)
    for parts in (2, 1):
        cycle = database.lifecycle(product, ".".join(distro.version.split(".")[:parts]))
        if cycle is None:
            continue
        last = max(cycle.ends, cycle.extended)
        if cycle.ended or (last and last < today):
            when = f"on {last}" if last else "some time ago"
            name = f"{distro.id} {distro.version}"
            return Gap(name, f"its support ended {when}: what was found since may be missing here, so it is not known")
        return None
    return None
