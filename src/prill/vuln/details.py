"""The details of vulnerabilities, each compressed alone with a dictionary that was trained on many of them.

The dictionary is trained by zstd's trainer; what is compressed with it is raw deflate (RFC 1951), as one stream of
zstd costs twice the time to begin, and most details are shorter than a kilobyte.
"""

import zlib
from collections.abc import Sequence

from prill.archive.zstandard import zstd

__all__ = ["DetailsPacker", "train_dictionary"]

_WINDOW = -15
"""Deflate's largest window, without a header and a checksum (zlib's manual, ``deflateInit2``)."""

_LEVEL = 6
_MEMORY = 8
"""How much deflate holds while it compresses, all of which is copied for each record: 9 makes none of them smaller."""
_DICTIONARY = (32 << 10) - 300  # deflate looks back 32 KiB, less a little
_SAMPLES = 3000
_FEWEST = 100


def train_dictionary(samples: Sequence[bytes]) -> bytes:
    """Train a dictionary with samples from all over; empty where there are too few to learn from."""
    if len(samples) < _FEWEST:  # zstd refuses to train with a few
        return b""
    step = max(1, len(samples) // _SAMPLES)
    try:
        trained = bytes(zstd.train_dict(samples[::step], _DICTIONARY).dict_content)
    except zstd.ZstdError:
        return b""
    return trained[-_DICTIONARY:]


class DetailsPacker:
    """Compresses with one dictionary; the same details give the same bytes with the same zlib."""

    def __init__(self, dictionary: bytes) -> None:
        strategy = zlib.Z_DEFAULT_STRATEGY
        self._begun = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW, _MEMORY, strategy, dictionary)

    def pack(self, details: bytes) -> bytes:
        """Return the compressed details."""
        stream = self._begun.copy()  # the dictionary is read once
        return stream.compress(details) + stream.flush()
