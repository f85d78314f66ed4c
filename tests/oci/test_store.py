import hashlib
import io
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from images import file, image_of, index_of
from prill.model import Digest
from prill.oci._wire import MAX_DOCUMENT_BYTES, DocumentTooLarge
from prill.oci.descriptor import Descriptor
from prill.oci.graph import IndexTooDeep, TooManyManifests, reachable
from prill.oci.index import Index
from prill.oci.media_types import INDEX, MANIFEST
from prill.oci.memory import MemoryStore
from prill.oci.store import Blob, BlobNotFound, DigestMismatch, SizeMismatch, VerifiedReader, read_document

SIZES = st.lists(st.integers(min_value=1, max_value=7000), min_size=1, max_size=20)


def reader(data: bytes, promised: bytes) -> VerifiedReader:
    return VerifiedReader(io.BytesIO(data), digest=Digest.of(promised), size=len(promised))


@given(st.binary(max_size=20_000), SIZES)
def test_good_bytes_come_out_in_any_pieces(data: bytes, sizes: list[int]):
    stream = reader(data, data)
    parts = [stream.read(size) for size in sizes]
    assert b"".join(parts) + stream.read() == data
    assert stream.read() == stream.read(5) == b""


@given(st.binary(min_size=1, max_size=5000), st.integers(min_value=0), SIZES)
def test_the_last_bytes_of_a_forgery_never_come_out(data: bytes, place: int, sizes: list[int]):
    changed = bytearray(data)
    changed[place % len(data)] ^= 1
    stream = reader(bytes(changed), data)
    seen = b""
    for size in sizes:
        with suppress(DigestMismatch):
            seen += stream.read(size)
    assert len(seen) < len(data)
    for _ in range(2):
        with pytest.raises(DigestMismatch):
            stream.read()


@pytest.mark.parametrize("cut", [0, 1, 4999])
def test_a_blob_that_is_too_short_is_no_end(cut: int):
    data = b"x" * 5000
    stream = reader(data[:cut], data)
    for _ in range(2):
        with pytest.raises(SizeMismatch, match=f"after {cut} bytes where 5000 were promised"):
            stream.read()


@pytest.mark.parametrize("size", [0, 1, 5000])
def test_a_blob_that_is_too_long_is_refused(size: int):
    data = b"x" * size
    stream = reader(data + b"y", data)
    for _ in range(2):
        with pytest.raises(SizeMismatch):
            stream.read()


def test_an_endless_blob_is_read_to_its_promised_size_only():
    class Endless(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            assert size is not None
            assert size >= 0
            self.taken += size
            return bytes(size)

    endless = Endless()
    stream = VerifiedReader(endless, digest=Digest.of(bytes(10)), size=10)
    with pytest.raises(SizeMismatch):
        stream.read()
    assert endless.taken == 11


def test_readinto_verifies_too():
    data = hashlib.sha256(b"seed").digest() * 100
    buffer = bytearray(len(data))
    with io.BufferedReader(reader(data, data)) as buffered:
        assert buffered.readinto(buffer) == len(data)
    assert buffer == data


def test_closing_closes_what_is_underneath():
    inner = io.BytesIO(b"")
    VerifiedReader(inner, digest=Digest.of(b""), size=0).close()
    assert inner.closed


def test_a_blob_in_a_file_is_verified(tmp_path: Path):
    path = tmp_path / "blob"
    path.write_bytes(b"content")
    good = Blob(digest=Digest.of(b"content"), size=7, content=path)
    with good.open() as stream:
        assert stream.read() == b"content"
    path.write_bytes(b"CONTENT")
    with good.open() as stream, pytest.raises(DigestMismatch):
        stream.read()


def test_a_memory_store_knows_what_it_has():
    made = image_of([file("a")])
    store, other = made.store, MemoryStore()
    layer = made.manifest.layers[0]
    assert store.has(layer)
    assert not other.has(layer)
    with pytest.raises(BlobNotFound):
        other.open(layer)
    other.put(layer, store)
    with other.open(layer) as stream:
        assert stream.read() == made.layers[0]


def test_a_descriptors_lie_about_the_size_is_found():
    made = image_of([file("a")])
    lie = Descriptor(media_type="x", digest=made.manifest.layers[0].digest, size=3)
    with made.store.open(lie) as stream, pytest.raises(SizeMismatch):
        stream.read()


def test_a_huge_manifest_is_refused_before_it_is_opened():
    huge = Descriptor(media_type=MANIFEST, digest=Digest.of(b"x"), size=MAX_DOCUMENT_BYTES + 1)
    with pytest.raises(DocumentTooLarge):
        read_document(MemoryStore(), huge)


def test_what_is_pointed_to_comes_before_what_points_to_it():
    made = image_of([file("a")], [file("b")])
    made.refer(b"sbom", "text/spdx")
    order = [descriptor.digest for descriptor in reachable(made.store, made.entries)]
    assert len(order) == len(set(order)) == 7
    assert order.index(made.manifest.digest) > order.index(made.config.digest)
    assert order.index(made.manifest.digest) > order.index(made.manifest.layers[1].digest)
    assert order[-1] == made.referrers[0].digest


def test_shared_layers_are_walked_once():
    one, two = image_of([file("a")]), image_of([file("a")], [file("b")])
    index, store = index_of(one, two)
    digests = [descriptor.digest for descriptor in reachable(store, [index.descriptor()])]
    assert len(digests) == len(set(digests)) == 7


def test_indexes_in_indexes_end_somewhere():
    store = MemoryStore()
    descriptor = Descriptor.of(Index(manifests=()).raw, INDEX)
    store.add(Blob.of(Index(manifests=()).raw))
    for _ in range(20):
        index = Index(manifests=(descriptor,))
        store.add(Blob.of(index.raw))
        descriptor = index.descriptor()
    with pytest.raises(IndexTooDeep):
        reachable(store, [descriptor])


class Mirrors(MemoryStore):
    """A store that does not verify: whatever is asked for is the same index, which points to another like it."""

    opened = 0

    def open(self, _: Descriptor) -> io.BytesIO:
        self.opened += 1
        entries = tuple(
            Descriptor(media_type=INDEX, digest=Digest.of(f"{self.opened}/{n}".encode()), size=1) for n in range(100)
        )
        return io.BytesIO(Index(manifests=entries).raw)


def test_an_index_that_refers_to_ever_more_indexes_keeps_nobody_busy():
    mirrors = Mirrors()
    start = Descriptor(media_type=INDEX, digest=Digest.of(b"start"), size=1)
    done = threading.Event()

    def walk() -> None:
        with pytest.raises((IndexTooDeep, TooManyManifests)):
            reachable(mirrors, [start])
        done.set()

    thread = threading.Thread(target=walk)
    thread.start()
    thread.join(timeout=30)
    assert done.is_set()
    assert mirrors.opened <= 10_001


def test_an_index_that_refers_to_itself_is_walked_once():
    class Circle(MemoryStore):
        def open(self, descriptor: Descriptor) -> io.BytesIO:
            return io.BytesIO(Index(manifests=(descriptor,)).raw)

    with pytest.raises(IndexTooDeep):
        reachable(Circle(), [Descriptor(media_type=INDEX, digest=Digest.of(b"x"), size=1)])


def test_referrers_are_found_by_subject_and_type():
    made = image_of([file("a")])
    sbom, provenance = made.refer(b"1", "text/spdx"), made.refer(b"2", "text/slsa")
    assert made.store.referrers(made.manifest.digest) == (sbom.descriptor(), provenance.descriptor())
    assert made.image.referrers("text/slsa") == (provenance.descriptor(),)
    assert made.store.referrers(sbom.digest) == ()
