"""Merkle trees of transparency logs: that an entry is in a tree with a known root (RFC 9162, 2.1)."""

import hashlib
from collections.abc import Sequence

from prill.errors import PrillError

__all__ = ["NotIncluded", "inner_hash", "leaf_hash", "root_of_inclusion"]

_MAX_HASHES = 64


class NotIncluded(PrillError):
    """A proof does not lead from the entry to the root."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def inner_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of_inclusion(entry: bytes, *, index: int, size: int, hashes: Sequence[bytes]) -> bytes:
    """Return the root that a proof leads to from ``entry`` at ``index`` of a tree of ``size`` (RFC 9162, 2.1.3.2).

    Raise `NotIncluded` for an index outside the tree and for too few or too many hashes.
    """
    if not 0 <= index < size:
        raise NotIncluded(f"the entry {index} lies outside a tree of {size}")
    if len(hashes) > _MAX_HASHES or any(len(one) != hashlib.sha256().digest_size for one in hashes):
        raise NotIncluded(f"{len(hashes)} hashes, not all of them SHA-256, are no proof")
    number, last, result = index, size - 1, leaf_hash(entry)
    for one in hashes:
        if last == 0:
            raise NotIncluded(f"the proof has more hashes than a tree of {size} has levels")
        if number & 1 or number == last:
            result = inner_hash(one, result)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            result = inner_hash(result, one)
        number, last = number >> 1, last >> 1
    if last != 0:
        raise NotIncluded(f"the proof ends after {len(hashes)} hashes, below the root of a tree of {size}")
    return result
