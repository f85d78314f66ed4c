"""Our client against Debian's docker-registry, which has no referrers API."""

import os
from contextlib import closing

import pytest

from flaky import Flaky
from images import file, image_of
from prill.archive.codecs import Codec
from prill.model import ImageReference
from prill.oci.push import push
from prill.oci.referrers import attach, read_referrers
from prill.oci.registry import Repository, connect
from prill.oci.tags import referrers_tag

pytestmark = pytest.mark.compat


def repository(host: str, transport: Flaky | None = None, name: str = "team/app:1.0") -> Repository:
    reference = ImageReference.parse(f"{host}/{name}")
    return connect(reference, writing=True, plain_http=True, transport=transport, sleep=lambda _: None)


def test_referrers_are_kept_under_their_tag(registry: str):
    made = image_of([file("a")])
    with closing(repository(registry)) as store:
        push(store, blobs=made.store, entries=made.entries)
        first, second = made.refer(b"1", "text/spdx", note="x"), made.refer(b"2", "text/slsa")
        for one in (first, second):
            attach(store, one, made.blobs)
        found = read_referrers(store, made.manifest.digest)
        assert [one.descriptor for one in found.found] == [first.descriptor(), second.descriptor()]
        assert store.tags() == ("1.0", referrers_tag(made.manifest.digest))


@pytest.mark.parametrize("transport", [Flaky(cut=[("PUT", 3 << 20)]), Flaky(most=33 << 20)], ids=["broken", "large"])
def test_uploads_in_pieces(registry: str, transport: Flaky):
    made = image_of([file("a", os.urandom(1 << 20) * 40)], codec=Codec.NONE)
    with closing(repository(registry, transport)) as store:
        push(store, blobs=made.store, entries=made.entries)
        with store.open(made.manifest.layers[0]) as stream:
            assert stream.read() == made.layers[0]
    assert any(line.startswith("PATCH") for line in transport.seen) or transport.cut == []


def test_a_mounted_blob(registry: str):
    made, transport = image_of([file("a", os.urandom(100_000))]), Flaky()
    with closing(repository(registry)) as first, closing(repository(registry, transport, "other:1")) as second:
        push(first, blobs=made.store, entries=made.entries)
        second.mount_from(first.reference)
        push(second, blobs=made.store, entries=made.entries)
    assert not any("uploads" in line for line in transport.seen if line.startswith(("PUT", "PATCH")))
