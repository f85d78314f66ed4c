"""Referrers among a layout's blobs that its index does not list."""

import json
from pathlib import Path

import pytest

from images import MadeImage, file, image_of
from prill.model import Digest
from prill.oci import _unlisted
from prill.oci._unlisted import TooManyBlobs
from prill.oci._wire import MAX_DOCUMENT_BYTES
from prill.oci.archive_writer import write_oci_archive
from prill.oci.descriptor import Descriptor
from prill.oci.index import Index
from prill.oci.layout import Layout, open_layout
from prill.oci.layout_writer import write_layout
from prill.oci.sources import open_image
from prill.oci.store import DigestMismatch


def written(path: Path) -> MadeImage:
    """Write an image whose two referrers are not listed."""
    made = image_of([file("a")])
    made.refer(b"{}", "text/spdx")
    made.refer(b"x", "text/x")
    write_layout(path, blobs=made.store, entries=made.entries[:1], unlisted=made.entries[1:], tag="1.0")
    return made


def put(path: Path, data: bytes, name: str = "") -> Path:
    blob = path / "blobs" / "sha256" / (name or Digest.of(data).hex)
    blob.write_bytes(data)
    return blob


def by_digest(made: MadeImage) -> tuple[Descriptor, ...]:
    return tuple(sorted((one.descriptor() for one in made.referrers), key=lambda one: one.digest))


def test_they_are_found_by_their_subject(tmp_path: Path):
    made = written(tmp_path)
    layout = open_layout(tmp_path)
    assert [entry.digest for entry in layout.entries] == [made.manifest.digest]
    assert layout.referrers(made.manifest.digest) == by_digest(made)
    assert [one.artifact_type for one in layout.referrers(made.manifest.digest, "text/x")] == ["text/x"]
    assert layout.referrers(Digest.of(b"something else")) == ()


def test_an_archive_has_them_too(tmp_path: Path):
    made = image_of([file("a")])
    made.refer(b"{}", "text/spdx")
    path = tmp_path / "x.tar"
    write_oci_archive(path, blobs=made.store, entries=made.entries[:1], unlisted=made.entries[1:], tag="1.0")
    with open_image(f"oci-archive:{path}") as opened:
        assert isinstance(opened.image.store, Layout)
        assert len(opened.image.store.entries) == 1
        assert opened.image.referrers() == by_digest(made)


def test_a_listed_one_is_not_found_twice(tmp_path: Path):
    made = image_of([file("a")])
    made.refer(b"{}", "text/spdx")
    write_layout(tmp_path, blobs=made.store, entries=made.entries, tag="1.0")
    assert open_layout(tmp_path).referrers(made.manifest.digest) == by_digest(made)


def test_an_index_with_a_subject_is_one_as_well(tmp_path: Path):
    made = written(tmp_path)
    index = Index(manifests=(), subject=made.manifest.descriptor(), artifact_type="text/index")
    put(tmp_path, index.raw)
    assert index.descriptor() in open_layout(tmp_path).referrers(made.manifest.digest)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"subject": 1}',
        b'{"subject": {"mediaType": "x", "digest": "y"',
        b'{"subject": {"mediaType": "x", "digest": "sha256:0", "size": 1}, "mediaType": "text/plain"}',
        b"\x1f\x8b\x08 a layer",
        b'{"a":' * 100_000 + b'"subject"',
    ],
)
def test_other_blobs_are_none(tmp_path: Path, data: bytes):
    made = written(tmp_path)
    put(tmp_path, data)
    assert open_layout(tmp_path).referrers(made.manifest.digest) == by_digest(made)


def test_what_is_not_named_like_a_blob_is_none(tmp_path: Path):
    made = written(tmp_path)
    forged = json.loads(made.referrers[0].raw) | {"artifactType": "text/forged"}
    for name in ("README.md", "ab" * 40):
        put(tmp_path, json.dumps(forged).encode(), name)
    (tmp_path / "blobs" / "notes.txt").write_text("{}")
    (tmp_path / "blobs" / "sha256" / ("cd" * 32)).mkdir()
    assert open_layout(tmp_path).referrers(made.manifest.digest) == by_digest(made)


def test_a_forged_one_is_refused(tmp_path: Path):
    made = written(tmp_path)
    forged = json.loads(made.referrers[0].raw) | {"artifactType": "text/forged"}
    put(tmp_path, json.dumps(forged).encode(), "ab" * 32)
    with pytest.raises(DigestMismatch):
        open_layout(tmp_path).referrers(made.manifest.digest)


def test_what_is_larger_than_a_manifest_is_not_read(tmp_path: Path):
    made = written(tmp_path)
    huge = put(tmp_path, b"{", "ab" * 32)
    with huge.open("ab") as stream:
        stream.truncate(MAX_DOCUMENT_BYTES + 1)
    assert open_layout(tmp_path).referrers(made.manifest.digest) == by_digest(made)


@pytest.mark.parametrize("bound", ["_MAX_BLOBS", "_MAX_READ"])
def test_there_are_bounds(tmp_path: Path, bound: str, monkeypatch: pytest.MonkeyPatch):
    made = written(tmp_path)
    monkeypatch.setattr(_unlisted, bound, 1)
    with pytest.raises(TooManyBlobs):
        open_layout(tmp_path).referrers(made.manifest.digest)
