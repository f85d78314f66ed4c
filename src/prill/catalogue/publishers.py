"""Publishers of images and who signs for them: an identity with its issuer, or a key."""

from datetime import date

from prill.catalogue.data_files import InvalidCatalogue, load_data
from prill.errors import PrillError
from prill.model.value import dataclass

__all__ = ["Publisher", "UnknownPublisher", "known_publishers", "publisher"]

_FIELDS = frozenset({"title", "identity", "issuer", "key_url", "log", "documented"})


class UnknownPublisher(PrillError):
    """A name stands for no publisher that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Who signs under a name. ``identity`` and ``issuer`` are exact; with a ``key_url`` in their place a key is needed.

    ``documented`` says where the publisher says so, ``dated`` when that was read.
    """

    name: str
    title: str
    documented: str
    dated: date
    identity: str = ""
    issuer: str = ""
    key_url: str = ""
    log_optional: bool = False


def known_publishers() -> tuple[Publisher, ...]:
    """Return all publishers, by name; raise `InvalidCatalogue`."""
    tables, _, dated = load_data("publishers")
    return tuple(_parse(name, table, dated) for name, table in sorted(tables.items()))


def publisher(name: str) -> Publisher:
    """Return the publisher of a name; raise `UnknownPublisher`."""
    known = known_publishers()
    for one in known:
        if one.name == name:
            return one
    raise UnknownPublisher(
        f"no publisher is known as {name[:80]!r}", hint=f"known: {', '.join(one.name for one in known)}"
    )


def _parse(name: str, table: dict[str, str], dated: date) -> Publisher:
    unknown = set(table) - _FIELDS
    by_identity, by_key = bool(table.get("identity") and table.get("issuer")), bool(table.get("key_url"))
    if unknown or by_identity == by_key:
        raise InvalidCatalogue(f"publishers: {name} has {sorted(table)}")
    return Publisher(
        name=name,
        title=table["title"],
        documented=table["documented"],
        dated=dated,
        identity=table.get("identity", ""),
        issuer=table.get("issuer", ""),
        key_url=table.get("key_url", ""),
        log_optional=table.get("log") == "optional",
    )
