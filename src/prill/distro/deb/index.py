"""The package indexes of an archive, and what several of them offer together.

An index of Debian's main component has 60,000 stanzas in 50 MB, of which an image needs a few dozen. So reading one
only notes where each package and each provided name stands; a stanza is parsed when somebody asks for it.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from prill.distro.deb._mentions import Mention, first_mention
from prill.distro.deb.record import InvalidPackageRecord, PackageRecord
from prill.distro.deb.version import sort_key
from prill.errors import PrillError

__all__ = ["InvalidPackageIndex", "InvalidPackageRecord", "PackageIndex", "PackageRecord", "Universe"]

_MAX_INDEX = 1 << 30
_PACKAGE = b"\nPackage: "
_PROVIDES = b"\nProvides: "
_PROVIDED = re.compile(r"(?:^|,)\s*([^\s,:(]+)").findall
_NEWLINE = ord("\n")


class InvalidPackageIndex(PrillError):
    """Bytes that should have been a ``Packages`` file are none."""


class PackageIndex:
    """One ``Packages`` file. ``pocket`` names it in messages and records, such as ``trixie-security``."""

    __slots__ = ("_data", "_more", "_providers", "_stanzas", "pocket")

    def __init__(self, data: bytes, *, pocket: str) -> None:
        self.pocket = pocket
        self._data = data
        self._stanzas: dict[str, int] = {}  # package -> offset of its first stanza
        self._more: dict[str, list[int]] = {}  # package -> offsets of its further stanzas
        self._providers: dict[str, list[str]] = {}  # provided name -> packages of which a stanza provides it

    @classmethod
    def parse(cls, data: bytes, *, pocket: str) -> "PackageIndex":
        """Note where the packages of an uncompressed ``Packages`` file stand; raise `InvalidPackageIndex`."""
        if len(data) > _MAX_INDEX:
            raise InvalidPackageIndex(f"the index of {pocket} has {len(data)} bytes; {_MAX_INDEX} are allowed")
        index = cls(data if data.endswith(b"\n") else data + b"\n", pocket=pocket)
        try:
            index._scan()
        except UnicodeDecodeError as error:
            raise InvalidPackageIndex(f"the index of {pocket} is not UTF-8: {error.object[:80]!r}") from error
        if not index._stanzas and data.strip():
            raise InvalidPackageIndex(f"the index of {pocket} names no package: it begins with {data[:80]!r}")
        return index

    def _scan(self) -> None:
        data, stanzas, providers = self._data, self._stanzas, self._providers
        find = data.find
        provides = find(_PROVIDES)
        offset = 0 if data.startswith(_PACKAGE[1:]) else find(_PACKAGE) + 1 or -1
        while offset >= 0:
            if offset > 1 and data[offset - 2] != _NEWLINE:
                raise InvalidPackageIndex(f"the index of {self.pocket}: Package is not the first field of a stanza")
            begin = offset + len(_PACKAGE) - 1
            name = data[begin : find(b"\n", begin)].decode()
            if name in stanzas:
                self._more.setdefault(name, []).append(offset)
            else:
                stanzas[name] = offset
            offset = find(_PACKAGE, begin) + 1 or -1
            while provides >= 0 and (provides < offset or offset < 0):
                begin = provides + len(_PROVIDES)
                for provided in _PROVIDED(data[begin : find(b"\n", begin)].decode()):
                    providers.setdefault(provided, []).append(name)
                provides = find(_PROVIDES, begin)

    def names(self) -> Iterable[str]:
        """Return the names of the packages, in the order of the file."""
        return self._stanzas.keys()

    def provided(self) -> Iterable[str]:
        """Return the names that some package provides."""
        return self._providers.keys()

    def records(self, name: str) -> Iterator[PackageRecord]:
        """Parse the stanzas of package ``name``; raise `InvalidPackageRecord` and what parsing raises."""
        first = self._stanzas.get(name)
        if first is not None:
            for offset in chain((first,), self._more.get(name, ())):
                end = self._data.find(b"\n\n", offset)
                yield PackageRecord.parse(self._data[offset : end if end >= 0 else None], pocket=self.pocket)

    def providers(self, name: str) -> Iterable[str]:
        """Return the packages of which some version in this index provides ``name``."""
        return self._providers.get(name, ())

    def first_mention(self, name: str) -> Mention | None:
        """Say where ``name`` is first mentioned as a package; see `prill.distro.deb._mentions`."""
        return first_mention(self._data, name)


class Universe:
    """What several indexes of one architecture offer together: every package in every version."""

    __slots__ = ("_indexes", "_mentions", "_versions")

    def __init__(self, indexes: tuple[PackageIndex, ...]) -> None:
        self._indexes = indexes
        self._versions: dict[str, tuple[PackageRecord, ...]] = {}
        self._mentions: dict[str, tuple[int, Mention]] = {}

    @classmethod
    def of(cls, indexes: Iterable[PackageIndex]) -> "Universe":
        """Join ``indexes``; where two have the same version of a package, the one named first is taken."""
        return cls(tuple(indexes))

    def names(self) -> set[str]:
        """Return the names of all packages."""
        return {name for index in self._indexes for name in index.names()}

    def provided(self) -> set[str]:
        """Return all names that some package provides."""
        return {name for index in self._indexes for name in index.provided()}

    def versions(self, name: str) -> tuple[PackageRecord, ...]:
        """Return the versions of package ``name``, highest first; raise what `PackageIndex.records` raises."""
        known = self._versions.get(name)
        if known is None:
            by_version: dict[bytes, PackageRecord] = {}
            for index in self._indexes:
                for record in index.records(name):
                    by_version.setdefault(sort_key(record.version), record)
            known = self._versions[name] = tuple(by_version[key] for key in sorted(by_version, reverse=True))
        return known

    def providers(self, name: str) -> tuple[str, ...]:
        """Return the names of the packages of which some version provides ``name``, sorted."""
        return tuple(sorted({provider for index in self._indexes for provider in index.providers(name)}))

    def first_mention(self, name: str) -> tuple[int, Mention]:
        """Say in which index, and where in it, ``name`` is first mentioned as a package."""
        known = self._mentions.get(name)
        if known is None:
            mentions = ((number, index.first_mention(name)) for number, index in enumerate(self._indexes))
            found = ((number, mention) for number, mention in mentions if mention is not None)
            known = self._mentions[name] = next(found, (len(self._indexes), (0, 0, 0)))
        return known
