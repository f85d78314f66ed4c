"""The packages of a build: their listings from the cache or the .deb, their unpacked data only while it is needed."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
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

    def __init__(
        self,
        paths: Mapping[str, Path],
        cache: ContentCache | None,
        *,
        fetch_again: Callable[[LockedPackage], Path] | None = None,
        threads: int = 2,
    ) -> None:
        """``paths`` maps a .deb's SHA-256 to where it lies; listings are kept in ``cache`` unless it is None.

        ``fetch_again`` brings a package anew whose file turns out to be damaged.
        """
        self._paths = paths
        self._cache = cache
        self._fetch_again = fetch_again
        self._threads = threads
        self._data: dict[str, bytes] = {}
        self._listed: dict[str, PackageListing] = {}
        self._begun: dict[str, Future[PackageListing]] = {}
        self._mutex = Mutex()

    def begin(self, packages: Iterable[LockedPackage]) -> None:
        """Let threads read the packages of which no listing is kept; `listings` waits for them."""
        self._read_in_threads(one for one in packages if not self._is_listed(one))

    def listings(self, packages: Iterable[LockedPackage]) -> dict[str, PackageListing]:
        """Return the listing of each package by name; raise `UnusablePackage` for one that cannot be read."""
        wanted = tuple(packages)
        self.begin(wanted)
        for one in wanted:
            if one.sha256 not in self._listed and one.sha256 not in self._begun:
                listing = self._cached(one)
                if listing is not None:
                    self._listed[one.sha256] = listing
        self._read_in_threads(wanted)
        try:
            for sha256, job in tuple(self._begun.items()):
                self._listed[sha256] = job.result()
                del self._begun[sha256]
        except BaseException:
            for job in self._begun.values():
                job.cancel()
            raise
        return {one.name: self._listed[one.sha256] for one in wanted}

    def _is_listed(self, package: LockedPackage) -> bool:
        if package.sha256 in self._listed:
            return True
        return self._cache is not None and self._cache.has_derived(_KIND, _key(package))

    def _read_in_threads(self, packages: Iterable[LockedPackage]) -> None:
        missing = [one for one in packages if one.sha256 not in self._listed and one.sha256 not in self._begun]
        if not missing:
            return
        # The largest first, so that no thread is left alone with it at the end.
        missing.sort(key=lambda one: (-one.size, one.name))
        pool = ThreadPoolExecutor(max_workers=self._threads)
        self._begun |= {one.sha256: pool.submit(self._list, one) for one in missing}
        pool.shutdown(wait=False)

    def _cached(self, package: LockedPackage) -> PackageListing | None:
        if self._cache is None:
            return None
        data = self._cache.derived(_KIND, _key(package))
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
            self._cache.put_derived(_KIND, _key(package), _ENCODER.encode(listing))
        return listing

    def _read(self, package: LockedPackage) -> "DebPackage":
        try:
            return self._verified(package)
        except PrillError as error:
            raise _unusable(package, error) from error

    def _verified(self, package: LockedPackage) -> "DebPackage":
        """Read a package that is what the lock says, if need be after it was fetched again."""
        from prill.distro.deb.package import (  # noqa: PLC0415 - a warm build reads no package
            DigestMismatch,
            SizeMismatch,
            read_deb,
        )

        read = partial(read_deb, expected_sha256=package.sha256, expected_size=package.size)
        try:
            return read(self._paths[package.sha256])
        except (DigestMismatch, SizeMismatch, FileNotFoundError):
            if self._fetch_again is None:
                raise
            return read(self._fetch_again(package))

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


def _key(package: LockedPackage) -> str:
    return f"{package.sha256}-{LISTING_VERSION}"


def _unusable(package: LockedPackage, error: PrillError) -> UnusablePackage:
    return UnusablePackage(f"{package.filename.rpartition('/')[2]}: {error}", hint=error.hint)
