"""The packages of a build: their listings from the cache or the .deb, their unpacked data only while it is needed."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock as Mutex
from typing import TYPE_CHECKING

import msgspec

from prill._io.cache import ContentCache
from prill.build.listing import LISTING_VERSION, PackageListing
from prill.build.lock import LockedPackage
from prill.errors import PrillError

if TYPE_CHECKING:
    from prill.distro.deb.package import DebPackage

__all__ = ["PackageStore", "UnusablePackage"]

_KIND = "listing"
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(PackageListing)


class UnusablePackage(PrillError):
    """A package is damaged, hostile or over a bound."""


class PackageStore:
    """Reads verified .debs. Safe to use from threads; `forget` lets go of unpacked data."""

    def __init__(self, paths: Mapping[str, Path], cache: ContentCache | None) -> None:
        """``paths`` maps a .deb's SHA-256 to where it lies; listings are kept in ``cache`` unless it is None."""
        self._paths = paths
        self._cache = cache
        self._data: dict[str, bytes] = {}
        self._mutex = Mutex()

    def listings(self, packages: Iterable[LockedPackage], *, threads: int = 2) -> dict[str, PackageListing]:
        """Return the listing of each package by name."""
        wanted = tuple(packages)
        found = {one.name: self._cached(one) for one in wanted}
        missing = [one for one in wanted if found[one.name] is None]
        # The largest first, so that no thread is left alone with it at the end.
        missing.sort(key=lambda one: (-one.size, one.name))
        if missing:
            with ThreadPoolExecutor(max_workers=threads) as pool:
                for one, listing in zip(missing, pool.map(self._list, missing), strict=True):
                    found[one.name] = listing
        return {name: listing for name, listing in found.items() if listing is not None}

    def _cached(self, package: LockedPackage) -> PackageListing | None:
        if self._cache is None:
            return None
        data = self._cache.derived(_KIND, f"{package.sha256}-{LISTING_VERSION}")
        return None if data is None else _DECODER.decode(data)

    def _list(self, package: LockedPackage) -> PackageListing:
        from prill.build.list_package import list_package  # noqa: PLC0415 - a warm build reads no package

        deb = self._read(package)
        try:
            listing = list_package(package.name, deb)
        except PrillError as error:
            raise _unusable(package, error) from error
        with self._mutex:
            self._data[package.sha256] = deb.data
        if self._cache is not None:
            self._cache.put_derived(_KIND, f"{package.sha256}-{LISTING_VERSION}", _ENCODER.encode(listing))
        return listing

    def _read(self, package: LockedPackage) -> "DebPackage":
        from prill.distro.deb.package import read_deb  # noqa: PLC0415 - a warm build reads no package

        try:
            return read_deb(self._paths[package.sha256], expected_sha256=package.sha256, expected_size=package.size)
        except PrillError as error:
            raise _unusable(package, error) from error

    def content(self, package: LockedPackage) -> memoryview:
        """Return the package's unpacked data, into which its entries' offsets point."""
        with self._mutex:
            data = self._data.get(package.sha256)
        if data is None:
            data = self._read(package).data
            with self._mutex:
                self._data[package.sha256] = data
        return memoryview(data)

    def forget(self, package: LockedPackage) -> None:
        """Let go of the package's unpacked data; it is read again where it is asked for again."""
        with self._mutex:
            self._data.pop(package.sha256, None)


def _unusable(package: LockedPackage, error: PrillError) -> UnusablePackage:
    return UnusablePackage(f"{package.filename.rpartition('/')[2]}: {error}", hint=error.hint)
