"""SHA-256, or SHA-1 for UUIDs, of what is small, without loading what hashes large things fast.

`hashlib` brings OpenSSL along, which takes as long as hashing megabytes with it, and most commands hash a few
kilobytes: manifests, keys of a cache. For these Python has a SHA-256 of its own, which the standard library's `random`
takes for the same reason. Once `hashlib` is there, it is used.
"""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from hashlib import _Hash

__all__ = ["SMALL", "hasher", "sha256"]

SMALL = 1 << 16
"""So many bytes take a fifth of a millisecond; OpenSSL takes one to load, or two."""


def hasher(algorithm: str, size: int | None = None) -> "_Hash":
    """Return what ``hashlib.new(algorithm)`` does; ``size`` is how many bytes there will be at most, where known."""
    own = _own(algorithm) if size is not None and size <= SMALL and "hashlib" not in sys.modules else None
    if own is not None:
        return own()
    import hashlib  # noqa: PLC0415 - the reason for this module

    return hashlib.new(algorithm, usedforsecurity=algorithm != "sha1")  # which nothing here is trusted for


def _own(algorithm: str) -> "Callable[[], _Hash] | None":
    """Return Python's own, or None where it has none."""
    try:
        if algorithm == "sha1":
            from _sha1 import sha1 as own  # type: ignore[import-not-found]  # noqa: PLC0415 - as for SHA-256
        elif algorithm != "sha256":
            return None
        elif sys.version_info >= (3, 12):
            from _sha2 import sha256 as own  # noqa: PLC0415 - as `random` does
        else:
            from _sha256 import sha256 as own  # type: ignore[import-not-found]  # noqa: PLC0415
    except ImportError:
        return None
    made: Callable[[], _Hash] = own
    return made


def sha256(data: "bytes | memoryview[int]") -> bytes:
    """Return the SHA-256 of ``data``."""
    running = hasher("sha256", len(data))
    running.update(data)
    return running.digest()
