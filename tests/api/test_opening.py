"""Images that are looked at while they are verified still."""

import os
from pathlib import Path

import pytest

from images import file, image_of
from prill.api.opening import OpenOptions, look_at_opened
from prill.archive.codecs import Codec
from prill.oci._region import Region
from prill.oci.descriptor import Descriptor
from prill.oci.image import Image
from prill.oci.layout import Layout, open_layout
from prill.oci.layout_writer import write_layout
from prill.oci.sources import OpenedImage
from prill.oci.store import DigestMismatch

LARGE = 5 << 20  # what is smaller is read by one process


class Shelf:
    """A layout that remembers which blobs this process asked for."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.asked: list[Descriptor] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self.layout, name)

    def region(self, descriptor: Descriptor) -> Region | None:
        self.asked.append(descriptor)
        return self.layout.region(descriptor)


def test_a_wrong_digest_is_found_once(tmp_path: Path):
    made = image_of([file("a", os.urandom(LARGE).hex())], codec=Codec.GZIP)
    write_layout(tmp_path, blobs=made.store, entries=made.entries, tag="1")
    layer = made.manifest.layers[0]
    blob = tmp_path / "blobs" / "sha256" / layer.digest.hex
    data = bytearray(blob.read_bytes())
    data[4] ^= 1  # gzip's time, which is in no content
    blob.write_bytes(data)
    shelf = Shelf(open_layout(tmp_path))
    image = Image(made.manifest.descriptor(), shelf)  # type: ignore[arg-type]  # it is all of a layout
    opened = OpenedImage(name="x", image=image, target=made.manifest.descriptor(), _close=lambda: None)
    before = 0  # where this process has threads, all is verified before anybody looks
    with pytest.raises(DigestMismatch), look_at_opened(opened, OpenOptions(), early=True):
        before = len(shelf.asked)
    assert shelf.asked[before:].count(layer) <= 1
