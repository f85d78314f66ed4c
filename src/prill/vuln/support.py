"""Whether a distribution's release still gets fixes: by the database's dates, else by those of the catalogue."""

from datetime import date

from prill.model import Distro, Gap
from prill.vuln.database import Database
from prill.vuln.records import LifeCycle

__all__ = ["support_gap"]

_PRODUCTS = {
    "alpine": "alpine-linux",
    "amzn": "amazon-linux",
    "opensuse-leap": "opensuse",
    "rocky": "rocky-linux",
    "ol": "oracle-linux",
}


def support_gap(distro: Distro, database: Database | None, today: str) -> Gap | None:
    """Return that a release is past the end of all support; None where it is not, or nobody says.

    ``today`` is a day such as ``2026-07-11``.
    """
    cycle = (_in_database(distro, database) if database else None) or _in_catalogue(distro, date.fromisoformat(today))
    last = max(cycle.ends, cycle.extended) if cycle else ""
    if cycle is None or not (cycle.ended or (last and last < today)):
        return None
    when = f"on {last}" if last else "some time ago"
    name = f"{distro.id} {distro.version}"
    return Gap(name, f"its support ended {when}: what was found since may be missing here, so it is not known")


def _in_database(distro: Distro, database: Database) -> LifeCycle | None:
    product = _PRODUCTS.get(distro.id, distro.id)
    cycles = (database.lifecycle(product, ".".join(distro.version.split(".")[:parts])) for parts in (2, 1))
    return next((cycle for cycle in cycles if cycle is not None), None)


def _in_catalogue(distro: Distro, today: date) -> LifeCycle | None:
    from prill.catalogue.end_of_life import find_end  # noqa: PLC0415 - a database with dates needs no table

    found = find_end(distro.id, distro.version)
    if found is None or found.status(today) != "ended":
        return None
    ends, extended = (day.isoformat() if day else "" for day in (found.ends, found.extended))
    return LifeCycle(found.product, found.release, ends, extended)
