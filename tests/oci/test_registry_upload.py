"""Uploads that break, are too large for one request, or need not happen; against our own registry."""

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from flaky import Flaky
from images import MadeImage, file, image_of
from prill._io.fetch_errors import ConnectionBroken, Unreachable
from prill.archive.codecs import Codec
from prill.model import ImageReference
from prill.oci.memory import MemoryStore
from prill.oci.push import push
from prill.oci.registry import Repository, connect
from prill.oci.registry_errors import RegistryRefused
from prill.oci.serving.server import RegistryServer
from prill.oci.store import Blob, DigestMismatch
from registry_server import Handler
from registry_server import RegistryServer as HostileServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RegistryServer]:
    with RegistryServer(tmp_path / "registry") as running:
        yield running


def large(size: int = 3 << 20) -> MadeImage:
    return image_of([file("a", os.urandom(1 << 20) * (size >> 20))], codec=Codec.NONE)


def repository(host: str, transport: Flaky | None = None, name: str = "app:1.0") -> Repository:
    reference = ImageReference.parse(f"{host}/{name}")
    return connect(reference, writing=True, plain_http=True, transport=transport, sleep=lambda _: None)


def uploads(transport: Flaky) -> list[str]:
    return [line.partition(" ")[0] for line in transport.seen if "/blobs/uploads/" in line]


def test_an_upload_that_breaks_is_taken_up_where_it_broke(server: RegistryServer):
    made, transport = large(), Flaky(cut=[("PUT", 1 << 20)])
    layer = made.manifest.layers[0]
    with closing(repository(server.host, transport)) as target:
        target.put(layer, made.store)
        assert uploads(transport) == ["POST", "PUT", "GET", "PATCH", "PUT"]
        with target.open(layer) as stream:
            assert stream.read() == made.layers[0]


def test_an_upload_may_break_more_than_once(server: RegistryServer):
    made, transport = large(), Flaky(cut=[("PUT", 1 << 20), ("PATCH", 1 << 20)])
    with closing(repository(server.host, transport)) as target:
        target.put(made.manifest.layers[0], made.store)
    assert uploads(transport) == ["POST", "PUT", "GET", "PATCH", "GET", "PATCH", "PUT"]


def test_an_upload_that_breaks_again_and_again_is_an_error(server: RegistryServer):
    made, transport = large(), Flaky(cut=[("PUT", 100_000), *[("PATCH", 100_000)] * 20])
    with closing(repository(server.host, transport)) as target, pytest.raises(ConnectionBroken):
        target.put(made.manifest.layers[0], made.store)
    assert len(transport.seen) < 12


def test_a_registry_that_does_not_say_how_much_it_has_gets_it_anew():
    made, transport = large(), Flaky(cut=[("PUT", 1 << 20)])
    with HostileServer() as server, closing(repository(server.host, transport)) as target:
        target.put(made.manifest.layers[0], made.store)
        assert server.blobs[str(made.manifest.layers[0].digest)] == made.layers[0]
    assert uploads(transport) == ["POST", "PUT", "GET", "POST", "PUT"]


def test_what_a_proxy_refuses_as_too_large_goes_in_chunks(server: RegistryServer):
    made, transport = large(70 << 20), Flaky(most=33 << 20)
    layer = made.manifest.layers[0]
    with closing(repository(server.host, transport)) as target:
        target.put(layer, made.store)
        with target.open(layer) as stream:
            assert stream.read() == made.layers[0]
    assert uploads(transport) == ["POST", "PUT", "POST", "PATCH", "PATCH", "PATCH", "PUT"]


def test_what_is_too_large_in_chunks_too_is_an_error(server: RegistryServer):
    made, transport = large(), Flaky(most=1000)
    with closing(repository(server.host, transport)) as target, pytest.raises(RegistryRefused, match="413"):
        target.put(made.manifest.layers[0], made.store)
    assert len(transport.seen) < 8


@pytest.mark.parametrize("cut", [[], [("PUT", 1 << 20)]])
def test_changed_content_is_never_completed(server: RegistryServer, cut: list[tuple[str, int]]):
    """Whatever is sent again after a break was read, and checked, from its beginning."""
    made = large()
    layer = made.manifest.layers[0]
    forged = MemoryStore([replace(Blob.of(b"x" + made.layers[0][1:]), digest=layer.digest)])
    with closing(repository(server.host, Flaky(cut=cut))) as target:
        with pytest.raises(DigestMismatch):
            target.put(layer, forged)
        assert not target.has(layer)


def test_what_another_repository_has_is_mounted(server: RegistryServer):
    made, transport = large(), Flaky()
    with closing(repository(server.host)) as first:
        push(first, blobs=made.store, entries=made.entries)
        with closing(repository(server.host, transport, "other/name:1.0")) as second:
            second.mount_from(first.reference)
            push(second, blobs=made.store, entries=made.entries)
            assert second.resolve().digest == made.manifest.digest
    assert uploads(transport) == ["POST", "POST"]


def test_a_registry_that_mounts_nothing_gets_it_sent():
    made = large()
    with HostileServer() as server, closing(repository(server.host)) as first:
        with closing(repository(server.host, name="other:1.0")) as second:
            second.mount_from(first.reference)
            second.put(made.manifest.layers[0], made.store)
        assert str(made.manifest.layers[0].digest) in server.blobs
        assert any("mount=sha256" in line and "from=app" in line for line in server.methods("^POST"))


def test_mounting_asks_for_the_right_to_read_there():
    with HostileServer() as server:
        server.want_token("t", realm=f"{server.url}/token")
        with closing(repository(server.host)) as first, closing(repository(server.host, name="other:1.0")) as second:
            second.mount_from(first.reference)
            made = image_of([file("a")])
            push(second, blobs=made.store, entries=made.entries)
        (asked, *_) = server.methods("/token")
    assert "scope=repository%3Aother%3Apull%2Cpush&scope=repository%3Aapp%3Apull" in asked


def test_another_registry_is_not_mounted_from(server: RegistryServer, tmp_path: Path):
    made, transport = image_of([file("a")]), Flaky()
    with (
        RegistryServer(tmp_path / "second") as elsewhere,
        closing(repository(elsewhere.host)) as first,
        closing(repository(server.host, transport)) as second,
    ):
        second.mount_from(first.reference)
        push(second, blobs=made.store, entries=made.entries)
    assert uploads(transport).count("PUT") == 2


def test_an_interrupted_push_publishes_nothing_and_goes_on(server: RegistryServer):
    layers = ([file(str(number), os.urandom(200_000))] for number in range(6))
    made = image_of(*layers, codec=Codec.NONE)
    with closing(repository(server.host, Flaky(lasts=14))) as target, pytest.raises(Unreachable):
        push(target, blobs=made.store, entries=made.entries)
    again = Flaky()
    with closing(repository(server.host, again)) as target:
        assert target.tags() == ()
        missing = [child for child in made.manifest.children() if not target.has(child)]
        push(target, blobs=made.store, entries=made.entries)
        assert target.resolve().digest == made.manifest.digest
    assert 0 < len(missing) < 7
    assert uploads(again).count("POST") == len(missing)


def test_a_token_that_ends_in_the_middle_of_an_upload():
    """The login is asked for anew, and the upload goes on; nobody waits for bytes that were read already."""
    made = large()
    with HostileServer() as server:
        server.token, server.wants = "old", "Bearer old"
        server.challenge = {"WWW-Authenticate": f'Bearer realm="{server.url}/token"'}

        def end(handler: Handler) -> None:
            server.token, server.wants = "new", "Bearer new"
            handler.answer(401, headers=server.challenge)

        server.script.append((r"PUT .*/blobs/uploads/", end))
        with closing(repository(server.host)) as target:
            target.put(made.manifest.layers[0], made.store)
        assert server.blobs[str(made.manifest.layers[0].digest)] == made.layers[0]
        sent = [one.authorization for one in server.seen if one.method == "PUT"]
        assert sent == ["Bearer old", "Bearer new"]
