"""Layers in pieces, eStargz and zstd:chunked, are the plain tars that other readers see in them."""

import gzip
import json
import struct
import zlib

import pytest
from backports import zstd

from images import AMD64, Entry, file, folder, tar_of
from prill.archive.codecs import Codec
from prill.archive.tar_writer import END, entry_header, padding
from prill.model import Digest, Platform
from prill.oci.config import ImageConfig
from prill.oci.descriptor import Descriptor
from prill.oci.image import Image
from prill.oci.layer_reader import Reading
from prill.oci.layer_types import layer_media_type
from prill.oci.manifest import Manifest
from prill.oci.memory import MemoryStore
from prill.oci.rootfs import ImageTree
from prill.oci.store import Blob

TOC = json.dumps({"version": 1, "entries": [{"name": "usr/a", "type": "reg", "size": 3}]})
ENTRIES: list[Entry] = [
    file(".no.prefetch.landmark", b"\x0f"),
    folder("usr"),
    file("usr/a", "one"),
    file("usr/large", bytes(range(256)) * 5000),
]


def parts() -> list[bytes]:
    """Return the tar an entry at a time, and its end."""
    return [*(entry_header(stat) + data + padding(len(data)) for stat, data in ENTRIES), END]


def stargz_footer(offset: int) -> bytes:
    """Return the empty gzip member that says where the table of contents begins (stargz-snapshotter, docs/estargz.md)."""
    said = f"{offset:016x}STARGZ".encode()
    extra = b"SG" + struct.pack("<H", len(said)) + said
    member = b"\x1f\x8b\x08\x04" + bytes(4) + b"\x00\xff" + struct.pack("<H", len(extra)) + extra
    return member + b"\x01\x00\x00\xff\xff" + bytes(8)


def estargz() -> tuple[bytes, bytes]:
    """Return a layer and what it unpacks to: a gzip member an entry, the table, the footer."""
    *entries, end = parts()
    table_of_contents = tar_of([file("stargz.index.json", TOC)])[: -len(END)] + end
    members = b"".join(gzip.compress(one, mtime=0) for one in entries)
    packed = members + gzip.compress(table_of_contents, mtime=0) + stargz_footer(len(members))
    return packed, b"".join(entries) + table_of_contents


def zstd_chunked() -> tuple[bytes, bytes]:
    """Return a layer with a zstd frame an entry; its table and footer are skippable frames (RFC 8878, section 3.1.2)."""
    table = zstd.compress(TOC.encode())
    footer = struct.pack("<QQQQ", 0, len(table), len(TOC), 1) + b"GNUlInUx"
    skipped = b"".join(struct.pack("<II", 0x184D2A50, len(data)) + data for data in (table, footer))
    return b"".join(zstd.compress(one) for one in parts()) + skipped, b"".join(parts())


def image_of(packed: bytes, plain: bytes, codec: Codec, platform: Platform = AMD64) -> Image:
    config = ImageConfig(platform=platform, diff_ids=(Digest.of(plain),))
    manifest = Manifest(config=config.descriptor(), layers=(Descriptor.of(packed, layer_media_type(codec)),))
    store = MemoryStore([Blob.of(packed), Blob.of(config.raw), Blob.of(manifest.raw)], entries=(manifest.descriptor(),))
    return Image(manifest.descriptor(), store)


@pytest.mark.parametrize("kept", [True, False])
def test_estargz(*, kept: bool):
    packed, plain = estargz()
    assert gzip.decompress(packed) == plain
    reading = Reading(interests=None if kept else lambda _: None)
    with ImageTree(image_of(packed, plain, Codec.GZIP), reading=reading) as tree:
        assert [stat.path for stat in tree.walk()] == [
            ".no.prefetch.landmark",
            "stargz.index.json",
            "usr",
            "usr/a",
            "usr/large",
        ]
        assert tree.open("usr/a").read() == b"one"
        assert zlib.crc32(tree.open("usr/large").read()) == zlib.crc32(bytes(range(256)) * 5000)


@pytest.mark.parametrize("kept", [True, False])
def test_zstd_chunked(*, kept: bool):
    packed, plain = zstd_chunked()
    reading = Reading(interests=None if kept else lambda _: None)
    with ImageTree(image_of(packed, plain, Codec.ZSTD), reading=reading) as tree:
        assert [stat.path for stat in tree.walk()] == [".no.prefetch.landmark", "usr", "usr/a", "usr/large"]
        assert tree.open("usr/a").read() == b"one"
        assert len(tree.open("usr/large").read()) == 1_280_000


def test_names_are_kept_as_they_are_stored():
    names = ["B", "a", "b", "e\u0301", "\u00e9"]
    plain = tar_of([file(name, name) for name in names])
    with ImageTree(image_of(plain, plain, Codec.NONE)) as tree:
        assert [stat.path for stat in tree.walk()] == sorted(names)
        assert {name: tree.open(name).read().decode() for name in names} == {name: name for name in names}
        assert tree.stat("A") is None
