"""What was made from the same files before: generated entries, kept under the digests of what they are made from."""

import hashlib
from collections.abc import Callable, Iterable

import msgspec

from prill._io.cache import ContentCache
from prill.build.generated import GeneratedEntry
from prill.build.tree import RootfsTree

__all__ = ["Memo"]

_KIND = "made"
_VERSION = 2
"""Raised whenever one of the makers makes something else of the same files."""

_DECODER = msgspec.msgpack.Decoder(tuple[GeneratedEntry, ...])


class Memo:
    """Keeps results in ``cache``; with None everything is made anew."""

    def __init__(self, cache: ContentCache | None) -> None:
        self._cache = cache

    def recall(
        self, name: str, tree: RootfsTree, patterns: Iterable[str], make: Callable[[], tuple[GeneratedEntry, ...]]
    ) -> tuple[GeneratedEntry, ...]:
        """Return what ``make`` returns; it is not called where it was before, for the same files at ``patterns``."""
        if self._cache is None:
            return make()
        seen = [(path, tree.fingerprint(path)) for pattern in patterns for path in tree.glob(pattern)]
        key = hashlib.sha256(msgspec.msgpack.encode((_VERSION, name, seen))).hexdigest()
        stored = self._cache.derived(_KIND, key)
        if stored is not None:
            return _DECODER.decode(stored)
        made = make()
        self._cache.put_derived(_KIND, key, msgspec.msgpack.encode(made))
        return made
