"""``prill rebuild --verify`` finds whatever is not as it was, and names the first file."""

import dataclasses
import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from images import file, image_of
from prill.archive.codecs import Codec, compress
from prill.archive.tar import walk
from prill.archive.tar_writer import END, entry_header, padding
from prill.oci.layout_writer import write_layout
from workshop import (
    Ran,
    Workshop,
    base_files,
    blob,
    digest_of,
    document,
    entries_of,
    layers_of,
    library,
    manifest_of,
    program,
)


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    shop = Workshop(tmp_path)
    shop.made("--list-referrers")
    return shop


def verify(shop: Workshop) -> Ran:
    return shop.run("rebuild", "--verify", shop.out)


def refused(shop: Workshop) -> str:
    ran = verify(shop)
    assert ran.code == 10, ran
    assert "the rebuild differs" in ran.out
    assert "Traceback" not in ran.err
    return ran.out


def store(shop: Workshop, data: bytes) -> tuple[str, int]:
    """Put a blob into the layout."""
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    blob(shop.out, digest).write_bytes(data)
    return digest, len(data)


def republish(shop: Workshop, change: Callable[[dict, dict], None]) -> None:
    """Change manifest and config of the image as someone would who knows how: every digest fits again."""
    manifest = manifest_of(shop.out)
    config = document(shop.out, manifest["config"]["digest"])
    change(manifest, config)
    raw = json.dumps(config).encode()
    if config != document(shop.out, manifest["config"]["digest"]):
        manifest["config"]["digest"], manifest["config"]["size"] = store(shop, raw)
    digest, size = store(shop, json.dumps(manifest).encode())
    index = json.loads((shop.out / "index.json").read_bytes())
    old = index["manifests"][0]["digest"]
    index["manifests"][0] |= {"digest": digest, "size": size}
    for entry in index["manifests"][1:]:
        referrer = document(shop.out, entry["digest"])
        assert referrer["subject"]["digest"] == old
        referrer["subject"] |= {"digest": digest, "size": size}
        entry["digest"], entry["size"] = store(shop, json.dumps(referrer).encode())
    (shop.out / "index.json").write_text(json.dumps(index))


def test_an_image_as_it_was_built(shop: Workshop):
    ran = verify(shop)
    assert (ran.code, ran.err) == (0, "")
    assert "exact, sha256:" in ran.out


def test_it_writes_nothing(shop: Workshop):
    before = {path: path.read_bytes() for path in shop.root.rglob("*") if path.is_file() and "cache" not in path.parts}
    verify(shop)
    assert {path: path.read_bytes() for path in before} == before
    assert not list(shop.root.rglob(".tmp-*"))


@pytest.mark.parametrize("where", [20, 0.2, 0.5, 0.8, -4])
def test_one_byte_of_a_layer(shop: Workshop, where: float):
    path = blob(shop.out, layers_of(shop.out)["app"])
    data = bytearray(path.read_bytes())
    at = int(len(data) * where) if isinstance(where, float) else int(where)
    data[at] ^= 0x55
    path.write_bytes(data)
    said = refused(shop)
    assert "layer 0 (app): " in said
    assert layers_of(shop.out)["app"] in said


def test_a_byte_inside_of_a_file_names_the_file(shop: Workshop):
    """A layer in stored form, so that a changed byte is a changed file and no broken stream."""
    digest = layers_of(shop.out)["app"]
    tar = bytearray(gzip.decompress(blob(shop.out, digest).read_bytes()))
    tar[tar.index(b"2.0\n")] ^= 1
    blob(shop.out, digest).write_bytes(compress(bytes(tar), Codec.GZIP))
    assert "layer 0 (app): /usr/bin/app: the content differs" in refused(shop)


@pytest.mark.parametrize("name", ["app", "prill"])
def test_a_layer_that_is_missing(shop: Workshop, name: str):
    digest = layers_of(shop.out)[name]
    blob(shop.out, digest).unlink()
    said = refused(shop)
    assert f"({name})" in said
    assert f"has no blob {digest}" in said


def test_a_layer_that_is_cut(shop: Workshop):
    path = blob(shop.out, layers_of(shop.out)["openssl"])
    path.write_bytes(path.read_bytes()[:-20])
    assert "(openssl)" in refused(shop)


def test_the_config_is_missing(shop: Workshop):
    blob(shop.out, manifest_of(shop.out)["config"]["digest"]).unlink()
    assert "config" in refused(shop)


@pytest.mark.parametrize("number", range(5))
def test_an_attachment_is_missing_or_changed(shop: Workshop, number: int):
    entry = entries_of(shop.out)[1 + number]
    (layer,) = document(shop.out, entry["digest"])["layers"]
    path = blob(shop.out, layer["digest"])
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    path.write_bytes(data)
    ran = verify(shop)
    if number < 3:
        assert ran.code == 10
        assert f"attached {entry['artifactType']}" in ran.out
    else:  # lock and record: without them nothing can be said at all
        assert ran.code in (1, 2)
    path.unlink()
    assert verify(shop).code == (10 if number < 3 else 1)


def test_an_attachment_is_not_listed_and_then_not_there(shop: Workshop):
    index = json.loads((shop.out / "index.json").read_bytes())
    spdx = index["manifests"].pop(1)
    (shop.out / "index.json").write_text(json.dumps(index))
    assert ": exact, " in shop.good("rebuild", "--verify", shop.out)
    blob(shop.out, spdx["digest"]).unlink()
    assert "attached application/spdx+json" in refused(shop)


class TestForged:
    """Every digest in the layout fits; the image is another one nevertheless."""

    def test_another_user(self, shop: Workshop):
        republish(shop, lambda _manifest, config: config["config"].update(User="0:0"))
        assert 'config: config.User is "0:0", rebuilt "65532:65532"' in refused(shop)

    def test_another_annotation(self, shop: Workshop):
        republish(shop, lambda manifest, _config: manifest["annotations"].update(extra="x"))
        assert 'manifest: annotations.extra is "x", rebuilt null' in refused(shop)

    def test_another_file(self, shop: Workshop):
        def change(manifest: dict, config: dict) -> None:
            tar = gzip.decompress(blob(shop.out, manifest["layers"][0]["digest"]).read_bytes())
            tar = tar.replace(b"#!/usr/bin/app-run\n2.0\n", b"#!/usr/bin/evil-un\n2.0\n")
            packed = compress(tar, Codec.GZIP)
            manifest["layers"][0]["digest"], manifest["layers"][0]["size"] = store(shop, packed)
            config["rootfs"]["diff_ids"][0] = "sha256:" + hashlib.sha256(tar).hexdigest()

        republish(shop, change)
        assert "layer 0 (app): /usr/bin/app: the content differs" in refused(shop)

    def test_the_same_files_compressed_otherwise(self, shop: Workshop):
        def change(manifest: dict, config: dict) -> None:
            tar = gzip.decompress(blob(shop.out, manifest["layers"][0]["digest"]).read_bytes())
            packed = gzip.compress(tar, 1, mtime=0)
            manifest["layers"][0]["digest"], manifest["layers"][0]["size"] = store(shop, packed)

        republish(shop, change)
        assert "layer 0 (app): the same files, packed differently" in refused(shop)

    def test_a_layer_more_and_a_layer_less(self, shop: Workshop):
        def more(manifest: dict, config: dict) -> None:
            manifest["layers"].append(manifest["layers"][0])
            config["rootfs"]["diff_ids"].append(config["rootfs"]["diff_ids"][0])

        republish(shop, more)
        assert "layer 4" in refused(shop)

    def test_another_mode(self, shop: Workshop):
        def change(manifest: dict, config: dict) -> None:
            tar = gzip.decompress(blob(shop.out, manifest["layers"][0]["digest"]).read_bytes())
            blocks = []
            for entry in walk(tar):
                stat = entry.stat
                if stat.path == "usr/bin/app":
                    stat = dataclasses.replace(stat, mode=0o4755)
                data = tar[entry.offset : entry.offset + stat.size]
                blocks += [entry_header(stat), data, padding(len(data))]
            packed = compress(b"".join((*blocks, END)), Codec.GZIP)
            manifest["layers"][0]["digest"], manifest["layers"][0]["size"] = store(shop, packed)

        republish(shop, change)
        assert f"/usr/bin/app: mode {0o4755}, rebuilt {0o755}" in refused(shop)


def test_an_image_that_others_built(tmp_path: Path):
    made = image_of([file("f", "x")])
    write_layout(tmp_path / "other", blobs=made.store, entries=made.entries, tag="latest")
    shop = Workshop(tmp_path / "shop")
    for words in (("rebuild", "--verify"), ("show",)):
        ran = shop.run(*words, tmp_path / "other")
        assert ran.code == 3, ran
        assert "only images that prill build wrote" in ran.err


def test_an_index_with_an_image_less(tmp_path: Path):
    shop = Workshop(
        tmp_path, [base_files(architecture="all"), library(architecture="all"), program(architecture="all")]
    )
    shop.spec(archs=["amd64", "arm64"])
    shop.lock()
    shop.build("--arch", "all")
    index = document(shop.out, digest_of(shop.out))
    arm = document(shop.out, index["manifests"][1]["digest"])
    blob(shop.out, arm["layers"][0]["digest"]).write_bytes(b"")
    said = refused(shop)
    assert "linux/arm64 layer 0 (app)" in said
