from dataclasses import replace
from pathlib import Path

import pytest

from images import AMD64, ARM64, MadeImage, file, image_of, index_of
from prill.model import Digest, Platform
from prill.oci.descriptor import CONTAINERD_NAME, REF_NAME, Descriptor
from prill.oci.graph import IndexTooDeep
from prill.oci.image import select_image
from prill.oci.index import Index, PlatformNotFound
from prill.oci.layout import INDEX_FILE, LAYOUT_FILE, LAYOUT_JSON, TagNeeded, TagNotFound, blob_name
from prill.oci.memory import MemoryStore
from prill.oci.places import open_place
from prill.oci.sources import UnknownSource, folder_of, host_platform, open_image
from prill.oci.store import Blob

S390X = Platform("linux", "s390x")


def layout(folder: Path, entries: list[Descriptor], blobs: list[bytes]) -> str:
    """Write a layout as other programs do; ``entries`` are its index."""
    (folder / "blobs/sha256").mkdir(parents=True)
    (folder / LAYOUT_FILE).write_bytes(LAYOUT_JSON)
    (folder / INDEX_FILE).write_bytes(Index(manifests=tuple(entries)).raw)
    for blob in blobs:
        (folder / blob_name(Digest.of(blob))).write_bytes(blob)
    return str(folder)


def blobs_of(*images: MadeImage) -> list[bytes]:
    return [blob for made in images for blob in (*made.blobs, made.manifest.raw, made.config.raw)]


def entry_of(made: MadeImage, **annotations: str) -> Descriptor:
    entry = replace(made.manifest.descriptor(), platform=made.config.platform)
    for name, value in annotations.items():
        entry = entry.with_annotation({"tag": REF_NAME, "full": CONTAINERD_NAME}[name], value)
    return entry


def test_an_image_that_docker_saved_goes_by_the_name_it_was_saved_under(tmp_path: Path):
    one, two = image_of([file("1")]), image_of([file("2")])
    entries = [
        entry_of(one, tag="latest", full="docker.io/library/one:latest"),
        entry_of(two, tag="latest", full="docker.io/org/two:latest"),
    ]
    text = layout(tmp_path / "saved", entries, blobs_of(one, two))
    for name, made in {"one": one, "one:latest": one, "org/two": two, "docker.io/org/two:latest": two}.items():
        with open_image(f"{text}:{name}") as opened:
            assert opened.image.manifest() == made.manifest
    for name in ("two", "one:1", "org/two@"):
        with pytest.raises(TagNotFound) as caught:
            open_image(f"{text}:{name}")
        assert caught.value.hint == "it has: docker.io/library/one:latest, docker.io/org/two:latest"


def test_an_image_that_podman_saved_goes_by_short_names_too(tmp_path: Path):
    made = image_of([file("1")])
    text = layout(tmp_path / "saved", [entry_of(made, tag="docker.io/library/one:1")], blobs_of(made))
    for name in ("docker.io/library/one:1", "one:1"):
        with open_image(f"{text}:{name}") as opened:
            assert opened.image.manifest() == made.manifest
    with pytest.raises(TagNotFound):
        open_image(f"{text}:one")


def test_a_folder_of_skopeos_is_no_root_file_system(tmp_path: Path):
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "version").write_text("1.2.3\n")
    assert folder_of(str(tmp_path)) == tmp_path
    (tmp_path / "version").write_text("Directory Transport Version: 1.1\n")
    assert folder_of(f"dir:{tmp_path}") == tmp_path
    with pytest.raises(UnknownSource, match="skopeo's dir: transport") as caught:
        folder_of(str(tmp_path))
    assert "oci:LAYOUT" in (caught.value.hint or "")


def test_a_tag_of_two_images_names_neither(tmp_path: Path):
    one, two = image_of([file("1")]), image_of([file("2")])
    entries = [entry_of(one, tag="latest", full="one:latest"), entry_of(two, tag="latest", full="two:latest")]
    text = layout(tmp_path / "saved", entries, blobs_of(one, two))
    with pytest.raises(TagNeeded, match="has 2 images with the tag 'latest'") as caught:
        open_image(f"{text}:latest")
    assert caught.value.hint == "name one by its tag: one:latest, two:latest"
    same = layout(tmp_path / "same", [entries[0], entry_of(one, tag="latest", full="again:1")], blobs_of(one))
    with open_image(f"{same}:latest") as opened:
        assert opened.image.manifest() == one.manifest


def test_of_an_index_that_docker_saved_the_image_that_is_there_is_taken(tmp_path: Path):
    here, other = image_of([file("1")], platform=S390X), image_of([file("2")], platform=host_platform())
    index, _ = index_of(other, here)
    text = layout(tmp_path / "saved", [index.descriptor()], [index.raw, *blobs_of(here)])
    with open_image(text) as opened:
        assert opened.image.manifest() == here.manifest
        assert opened.notes == (
            f"the index has images for {host_platform()}, linux/s390x; linux/s390x was taken, which alone is there",
        )
    whole = layout(tmp_path / "whole", [index.descriptor()], [index.raw, *blobs_of(here, other)])
    with open_image(whole) as opened:
        assert opened.image.manifest() == other.manifest


def test_a_layouts_own_index_is_that_of_several_platforms(tmp_path: Path):
    amd, arm = image_of([file("1")]), image_of([file("2")], platform=ARM64)
    text = layout(tmp_path / "flat", [entry_of(amd), entry_of(arm)], blobs_of(amd, arm))
    for platform, made in ((AMD64, amd), (ARM64, arm)):
        with open_image(text, platform=platform) as opened:
            assert opened.image.manifest() == made.manifest
    with pytest.raises(PlatformNotFound):
        open_image(text, platform=S390X)
    with pytest.raises(TagNeeded):  # who copies or signs needs a manifest with a digest of its own
        open_place(text)


@pytest.mark.parametrize("tags", [("1", "2"), ("", "")])
def test_images_of_other_names_or_of_one_platform_are_not_one_image(tmp_path: Path, tags: tuple[str, str]):
    one, two = image_of([file("1")]), image_of([file("2")], platform=ARM64 if tags[0] else AMD64)
    entries = [entry_of(made, **({"tag": tag} if tag else {})) for made, tag in zip((one, two), tags, strict=True)]
    text = layout(tmp_path / "several", entries, blobs_of(one, two))
    for platform in (None, AMD64):
        with pytest.raises(TagNeeded):
            open_image(text, platform=platform)


def test_indexes_inside_an_index_count_as_their_entries():
    amd, arm = image_of([file("1")]), image_of([file("2")], platform=ARM64)
    store = MemoryStore([Blob.of(blob) for blob in blobs_of(amd, arm)])

    def joined(*entries: Descriptor) -> Descriptor:
        index = Index(manifests=entries)
        store.add(Blob.of(index.raw))
        return index.descriptor()

    outer = joined(joined(entry_of(amd)), joined(joined(entry_of(arm))))
    for platform, made in ((None, amd), (AMD64, amd), (ARM64, arm)):
        image, _ = select_image(store, outer, platform=platform, host=AMD64)
        assert image.manifest() == made.manifest
    single = joined(joined(entry_of(amd), entry_of(arm)))
    assert select_image(store, single, platform=ARM64, host=AMD64)[0].manifest() == arm.manifest
    with pytest.raises(PlatformNotFound) as caught:
        select_image(store, outer, platform=S390X, host=AMD64)
    assert caught.value.hint == "the index has: linux/amd64, linux/arm64"


def test_indexes_inside_indexes_have_a_bound():
    made = image_of([file("1")])
    store = MemoryStore([Blob.of(blob) for blob in blobs_of(made)])
    wide = [Index(manifests=(entry_of(made),), annotations=(("number", str(number)),)) for number in range(101)]
    deep = Index(manifests=(entry_of(made),))
    for inner in wide:
        store.add(Blob.of(inner.raw))
    for _ in range(5):
        store.add(Blob.of(deep.raw))
        deep = Index(manifests=(deep.descriptor(), entry_of(made)))
    for index in (Index(manifests=tuple(replace(one.descriptor(), annotations=()) for one in wide)), deep):
        store.add(Blob.of(index.raw))
        with pytest.raises(IndexTooDeep):
            select_image(store, index.descriptor(), platform=None, host=AMD64)
