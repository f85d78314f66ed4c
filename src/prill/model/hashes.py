"""SHA-256 of what is small, without loading what hashes large things fast.

`hashlib` brings OpenSSL along, which takes as long as hashing megabytes with it, and most commands hash a few
kilobytes: manifests, keys of a cache. For these Python has a SHA-256 of its own, which the standard library's `random`
takes for the same reason. Once `hashlib` is there, it is used.
"""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import _Hash

__all__ = ["SMALL", "hasher", "sha256"]

SMALL = 1 << 16
"""So many bytes take a fifth of a millisecond; OpenSSL takes one to load, or two."""


def hasher(algorithm: str, size: int | None = None) -> "_Hash":
    """Return what ``hashlib.new(algorithm)`` does; ``size`` is how many bytes there will be at most, where known."""
    if algorithm == "sha256" and size is not None and size <= SMALL and "hashlib" not in sys.modules:
        try:
            if sys.version_info >= (3, 12):
                from _sha2 import sha256 as own  # noqa: PLC0415 - as `random` does
            else:
                from _sha256 import sha256 as own  # type: ignore[import-not-found]  # noqa: PLC0415
        except ImportError:
            pass
        else:
            made: _Hash = own()
            return made
    import hashlib  # noqa: PLC0415 - the reason for this module

    return hashlib.new(algorithm)


def sha256(data: "bytes | memoryview[int]") -> bytes:
    """Return the SHA-256 of ``data``."""
    running = hasher("sha256", len(data))
    running.update(data)
    return running.digest()
