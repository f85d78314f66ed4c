"""Layers that are read in several processes at once: whoever read them, what comes out is the same."""

import itertools
import os
import select
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from images import Entry, MadeImage, file, folder, image_of
from prill._io.forked import can_fork
from prill.archive.codecs import Codec
from prill.model import Digest
from prill.oci._contents import LayerContents
from prill.oci.entries import EntryTable
from prill.oci.image import Image, Layer
from prill.oci.layer_reader import Reading
from prill.oci.layout import open_layout
from prill.oci.layout_writer import write_layout
from prill.oci.rootfs import ImageTree
from prill.oci.store import DigestMismatch

LOWER = [folder("etc"), file("etc/os-release", "ID=debian\n"), file("etc/first", "the first"), file("gone", "x")]
UPPER = [folder("etc"), file("etc/second", "the second"), file(".wh.gone"), file("etc/passwd", "root:x:0:0\n")]
WAIT = 60


def stored(made: MadeImage, path: Path) -> Image:
    write_layout(path, blobs=made.store, entries=made.entries, tag="test")
    return Image(made.manifest.descriptor(), open_layout(path))


@dataclass
class Wants:
    """Wants every file of two layers, and says what is in it and which process read it.

    Where there are other processes, a layer is read while another process reads the other one.
    """

    said: dict[Digest, dict[str, bytes]] = field(default_factory=dict)
    processes: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.begun = {0: os.pipe(), 1: os.pipe()}
        self.asked = itertools.count()
        self.alone = not can_fork()

    def __call__(self, layer: Layer) -> "Wanted":
        return Wanted(self, layer, next(self.asked))

    def meet(self, own: int) -> None:
        os.write(self.begun[own][1], b"!")
        if not self.alone:
            assert select.select([self.begun[1 - own][0]], [], [], WAIT)[0]


@dataclass
class Wanted:
    asked: Wants
    layer: Layer
    own: int
    numbers: list[int] = field(default_factory=list)

    def wants(self, number: int, path: str, size: int, first: bytes) -> bool:  # noqa: ARG002
        self.numbers.append(number)
        return True

    def read(self, table: EntryTable, contents: LayerContents) -> tuple[int, dict[str, bytes]]:
        self.asked.meet(self.own)
        said = {}
        for number in self.numbers:
            with contents.open(table.offsets[number], table.sizes[number]) as stream:
                said[table.paths[number]] = stream.read()
        return os.getpid(), said

    def take(self, said: tuple[int, dict[str, bytes]]) -> None:
        process, self.asked.said[self.layer.diff_id] = said
        self.asked.processes.add(process)


def contents(layer: Sequence[Entry]) -> dict[str, bytes]:
    return {stat.path: data for stat, data in layer if data}


@pytest.mark.parametrize("codec", [Codec.NONE, Codec.GZIP, Codec.ZSTD])
def test_two_processes_read_what_one_reads(codec: Codec, tmp_path: Path):
    made = image_of(LOWER, UPPER, codec=codec)
    wants = Wants()
    with ImageTree(stored(made, tmp_path / "image"), reading=Reading(interests=wants, share_from=0)) as shared:
        with ImageTree(made.image) as alone:
            assert list(shared.walk()) == list(alone.walk())
        for path, content in {**contents(LOWER), **contents(UPPER)}.items():
            if path != "gone":
                with shared.open(path) as stream:
                    assert stream.read() == content
    assert wants.said == dict(zip(made.config.diff_ids, (contents(LOWER), contents(UPPER)), strict=True))
    assert len(wants.processes) == (1 if wants.alone else 2)


@pytest.mark.parametrize("codec", [Codec.NONE, Codec.GZIP])
def test_a_wrong_layer_is_refused_whoever_read_it(codec: Codec, tmp_path: Path):
    made = image_of(LOWER, UPPER, codec=codec)
    image = stored(made, tmp_path / "image")
    for layer in made.manifest.layers:
        blob = tmp_path / "image" / "blobs" / "sha256" / layer.digest.hex
        data = bytearray(blob.read_bytes())
        data[data.index(b"the ") if codec is Codec.NONE else -1] ^= 1
        blob.write_bytes(data)
    with pytest.raises(DigestMismatch):
        ImageTree(image, reading=Reading(interests=Wants(), share_from=0, tolerant=True))


def damaged(made: MadeImage, path: Path) -> Image:
    """Store the image, a word of a file in each layer another one: it can be read, and has a wrong digest."""
    image = stored(made, path)
    for layer in made.manifest.layers:
        blob = path / "blobs" / "sha256" / layer.digest.hex
        blob.write_bytes(blob.read_bytes().replace(b"the ", b"thy "))
    return image


@pytest.mark.parametrize("codec", [Codec.NONE, Codec.GZIP, Codec.ZSTD])
def test_an_early_tree_is_there_before_it_is_verified_and_refused_then(codec: Codec, tmp_path: Path):
    made = image_of(LOWER, UPPER, codec=codec)
    kept: list[str] = []
    reading = Reading(interests=Wants(), share_from=0, early=True)
    with ImageTree(stored(made, tmp_path / "good"), reading=reading) as tree:
        tree.once_verified(lambda: kept.append("good"))
        assert tree.stat("etc/second") is not None
        tree.verify()
        tree.verify()
        tree.once_verified(lambda: kept.append("at once"))
    assert kept == ["good", "at once"]


def test_what_was_made_of_an_early_tree_is_not_remembered_where_it_is_refused(tmp_path: Path):
    image = damaged(image_of(LOWER, UPPER, codec=Codec.NONE), tmp_path / "image")
    wants = Wants()
    seen, kept = [], []

    def look() -> None:
        with ImageTree(image, reading=Reading(interests=wants, share_from=0, early=True)) as tree:
            tree.once_verified(lambda: kept.append("bad"))
            with tree.open("etc/second") as stream:
                seen.append(stream.read())
            with pytest.raises(DigestMismatch):
                tree.verify()
            tree.verify()

    with pytest.raises(DigestMismatch):
        look()
    assert seen == ([] if wants.alone else [b"thy second"])
    assert kept == []


def test_an_error_over_an_early_tree_is_the_wrong_digest(tmp_path: Path):
    image = damaged(image_of(LOWER, UPPER, codec=Codec.NONE), tmp_path / "image")
    reading = Reading(interests=Wants(), share_from=0, early=True)
    with pytest.raises(DigestMismatch), ImageTree(image, reading=reading) as tree, tree.verified_first():
        raise ValueError("of what the content says")
