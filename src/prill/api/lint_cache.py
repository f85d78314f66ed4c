"""What was found in a file, remembered by everything that had a say in it, so that the same is not looked at twice.

The key is a digest of the file's bytes, the ``.dockerignore`` that holds, the options and settings, the day, and which
code ran. All of it is one entry of the content cache, behind a checksum: what is damaged, or of other code, counts as
absent and is written anew.
"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from prill._io.cache import ContentCache
from prill._io.code_stamp import code_stamp
from prill.errors import PrillError

__all__ = ["LintCache", "digest_of", "fingerprint"]

MAX_ENTRIES = 8192
MAX_BYTES = 16 << 20
MAX_ITEMS = 2000
"""So many findings in one file are not remembered."""


class LintCache:
    """Answers by key: those that are asked for stay, the oldest make way for new ones."""

    def __init__(self, cache: ContentCache) -> None:
        self._cache = cache
        self._changed = False
        self._entries = self._load()

    def _load(self) -> dict[str, list[Any]]:
        try:
            data = self._cache.derived("lint", "found")
            document = json.loads(data) if data is not None else {}
        except (ValueError, RecursionError, OSError, PrillError):  # what cannot be read may not be written, either
            return {}
        if not isinstance(document, dict) or document.get("code") != code_stamp():
            return {}
        entries = document.get("entries")
        return {key: one for key, one in entries.items() if isinstance(one, list)} if isinstance(entries, dict) else {}

    def find(self, key: str) -> list[Any] | None:
        """Return what was kept under ``key``, or None."""
        found = self._entries.pop(key, None)
        if found is not None:
            self._entries[key] = found
        return found

    def keep(self, key: str, answer: list[Any]) -> None:
        """Remember an answer: a list that JSON can write."""
        if len(answer) <= MAX_ITEMS:
            self._entries[key] = answer
            self._changed = True

    def save(self) -> None:
        """Write what is remembered, whole or not at all; raise `OSError` where that cannot be."""
        if not self._changed:
            return
        kept = list(self._entries.items())[-MAX_ENTRIES:]
        data = _written(kept)
        while len(data) > MAX_BYTES:
            kept = kept[len(kept) // 2 + 1 :]
            data = _written(kept)
        self._cache.put_derived("lint", "found", data)
        self._changed = False


def _written(entries: list[tuple[str, list[Any]]]) -> bytes:
    return json.dumps({"code": code_stamp(), "entries": dict(entries)}, separators=(",", ":")).encode("ascii")


def digest_of(*parts: bytes | None) -> str:
    """Return a digest of several texts; where one ends and the next begins is part of it, and so is None."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"-" if part is None else b"%d:%b" % (len(part), part))
    return digest.hexdigest()


def fingerprint(value: object) -> bytes:
    """Return the same bytes for the same settings, in every process: sets and mappings are sorted."""
    return repr(_ordered(value)).encode("utf-8", "surrogateescape")


def _ordered(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [(one.name, _ordered(getattr(value, one.name))) for one in dataclasses.fields(value)]
    if isinstance(value, Mapping):
        return sorted((str(key), _ordered(one)) for key, one in value.items())
    if isinstance(value, frozenset | set):
        return sorted(map(str, value))
    if isinstance(value, tuple | list):
        return [_ordered(one) for one in value]
    return repr(value)
