"""Digests of an image's files: the same whether layers lie there unpacked, pass as a stream, or were read before."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from images import Entry, MadeImage, file, folder, hardlink, image_of, symlink
from prill._io.cache import ContentCache
from prill._io.verified import DigestMismatch
from prill.archive.codecs import Codec
from prill.model import Digest, ImageReference
from prill.oci.destinations import Destination, write_image
from prill.oci.folder import open_folder
from prill.oci.image_limits import IMAGE_LIMITS
from prill.oci.layer_reader import Reading
from prill.oci.rootfs import ImageTree
from prill.oci.sources import open_image
from prill.oci.tree_cache import StoredTrees

NAME = ImageReference.parse("example.org/app:1.0")
LARGE = os.urandom(3_000_000)
LAYERS: list[list[Entry]] = [
    [folder("usr"), file("usr/a", "old"), file("usr/large", LARGE), symlink("link", "usr/a"), file("empty")],
    [file("usr/a", "new"), hardlink("usr/more", "usr/large"), file("etc/passwd", "root:x:0:0::/:/bin/sh\n")],
]
EXPECTED = {
    "usr/a": b"new",
    "usr/large": LARGE,
    "usr/more": LARGE,
    "etc/passwd": b"root:x:0:0::/:/bin/sh\n",
    "empty": b"",
}


def nothing(_: object) -> None:
    """Want no content of any layer."""


def digests_of(tree: ImageTree) -> dict[str, str]:
    found = tree.file_digests(range(len(tree.merged)))
    rows = ((path, found.of(row)) for path, row in tree.merged.rows.items())
    return {path: digest.hex for path, digest in rows if digest}


def hashed() -> dict[str, str]:
    return {path: hashlib.sha256(data).hexdigest() for path, data in EXPECTED.items()}


@pytest.mark.parametrize("codec", [Codec.NONE, Codec.GZIP, Codec.ZSTD])
@pytest.mark.parametrize("kept", [True, False])
def test_every_regular_file_has_one(tmp_path: Path, codec: Codec, *, kept: bool):
    made = image_of(*LAYERS, codec=codec)
    write_image(Destination.parse(f"oci-dir:{tmp_path / 'out'}"), blobs=made.store, entries=made.entries, name=NAME)
    reading = Reading(limits=IMAGE_LIMITS, interests=None if kept else nothing)
    with open_image(str(tmp_path / "out")) as opened, ImageTree(opened.image, reading=reading) as tree:
        assert digests_of(tree) == hashed()
        some = tree.file_digests([tree.merged.rows["usr/more"]])
        assert some.of(tree.merged.rows["usr/large"]) == Digest.of(LARGE)
        assert some.of(tree.merged.rows["usr/a"]) is None


def test_of_a_layer_that_is_remembered(tmp_path: Path):
    made = image_of(*LAYERS)
    cache = StoredTrees(ContentCache(tmp_path), IMAGE_LIMITS)
    reading = Reading(limits=IMAGE_LIMITS, tolerant=True, interests=nothing)
    for _ in range(2):
        with ImageTree(made.image, reading=reading, cache=cache) as tree:
            assert digests_of(tree) == hashed()


def test_a_remembered_layer_is_verified_before_its_contents_count(tmp_path: Path):
    made = image_of(*LAYERS)
    cache = StoredTrees(ContentCache(tmp_path), IMAGE_LIMITS)
    reading = Reading(limits=IMAGE_LIMITS, tolerant=True, interests=nothing)
    with ImageTree(made.image, reading=reading, cache=cache):
        pass
    other = image_of([file("usr/a", "evil")], LAYERS[1])
    forged = MadeImage(
        manifest=other.manifest,
        config=replace(other.config, diff_ids=made.config.diff_ids),
        layers=other.layers,
        blobs=other.blobs,
    )
    forged.manifest = replace(other.manifest, config=forged.config.descriptor())
    with (
        ImageTree(forged.image, reading=reading, cache=cache) as tree,
        pytest.raises(DigestMismatch),
    ):
        digests_of(tree)


def test_of_a_folder(tmp_path: Path):
    (tmp_path / "a").write_bytes(LARGE)
    os.link(tmp_path / "a", tmp_path / "b")
    (tmp_path / "c").symlink_to("a")
    gone = tmp_path / "gone"
    gone.write_text("soon")
    with open_folder(tmp_path) as tree:
        gone.unlink()
        found = tree.file_digests(range(len(tree.merged)))
        rows = tree.merged.rows
        assert found.of(rows["a"]) == found.of(rows["b"]) == Digest.of(LARGE)
        assert found.of(rows["c"]) is found.of(rows["gone"]) is None
        assert [gap.subject for gap in tree.gaps] == ["/gone"]
