"""The known base images, for people and for programs."""

from collections.abc import Sequence

from prill.catalogue.known_bases import KnownBase
from prill.model.structs import msgspec
from prill.views.columns import table

__all__ = ["base_list", "base_list_json"]

_DAY = 10


def base_list(bases: Sequence[KnownBase], place: str) -> str:
    """Return a table; the digest is cut where there is no room for it."""
    if not bases:
        return f"no base is known in {place}\nprill bases add IMAGE takes one in"
    rows = [
        (one.name, one.platform, one.digest[:19], one.added[:_DAY], str(one.layers), str(len(one.packages)))
        for one in bases
    ]
    return table(("BASE", "PLATFORM", "DIGEST", "ADDED", "LAYERS", "PACKAGES"), rows, texts=4)


def base_list_json(bases: Sequence[KnownBase]) -> bytes:
    """Return a list of objects, without the packages' names."""
    rows = [
        {
            "name": one.name,
            "platform": one.platform,
            "digest": one.digest,
            "chainId": one.chain_id,
            "layers": one.layers,
            "packages": len(one.packages),
            "created": one.created,
            "added": one.added,
        }
        for one in bases
    ]
    return msgspec.json.format(msgspec.json.encode(rows), indent=2) + b"\n"
