"""The newest version of each package that an image has, in a verified archive.

The indexes of a release have 60,000 packages; what was found for the names of one image is kept by the indexes'
digests, so that the same image is compared with the same archive without reading them again.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from prill._io.cache import ContentCache
from prill.distro.deb.archive import Archive
from prill.distro.deb.indexes import packages_paths
from prill.distro.deb.release import SignedRelease
from prill.errors import PrillError
from prill.model.typed_json import ready

if TYPE_CHECKING:
    from prill.distro.deb.index import PackageRecord, Universe

__all__ = ["Newest", "NewestPackages", "newest_of"]

_KIND = "newest-packages"
_VERSION = 1
_COMPONENT = "main"


class Newest(msgspec.Struct, frozen=True, array_like=True):
    """What is needed of a package's stanza to fetch it and to know its source."""

    name: str
    version: str
    source_name: str
    source_version: str
    filename: str
    size: int
    sha256: str
    pocket: str

    @classmethod
    def of(cls, record: "PackageRecord") -> "Newest":
        """Return it of a stanza."""
        return cls(
            record.name,
            record.version,
            record.source_name,
            record.source_version,
            record.filename,
            record.size,
            record.sha256,
            record.pocket,
        )


def newest_of(universe: "Universe", names: Iterable[str]) -> dict[str, Newest | str]:
    """Return the newest version of each name that ``universe`` has, or what is wrong with its stanzas."""
    found: dict[str, Newest | str] = {}
    for name in sorted(set(names)):
        try:
            versions = universe.versions(name)
        except PrillError as error:
            found[name] = str(error)
            continue
        if versions:
            found[name] = Newest.of(versions[0])
    return found


class NewestPackages:
    """One architecture of one archive; its Releases are fetched when it is made. Raise what verifying them raises."""

    def __init__(self, archive: Archive, cache: ContentCache, architecture: str) -> None:
        self._archive = archive
        self._cache = cache
        self._architecture = architecture
        self.releases: tuple[SignedRelease, ...] = archive.releases()

    def of(self, names: Iterable[str]) -> Mapping[str, Newest | str]:
        """Return what `newest_of` does, from memory where it was asked before."""
        wanted = sorted(set(names))
        return self._remembered(f"newest {' '.join(wanted)}", lambda: newest_of(self._universe, wanted))

    def same_source(self, name: str, source_version: str) -> Newest | None:
        """Return the package called ``name`` that was built from a version of its source."""

        def find() -> dict[str, Newest | str]:
            same = (one for one in self._universe.versions(name) if one.source_version == source_version)
            first = next(same, None)
            return {name: Newest.of(first)} if first is not None else {}

        found = self._remembered(f"source {name} {source_version}", find).get(name)
        return found if isinstance(found, Newest) else None

    def _remembered(self, question: str, answer: Callable[[], dict[str, Newest | str]]) -> Mapping[str, Newest | str]:
        key = self._key(question)
        kept = self._cache.derived(_KIND, key)
        if kept is not None:
            with suppress(msgspec.MsgspecError):
                return msgspec.msgpack.decode(kept, type=ready(dict[str, Newest | str]))
        found = answer()
        self._cache.put_derived(_KIND, key, msgspec.msgpack.encode(found))
        return found

    @cached_property
    def _universe(self) -> "Universe":
        from prill.distro.deb.index import PackageIndex, Universe  # noqa: PLC0415 - what was asked before is remembered

        indexes = self._archive.packages(self._architecture)
        return Universe.of(PackageIndex.parse(data, pocket=release.pocket) for release, data in indexes)

    def _key(self, question: str) -> str:
        digests = [
            release.file(path).sha256
            for release in self.releases
            for path in packages_paths(release, _COMPONENT, self._architecture)
        ]
        asked = hashlib.sha256(question.encode("utf-8", "surrogateescape")).hexdigest()
        return f"{_VERSION} {' '.join(digests)} {asked}"
