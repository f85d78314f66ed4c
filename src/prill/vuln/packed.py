"""What the database holds of a package: for each vulnerability, ranges of version keys; and what it holds of each.

Ranges are compared as bytes, without knowing whose versions they are.
"""

from collections.abc import Iterable
from typing import Annotated

import msgspec

from prill.model.advisory import Level, Rating
from prill.model.vulnerability_match import MatchState

__all__ = [
    "PackedEntry",
    "PackedRange",
    "PackedRating",
    "PackedVulnerability",
    "contains",
    "decode_entries",
    "encode_entries",
    "in_ranges",
    "pack_rating",
    "unpack_rating",
]

STATES = tuple(MatchState)
LEVELS = tuple(Level)
_State = Annotated[int, msgspec.Meta(ge=0, lt=len(STATES))]
_Level = Annotated[int, msgspec.Meta(ge=0, lt=len(LEVELS))]


class PackedRange(msgspec.Struct, frozen=True, array_like=True, order=True, gc=False):
    """From ``low`` to before ``high``, or to it where ``last`` is set; without ``high`` there is no end.

    ``fixed`` is the text of the version that ``high`` is the key of.
    """

    low: bytes
    high: bytes
    last: bool
    fixed: str


class PackedEntry(msgspec.Struct, frozen=True, array_like=True, order=True, gc=False):
    """A vulnerability by its number, what its vendor says by the state's number, and which versions have it.

    ``exact`` are keys of single versions, sorted; ``module`` an rpm module stream.
    """

    vulnerability: int
    state: _State
    ranges: tuple[PackedRange, ...] = ()
    exact: tuple[bytes, ...] = ()
    module: str = ""


class PackedRating(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A `Rating`, its level by number."""

    level: _Level
    source: str
    vector: str = ""
    score: float | None = None


class PackedVulnerability(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is known of a vulnerability besides its id and its source."""

    aliases: tuple[str, ...]
    covers: tuple[str, ...]
    ratings: tuple[PackedRating, ...]
    summary: str
    details: str
    references: tuple[str, ...]
    published: str
    modified: str


_ENTRIES = msgspec.msgpack.Decoder(tuple[PackedEntry, ...])


def encode_entries(entries: Iterable[PackedEntry]) -> bytes:
    """Return the entries of one package as bytes, sorted."""
    return msgspec.msgpack.encode(sorted(entries))


def decode_entries(data: bytes) -> tuple[PackedEntry, ...]:
    """Read what `encode_entries` wrote; raise `msgspec.MsgspecError`."""
    return _ENTRIES.decode(data)


def in_ranges(ranges: Iterable[PackedRange], key: bytes) -> PackedRange | None:
    """Return the first of ``ranges`` in which the version with ``key`` is."""
    for one in ranges:
        if one.low <= key and (not one.high or key < one.high or (one.last and key == one.high)):
            return one
    return None


def contains(entry: PackedEntry, key: bytes) -> PackedRange | None:
    """Return the range in which the version with ``key`` is; one without an end for a version that is listed alone.

    Where another range has the version that ends one, the two are one: the fix is at the end of the last.
    """
    found = in_ranges(entry.ranges, key)
    if found is None:
        return PackedRange(key, b"", last=False, fixed="") if key in entry.exact else None
    while found.high and not found.last and (further := in_ranges(entry.ranges, found.high)):
        found = further
    return found


def pack_rating(rating: Rating) -> PackedRating:
    """Return a rating with its level as a number."""
    return PackedRating(LEVELS.index(rating.level), rating.source, rating.vector, rating.score)


def unpack_rating(packed: PackedRating) -> Rating:
    """Return the rating."""
    return Rating(level=LEVELS[packed.level], source=packed.source, vector=packed.vector, score=packed.score)
