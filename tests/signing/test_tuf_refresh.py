"""Bringing the trusted root up to date, from a TUF repository on loopback that is made here."""

import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp

from loopback import Loopback
from prill._io.fetch_errors import FetchFailed
from prill._io.http import Fetcher, Patience
from prill.api.trust import fetched_root_path, load_trust, shipped_root, update_trust
from prill.signing.strict_json import Malformed
from prill.signing.tuf_refresh import RefreshFailed


class Repository:
    """One key for everything; ``publish`` puts a new version of it all onto the server."""

    def __init__(self, server: Loopback) -> None:
        self.server = server
        self.signer = CryptoSigner.generate_ecdsa()
        self.expires = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
        root = Root(expires=self.expires, consistent_snapshot=True)
        for role in ("root", "timestamp", "snapshot", "targets"):
            root.add_key(self.signer.public_key, role)
        self.root = self.signed(root)
        self.server.files["/1.root.json"] = self.root

    def signed(self, content: Root | Timestamp | Snapshot | Targets, signer: CryptoSigner | None = None) -> bytes:
        metadata: Metadata = Metadata(content)
        metadata.sign(signer or self.signer)
        return metadata.to_bytes()

    def publish(self, version: int, files: dict[str, bytes], *, signer: CryptoSigner | None = None) -> None:
        targets = Targets(version=version, expires=self.expires)
        for name, data in files.items():
            target = TargetFile.from_data(name, data, ["sha256"])
            targets.targets[name] = target
            self.server.files[f"/targets/{target.hashes['sha256']}.{name}"] = data
        snapshot = Snapshot(version=version, expires=self.expires, meta={"targets.json": MetaFile(version)})
        timestamp = Timestamp(version=version, expires=self.expires, snapshot_meta=MetaFile(version))
        self.server.files[f"/{version}.targets.json"] = self.signed(targets, signer)
        self.server.files[f"/{version}.snapshot.json"] = self.signed(snapshot)
        self.server.files["/timestamp.json"] = self.signed(timestamp)


@pytest.fixture
def server():
    with Loopback() as running:
        yield running


def update(server: Loopback, folder: Path, repository: Repository) -> int:
    start = folder / "start.json"
    start.write_bytes(repository.root)
    with Fetcher(patience=Patience(attempts=1)) as fetcher:
        return update_trust(folder / "cache", url=server.url, root=start, fetcher=fetcher).version


def test_what_was_fetched_is_used_from_then_on(server: Loopback, tmp_path: Path):
    repository = Repository(server)
    newer = shipped_root().replace(b'"https://rekor.sigstore.dev"', b'"https://rekor.example"')
    assert newer != shipped_root()
    repository.publish(1, {"trusted_root.json": newer, "signing_config.v0.2.json": b"{}"})
    assert load_trust(None, tmp_path / "cache").raw == shipped_root()
    assert update(server, tmp_path, repository) == 1
    assert load_trust(None, tmp_path / "cache").raw == newer
    repository.publish(2, {"trusted_root.json": shipped_root()})
    update(server, tmp_path, repository)
    assert load_trust(None, tmp_path / "cache").raw == shipped_root()


def test_what_is_not_what_the_keys_sign(server: Loopback, tmp_path: Path):
    repository = Repository(server)
    repository.publish(1, {"trusted_root.json": shipped_root()})
    good = copy.copy(server.files)
    repository.publish(1, {"trusted_root.json": b"{}"}, signer=CryptoSigner.generate_ecdsa())
    with pytest.raises(RefreshFailed, match="not what its keys sign"):
        update(server, tmp_path, repository)
    server.files = {name: b"{}" if "trusted_root" in name else data for name, data in good.items()}
    with pytest.raises(RefreshFailed):
        update(server, tmp_path, repository)
    assert not fetched_root_path(tmp_path / "cache").exists()


def test_an_older_state(server: Loopback, tmp_path: Path):
    repository = Repository(server)
    repository.publish(1, {"trusted_root.json": shipped_root()})
    old = copy.copy(server.files)
    repository.publish(2, {"trusted_root.json": shipped_root()})
    update(server, tmp_path, repository)
    server.files = old
    with pytest.raises(RefreshFailed):
        update(server, tmp_path, repository)


def test_an_expired_state(server: Loopback, tmp_path: Path):
    repository = Repository(server)
    repository.expires -= timedelta(days=2)
    repository.publish(1, {"trusted_root.json": shipped_root()})
    with pytest.raises(RefreshFailed, match="expired"):
        update(server, tmp_path, repository)


def test_signed_and_no_trusted_root(server: Loopback, tmp_path: Path):
    repository = Repository(server)
    repository.publish(1, {"trusted_root.json": b'{"mediaType":"x"}'})
    with pytest.raises(Malformed):
        update(server, tmp_path, repository)
    repository.publish(2, {"other.json": b"{}"})
    with pytest.raises(RefreshFailed, match=r"has no trusted_root\.json"):
        update(server, tmp_path, repository)
    assert not fetched_root_path(tmp_path / "cache").exists()


def test_nobody_answers(tmp_path: Path):
    with Loopback() as gone:
        repository = Repository(gone)
    with pytest.raises(FetchFailed):
        update(gone, tmp_path, repository)


def test_the_root_that_ships_is_one(tmp_path: Path):
    """The public repository's own root is what trust begins with; a stranger's repository is refused by it."""
    with Loopback() as server:
        repository = Repository(server)
        repository.publish(1, {"trusted_root.json": shipped_root()})
        with Fetcher() as fetcher, pytest.raises(RefreshFailed):
            update_trust(tmp_path, url=server.url, root=None, fetcher=fetcher)
