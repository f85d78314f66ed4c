"""Packages are read ahead, once, in threads; what cannot be read is said when it is asked for."""

import hashlib
from pathlib import Path

import pytest

from deb_files import Deb
from prill._io.cache import ContentCache
from prill.build.lock import LockedPackage
from prill.build.packages import PackageStore, UnusablePackage

DEBS = tuple(Deb(name, files={f"usr/{name}": name * size}) for name, size in (("a", 9), ("b", 9_000), ("c", 1)))


def locked(deb: Deb) -> LockedPackage:
    data = deb.pack()
    return LockedPackage(
        name=deb.name,
        version=deb.version,
        architecture=deb.architecture,
        source=deb.name,
        source_version=deb.version,
        pocket="trixie",
        filename=deb.path,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        installed_size=1,
        reasons=(),
    )


PACKAGES = tuple(map(locked, DEBS))


class Paths(dict[str, Path]):
    """Where packages lie; notes which ones were asked for."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.read: list[str] = []
        for deb, package in zip(DEBS, PACKAGES, strict=True):
            self[package.sha256] = root / deb.name
            self[package.sha256].write_bytes(deb.pack())

    def __getitem__(self, sha256: str) -> Path:
        path = super().__getitem__(sha256)
        self.read.append(path.name)
        return path


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    found = Paths(tmp_path)
    found.read.clear()
    return found


def test_each_package_is_read_once(paths: Paths, tmp_path: Path):
    store = PackageStore(paths, ContentCache(tmp_path / "cache"))
    store.begin(PACKAGES)
    store.begin(PACKAGES)
    listings = store.listings(PACKAGES)
    assert store.listings(PACKAGES[:1]) == {"a": listings["a"]}
    assert sorted(paths.read) == ["a", "b", "c"]
    for name, found in listings.items():
        assert f"usr/{name}" in {one.path for one in found.entries}
    assert bytes(store.content(PACKAGES[1])).count(b"b") >= 9_000
    assert len(paths.read) == 3


def test_the_largest_is_begun_first(paths: Paths):
    store = PackageStore(paths, None, threads=1)
    assert list(store.listings(PACKAGES)) == ["a", "b", "c"]
    assert paths.read[0] == max(PACKAGES, key=lambda one: one.size).name


def test_a_cached_listing_needs_no_package(paths: Paths, tmp_path: Path):
    first = PackageStore(paths, ContentCache(tmp_path / "cache")).listings(PACKAGES)
    paths.read.clear()
    assert PackageStore(paths, ContentCache(tmp_path / "cache")).listings(PACKAGES) == first
    assert paths.read == []


def test_a_damaged_listing_is_made_again(paths: Paths, tmp_path: Path):
    cache = tmp_path / "cache"
    first = PackageStore(paths, ContentCache(cache)).listings(PACKAGES)
    for path in (cache / "derived" / "listing").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-1])
    paths.read.clear()
    store = PackageStore(paths, ContentCache(cache))
    store.begin(PACKAGES)
    assert paths.read == []
    assert store.listings(PACKAGES) == first
    assert sorted(paths.read) == ["a", "b", "c"]


@pytest.mark.parametrize("ahead", [True, False])
def test_a_package_that_cannot_be_read(paths: Paths, ahead: bool):  # noqa: FBT001 - both ways
    (paths[PACKAGES[1].sha256]).write_bytes(b"other")
    store = PackageStore(paths, None)
    if ahead:
        store.begin(PACKAGES)
    with pytest.raises(UnusablePackage, match="b_"):
        store.listings(PACKAGES)


def test_a_damaged_package_is_fetched_again_once(paths: Paths, tmp_path: Path):
    good, bad = tmp_path / "good", paths[PACKAGES[1].sha256]
    good.write_bytes(bad.read_bytes())
    bad.write_bytes(b"")
    fetched: list[str] = []

    def fetch(package: LockedPackage) -> Path:
        fetched.append(package.name)
        return good

    assert list(PackageStore(paths, None, fetch_again=fetch).listings(PACKAGES)) == ["a", "b", "c"]
    assert fetched == ["b"]
    good.write_bytes(b"still bad")
    with pytest.raises(UnusablePackage):
        PackageStore(paths, None, fetch_again=fetch).listings(PACKAGES)
