"""Lists that several write at once: nobody's entry is lost, and nobody who is alone waits long."""

import threading
from contextlib import closing
from pathlib import Path

import pytest

from images import file, image_of
from prill.model import ImageReference
from prill.oci.contended import settle
from prill.oci.layout_store import LayoutStore
from prill.oci.layout_writer import write_layout
from prill.oci.manifest import Manifest
from prill.oci.push import push
from prill.oci.referrers import attach
from prill.oci.registry import connect
from prill.oci.store import ImageStore
from prill.oci.tags import cosign_tag
from prill.signing.private_key import generate_key
from prill.signing.publish import publish_legacy
from prill.signing.sign import sign_image_legacy
from prill.signing.signers.key_file import KeySigner
from registry_server import RegistryServer

SIGNERS = 4


class Shelf:
    """A list that everybody reads whole and writes whole; ``steps`` are what others do while one pauses."""

    def __init__(self, *steps: str) -> None:
        self.names: list[str] = []
        self.steps = list(steps)
        self.pauses: list[float] = []

    def add(self) -> bool:
        if "me" in self.names:
            return False
        self.names = [*self.names, "me"]
        return True

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if self.steps:
            self.names = [self.steps.pop(0)]


def test_who_is_alone_looks_again_once():
    shelf = Shelf()
    assert settle(shelf.add, sleep=shelf.sleep)
    assert shelf.names == ["me"]
    assert len(shelf.pauses) == 1
    assert 0.1 <= shelf.pauses[0] <= 0.4
    assert settle(shelf.add, sleep=shelf.sleep), "there already"
    assert len(shelf.pauses) == 1


def test_what_others_overwrite_is_added_again():
    shelf = Shelf("a", "b", "c")
    assert settle(shelf.add, sleep=shelf.sleep)
    assert shelf.names == ["c", "me"]
    assert len(shelf.pauses) == 4


def test_what_was_written_last_is_looked_for_as_well():
    shelf = Shelf(*"abcdefghi")
    assert settle(shelf.add, sleep=shelf.sleep)
    assert len(shelf.pauses) == 10


def test_it_is_not_tried_for_ever():
    shelf = Shelf(*"abcdefghijklmnopqrstuvwxyz")
    assert not settle(shelf.add, sleep=shelf.sleep)
    assert len(shelf.pauses) == 10


def test_pauses_are_longer_than_a_slow_registry_takes():
    shelf = Shelf()
    now = iter((0.0, 2.0, 2.0))
    assert settle(shelf.add, sleep=shelf.sleep, clock=lambda: next(now))
    assert 6.0 <= shelf.pauses[0] <= 12.0


def at_once(work: list[threading.Thread]) -> None:
    for one in work:
        one.start()
    for one in work:
        one.join()


def test_many_attach_at_once_where_there_is_no_referrers_api():
    """Each reads the list before another has written it; all of them are in it afterwards."""
    made = image_of([file("a")])
    together = threading.Barrier(SIGNERS)
    with RegistryServer() as server:
        server.referrers_api = False

        def attaching(number: int) -> None:
            name = ImageReference.parse(f"{server.host}/app:1")
            with closing(connect(name, plain_http=True, writing=True)) as target:
                together.wait()
                config, layer = made.manifest.config, made.manifest.layers
                raw = Manifest(
                    config=config,
                    layers=layer,
                    subject=made.manifest.descriptor(),
                    annotations=(("number", str(number)),),
                )
                attach(target, raw, made.blobs)

        with closing(connect(ImageReference.parse(f"{server.host}/app:1"), plain_http=True, writing=True)) as target:
            push(target, blobs=made.store, entries=made.entries)
            at_once([threading.Thread(target=attaching, args=(number,)) for number in range(SIGNERS)])
            assert len(target.referrers(made.manifest.digest)) == SIGNERS


@pytest.mark.parametrize("place", ["registry", "layout"])
def test_many_sign_at_once_in_the_older_layout(place: str, tmp_path: Path):
    made = image_of([file("a")])
    key = KeySigner(generate_key())
    together = threading.Barrier(SIGNERS)

    def signing(store: ImageStore, number: int) -> None:
        together.wait()
        note = (("number", str(number)),)
        signed = sign_image_legacy(made.manifest.digest, key, reference="example.test/app", annotations=note)
        publish_legacy(store, made.manifest.digest, signed)

    with RegistryServer() as server:
        write_layout(tmp_path / "layout", blobs=made.store, entries=made.entries, tag="1")

        def opened() -> ImageStore:
            if place == "layout":
                return LayoutStore(tmp_path / "layout")
            return connect(ImageReference.parse(f"{server.host}/app:1"), plain_http=True, writing=True)

        stores = [opened() for _ in range(SIGNERS)]
        at_once([threading.Thread(target=signing, args=(store, number)) for number, store in enumerate(stores)])
        found = stores[0].find(cosign_tag(made.manifest.digest, "sig"))
        assert found is not None
        with stores[0].open(found) as stream:
            assert len(Manifest.parse(stream.read()).layers) == SIGNERS
        for store in stores:
            getattr(store, "close", lambda: None)()
