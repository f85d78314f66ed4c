import json
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from images import ARM64, file, folder, image_of, index_of, stat, symlink, tar_of
from prill.archive.codecs import Codec, compress
from prill.errors import PrillError
from prill.model import Digest, FileKind, ImageReference
from prill.oci._wire import InvalidDocument
from prill.oci.archive import open_archive
from prill.oci.archive_writer import SeveralPlatforms, write_docker_archive, write_oci_archive
from prill.oci.image import Image
from prill.oci.layout import NoLayout, TagNeeded, TagNotFound
from prill.oci.media_types import LAYER, LAYER_GZIP
from prill.oci.memory import MemoryStore
from prill.oci.store import Blob, BlobNotFound, DigestMismatch

NAME = ImageReference.parse("example.org/app:1.0")


def docker_tar(path: Path, entries: list[tuple[object, bytes]], *images: dict[str, object]) -> Path:
    path.write_bytes(tar_of([*entries, file("manifest.json", json.dumps(list(images)))]))  # type: ignore[list-item]
    return path


def test_an_oci_archive_comes_back_with_its_referrers(tmp_path: Path):
    made = image_of([file("a", "1")])
    sbom = made.refer(b"{}", "text/spdx")
    write_oci_archive(tmp_path / "x.tar", blobs=made.store, entries=made.entries, tag="1.0")
    archive = open_archive(tmp_path / "x.tar")
    image = Image(archive.resolve("1.0"), archive)
    assert image.manifest() == made.manifest
    assert image.referrers("text/spdx") == (sbom.descriptor(),)
    with archive.open(image.layers()[0].descriptor) as stream:
        assert stream.read() == made.layers[0]
    archive.close()


def test_a_docker_archive_is_both_dockers_form_and_a_layout(tmp_path: Path):
    made = image_of([file("a", "1")], [file("b", "2")])
    made.refer(b"{}", "text/spdx")
    write_docker_archive(tmp_path / "x.tar", blobs=made.store, image=made.manifest.descriptor(), name=NAME)
    with tarfile.open(tmp_path / "x.tar") as tar:
        members = {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}  # type: ignore[union-attr]
    (docker,) = json.loads(members["manifest.json"])
    assert docker["RepoTags"] == ["example.org/app:1.0"]
    assert members[docker["Config"]] == made.config.raw
    assert [members[name] for name in docker["Layers"]] == made.layers
    assert len(members) == 3 + 4
    archive = open_archive(tmp_path / "x.tar")
    for tag in ("", "1.0", "example.org/app:1.0"):
        assert archive.resolve(tag).digest == made.manifest.digest
    archive.close()


def test_archives_are_the_same_bytes_each_time(tmp_path: Path):
    made = image_of([file("a")])
    for name in ("one", "two"):
        write_oci_archive(tmp_path / f"{name}.oci", blobs=made.store, entries=made.entries, tag="1.0")
        write_docker_archive(tmp_path / f"{name}.docker", blobs=made.store, image=made.entries[0], name=NAME)
    for kind in ("oci", "docker"):
        assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"two.{kind}").read_bytes()


def test_a_failed_write_leaves_the_old_archive(tmp_path: Path):
    made = image_of([file("a", "x" * 50)])
    path, source = tmp_path / "x.tar", tmp_path / "layer"
    path.write_bytes(b"old")
    source.write_bytes(b"z" * made.manifest.layers[0].size)
    store = made.store
    store.add(Blob(digest=made.manifest.layers[0].digest, size=made.manifest.layers[0].size, content=source))
    for write in (
        lambda: write_oci_archive(path, blobs=store, entries=made.entries, tag="1.0"),
        lambda: write_docker_archive(path, blobs=store, image=made.entries[0], name=NAME),
    ):
        with pytest.raises(DigestMismatch):
            write()
        assert path.read_bytes() == b"old"
    assert {found.name for found in tmp_path.iterdir()} == {"x.tar", "layer"}


def test_docker_load_takes_one_platform(tmp_path: Path):
    index, store = index_of(image_of([file("a")]), image_of([file("b")], platform=ARM64))
    with pytest.raises(SeveralPlatforms, match="linux/amd64, linux/arm64"):
        write_docker_archive(tmp_path / "x.tar", blobs=store, image=index.descriptor(), name=NAME)
    single, store = index_of(image_of([file("a")]))
    write_docker_archive(tmp_path / "y.tar", blobs=store, image=single.descriptor(), name=NAME)
    archive = open_archive(tmp_path / "y.tar")
    assert archive.resolve().digest == single.manifests[0].digest
    archive.close()


@pytest.mark.parametrize("codec", [Codec.GZIP, Codec.ZSTD])
def test_compressed_archives_are_read(tmp_path: Path, codec: Codec):
    made = image_of([file("a", "1")])
    write_oci_archive(tmp_path / "x.tar", blobs=made.store, entries=made.entries, tag="1.0")
    packed = tmp_path / "x.packed"
    packed.write_bytes(compress((tmp_path / "x.tar").read_bytes(), codec))
    archive = open_archive(packed)
    assert Image(archive.resolve(), archive).config() == made.config
    archive.close()
    packed.write_bytes(packed.read_bytes()[:-20])
    with pytest.raises(PrillError):
        open_archive(packed)


def test_what_docker_saved_before_version_25_is_read(tmp_path: Path):
    made = image_of([file("a", "1")], [file("b", "2")])
    tars = [tar_of([file("a", "1")]), tar_of([file("b", "2")])]
    entries = [
        file("config.json", made.config.raw),
        folder("one"),
        file("one/layer.tar", tars[0]),
        folder("two"),
        file("shared.tar.gz", compress(tars[1], Codec.GZIP)),
        symlink("two/layer.tar", "../shared.tar.gz"),
    ]
    image = {"Config": "config.json", "RepoTags": ["app:1"], "Layers": ["one/layer.tar", "two/layer.tar"]}
    archive = open_archive(docker_tar(tmp_path / "x.tar", entries, image))
    for tag in ("", "1", "app:1", "docker.io/library/app:1"):
        found = Image(archive.resolve(tag), archive)
        assert found.config() == made.config
        layers = found.layers()
        assert [layer.descriptor.media_type for layer in layers] == [LAYER, LAYER_GZIP]
        assert [layer.diff_id for layer in layers] == [Digest.of(tar) for tar in tars]
        with archive.open(layers[0].descriptor) as stream:
            assert stream.read() == tars[0]
    assert archive.referrers(found.descriptor.digest) == ()
    assert archive.has(layers[1].descriptor)
    archive.close()


def test_of_several_images_one_must_be_named(tmp_path: Path):
    made = image_of([file("a")])
    entries = [file("c", made.config.raw), file("l", made.layers[0])]
    images = [{"Config": "c", "RepoTags": [name], "Layers": ["l"]} for name in ("app:1", "app:2", "other:2")]
    archive = open_archive(docker_tar(tmp_path / "x.tar", entries, *images))
    assert Image(archive.resolve("app:2"), archive).config() == made.config
    with pytest.raises(TagNeeded):
        archive.resolve()
    with pytest.raises(TagNeeded):
        archive.resolve("2")
    with pytest.raises(TagNotFound) as caught:
        archive.resolve("3")
    assert caught.value.hint == "it has: app:1, app:2, other:2"
    with pytest.raises(BlobNotFound):
        archive.open(image_of([file("else")]).manifest.layers[0])
    archive.close()


@pytest.mark.parametrize(
    "layer",
    ["missing", "../../../etc/passwd", "/etc/passwd", "circle", "outside", "folder", ""],
)
def test_a_layer_that_is_not_in_the_archive_is_a_clear_error(tmp_path: Path, layer: str):
    entries = [
        file("c", image_of([file("a")]).config.raw),
        symlink("circle", "circle2"),
        symlink("circle2", "circle"),
        symlink("outside", "../../../../../etc/passwd"),
        folder("folder"),
    ]
    archive = open_archive(docker_tar(tmp_path / "x.tar", entries, {"Config": "c", "Layers": [layer]}))
    with pytest.raises(InvalidDocument, match="not in it"):
        archive.resolve()
    archive.close()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a tar",
        tar_of([file("something", "else")]),
        tar_of([file("manifest.json", "broken")]),
        tar_of([file("manifest.json", "{}")]),
        tar_of([file("oci-layout", "{}"), file("index.json", "{}")]),
        tar_of([file("oci-layout", '{"imageLayoutVersion":"1.0.0"}'), file("index.json", "[")]),
        tar_of([file("manifest.json", b"[" * 100_000)]),
        tar_of([file("a", "x" * 5000)])[:3000],
    ],
)
def test_what_is_no_archive_of_an_image_is_a_clear_error(tmp_path: Path, data: bytes):
    (tmp_path / "x.tar").write_bytes(data)
    with pytest.raises(PrillError):
        open_archive(tmp_path / "x.tar")


def test_a_member_that_leads_out_is_refused(tmp_path: Path):
    raw = BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("../evil"))
    (tmp_path / "x.tar").write_bytes(raw.getvalue())
    with pytest.raises(PrillError, match="evil"):
        open_archive(tmp_path / "x.tar")


def test_a_truncated_blob_in_an_archive_is_found(tmp_path: Path):
    made = image_of([file("a", "x" * 5000)])
    write_oci_archive(tmp_path / "x.tar", blobs=made.store, entries=made.entries, tag="1.0")
    data = (tmp_path / "x.tar").read_bytes()
    at = data.index(made.layers[0])
    (tmp_path / "x.tar").write_bytes(data[:at] + b"\xff" + data[at + 1 :])
    archive = open_archive(tmp_path / "x.tar")
    with archive.open(made.manifest.layers[0]) as stream, pytest.raises(DigestMismatch):
        stream.read()
    archive.close()


def test_an_empty_archive_has_no_image(tmp_path: Path):
    (tmp_path / "x.tar").write_bytes(tar_of([(stat("d", FileKind.DIRECTORY, mode=0o755), b"")]))
    with pytest.raises(NoLayout, match="holds no image"):
        open_archive(tmp_path / "x.tar")


def test_an_artifact_is_no_image_for_docker(tmp_path: Path):
    blob = Blob.of(b"x")
    made = image_of([file("a")])
    layer = made.manifest.layers[0]
    with pytest.raises(PrillError, match="no image"):
        write_docker_archive(
            tmp_path / "x.tar", blobs=MemoryStore([blob, Blob.of(made.layers[0])]), image=layer, name=NAME
        )


def test_a_docker_archive_that_docker_would_read_in_another_way(tmp_path: Path):
    made = image_of([file("a")])
    entries = [file("c.json", made.config.raw), file("l", tar_of([file("a")]))]
    for more in ({"config": "c.json"}, {"layers": ["l"]}, {"repotags": ["x:1"]}):
        place = docker_tar(tmp_path / "x.tar", entries, {"Config": "c.json", "Layers": ["l"], **more})
        with pytest.raises(InvalidDocument, match="spelled in another way"):
            open_archive(place)
