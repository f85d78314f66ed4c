import json
import os
import stat
import threading
from pathlib import Path

import pytest

from images import MadeImage, file, image_of, index_of
from prill._io.atomic import CannotWrite
from prill.model import Digest
from prill.oci._wire import MAX_DOCUMENT_BYTES, DocumentTooLarge, InvalidDocument
from prill.oci.descriptor import REF_NAME, Descriptor
from prill.oci.graph import reachable
from prill.oci.image import Image
from prill.oci.index import Index
from prill.oci.layout import Layout, NoLayout, TagNeeded, TagNotFound, blob_name, open_layout
from prill.oci.layout_folder import UNFINISHED, ForeignDirectory, layout_folder
from prill.oci.layout_writer import InvalidTag, write_layout
from prill.oci.memory import MemoryStore
from prill.oci.store import Blob, BlobNotFound, DigestMismatch, SizeMismatch


def write(path: Path, made: MadeImage, tag: str = "1.0") -> None:
    write_layout(path, blobs=made.store, entries=made.entries, tag=tag)


def files(path: Path) -> dict[str, bytes]:
    return {found.relative_to(path).as_posix(): found.read_bytes() for found in path.rglob("*") if found.is_file()}


def blobs(path: Path) -> set[str]:
    return {name for name in files(path) if name.startswith("blobs/")}


def everything(layout: Layout) -> list[bytes]:
    """Read whatever the layout's entries lead to, verified."""
    return [layout.open(descriptor).read() for descriptor in reachable(layout, layout.entries)]


def test_a_layout_comes_back_as_it_was_written(tmp_path: Path):
    made = image_of([file("a", "1")], [file("b", "2")])
    sbom = made.refer(b"{}", "application/spdx+json", note="x")
    write(tmp_path / "out", made)
    layout = open_layout(tmp_path / "out")
    assert layout.resolve().annotation(REF_NAME) == "1.0"
    assert layout.resolve("1.0").digest == made.manifest.digest
    image = Image(layout.resolve(), layout)
    assert image.manifest() == made.manifest
    assert image.config() == made.config
    assert [layout.open(layer.descriptor).read() for layer in image.layers()] == made.layers
    assert image.referrers() == (sbom.descriptor(),)
    assert image.referrers("application/spdx+json") == (sbom.descriptor(),)
    assert image.referrers("other") == ()
    assert json.loads((tmp_path / "out/oci-layout").read_bytes()) == {"imageLayoutVersion": "1.0.0"}


def test_only_the_first_entry_has_a_tag(tmp_path: Path):
    made = image_of([file("a")])
    made.refer(b"{}", "text/spdx", **{"org.opencontainers.image.ref.name": "stray"})
    write(tmp_path, made)
    tags = [entry.annotation(REF_NAME) for entry in open_layout(tmp_path).entries]
    assert tags == ["1.0", None]


def test_the_same_image_gives_the_same_bytes(tmp_path: Path):
    made = image_of([file("a", "x")])
    made.refer(b"{}", "text/spdx")
    write(tmp_path / "one", made)
    write(tmp_path / "two", made)
    write(tmp_path / "two", made)
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_a_new_layout_takes_the_place_of_the_old_one(tmp_path: Path):
    shared = [file("shared", "s")]
    old, new = image_of(shared, [file("old")]), image_of(shared, [file("new")])
    write(tmp_path, old)
    before = (tmp_path / blob_name(old.manifest.layers[0].digest)).stat()
    write(tmp_path, new, "2.0")
    after = (tmp_path / blob_name(old.manifest.layers[0].digest)).stat()
    assert before.st_ino == after.st_ino
    expected = {blob_name(one.digest) for one in reachable(new.store, new.entries)}
    assert blobs(tmp_path) == expected
    with pytest.raises(TagNotFound):
        open_layout(tmp_path).resolve("1.0")


def test_a_damaged_blob_is_written_anew(tmp_path: Path):
    made = image_of([file("a", "x" * 100)])
    write(tmp_path, made)
    for data in (b"", b"y" * made.manifest.layers[0].size):
        (tmp_path / blob_name(made.manifest.layers[0].digest)).write_bytes(data)
        write(tmp_path, made)
        assert everything(open_layout(tmp_path))


def test_leftovers_of_killed_writers_are_swept(tmp_path: Path):
    made = image_of([file("a")])
    write(tmp_path, made)
    for name in (".tmp-0011", "blobs/sha256/.tmp-2233", "blobs/sha256/" + "ab" * 32):
        (tmp_path / name).write_bytes(b"half")
    write(tmp_path, made)
    assert len(files(tmp_path)) == len(reachable(made.store, made.entries)) + 2


@pytest.mark.parametrize("name", ["precious.txt", "blobs", ".git", "index.json"])
def test_a_folder_with_something_else_is_left_alone(tmp_path: Path, name: str):
    (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(ForeignDirectory, match=name):
        write(tmp_path, image_of([file("a")]))
    assert files(tmp_path) == {name: b"{}"}


def test_a_file_is_no_place_for_a_layout(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CannotWrite):
        write(tmp_path / "file", image_of([file("a")]))


def test_a_broken_layout_of_others_is_left_alone(tmp_path: Path):
    (tmp_path / "oci-layout").write_bytes(b'{"imageLayoutVersion":"1.0.0"}')
    (tmp_path / "index.json").write_bytes(b"broken")
    with pytest.raises(ForeignDirectory):
        write(tmp_path, image_of([file("a")]))
    assert (tmp_path / "index.json").read_bytes() == b"broken"


def test_another_writers_layout_keeps_its_images(tmp_path: Path):
    theirs, ours = image_of([file("theirs")]), image_of([file("ours")])
    write(tmp_path, theirs, "theirs")
    index = json.loads((tmp_path / "index.json").read_bytes())
    index["manifests"][0]["annotations"][REF_NAME] = "renamed"
    (tmp_path / "index.json").write_text(json.dumps(index))
    stray = tmp_path / "blobs/sha256" / ("ab" * 32)
    stray.write_bytes(b"somebody's")
    for tag in ("ours", "ours", "again"):
        write(tmp_path, ours, tag)
    layout = open_layout(tmp_path)
    assert [entry.annotation(REF_NAME) for entry in layout.entries] == ["again", "ours", "renamed"]
    assert Image(layout.resolve("renamed"), layout).manifest() == theirs.manifest
    assert stray.read_bytes() == b"somebody's"
    with pytest.raises(TagNeeded):
        layout.resolve()


def test_an_image_that_another_program_added_is_not_tidied_away(tmp_path: Path):
    first, second = image_of([file("1")]), image_of([file("2")])
    write(tmp_path, first)
    index = Index.parse((tmp_path / "index.json").read_bytes())
    for descriptor in reachable(second.store, second.entries):
        (tmp_path / blob_name(descriptor.digest)).write_bytes(second.store.open(descriptor).read())
    added = second.manifest.descriptor().with_annotation(REF_NAME, "second")
    changed = Index(manifests=(*index.manifests, added), annotations=index.annotations)
    (tmp_path / "index.json").write_bytes(changed.raw)
    write(tmp_path, first)
    layout = open_layout(tmp_path)
    assert Image(layout.resolve("second"), layout).layers()
    assert everything(layout)


def test_a_blob_that_is_not_what_it_says_leaves_the_old_layout(tmp_path: Path):
    old, new = image_of([file("old")]), image_of([file("new")])
    write(tmp_path, old)
    before = files(tmp_path)
    source = tmp_path.parent / f"{tmp_path.name}-blob"
    source.write_bytes(b"z" * new.manifest.layers[0].size)
    store = new.store
    store.add(Blob(digest=new.manifest.layers[0].digest, size=new.manifest.layers[0].size, content=source))
    with pytest.raises(DigestMismatch):
        write_layout(tmp_path, blobs=store, entries=new.entries, tag="1.0")
    assert {name: data for name, data in files(tmp_path).items() if name in before} == before
    assert everything(open_layout(tmp_path))
    assert not list(tmp_path.rglob(".tmp-*"))


@pytest.mark.parametrize("before", ["nothing", "an empty folder"])
def test_a_blob_that_is_not_what_it_says_leaves_nothing_new(tmp_path: Path, before: str):
    new = image_of([file("new")])
    layer = new.manifest.layers[0]
    store = new.store
    source = tmp_path / "blob"
    source.write_bytes(b"z" * layer.size)
    store.add(Blob(digest=layer.digest, size=layer.size, content=source))
    out = tmp_path / "out"
    if before != "nothing":
        out.mkdir()
    with pytest.raises(DigestMismatch):
        write_layout(out, blobs=store, entries=new.entries, tag="1.0")
    assert set(tmp_path.rglob("*")) == ({source} if before == "nothing" else {source, out})


def test_what_others_put_into_a_half_written_folder_stays(tmp_path: Path):
    """The mark of a killed writer gives away blobs alone, and nothing once something else lies beside them."""
    (tmp_path / UNFINISHED).touch()
    kept = tmp_path / "blobs" / "sha256" / "notes.txt"
    kept.parent.mkdir(parents=True)
    kept.write_text("mine")
    write(tmp_path, image_of([file("a")]))
    assert kept.read_text() == "mine"
    assert not (tmp_path / UNFINISHED).exists()
    (tmp_path / "index.json").unlink()
    (tmp_path / UNFINISHED).touch()
    (tmp_path / "oci-layout").rename(tmp_path / "other")
    before = files(tmp_path)
    with pytest.raises(ForeignDirectory):
        write(tmp_path, image_of([file("b")]))
    assert files(tmp_path) == before


def test_an_incomplete_image_is_not_begun(tmp_path: Path):
    made = image_of([file("a")])
    store = MemoryStore([Blob.of(made.config.raw)])
    with pytest.raises(BlobNotFound):
        write_layout(tmp_path / "out", blobs=store, entries=made.entries, tag="1.0")
    assert not (tmp_path / "out").exists()


def test_blobs_come_from_files_too(tmp_path: Path):
    made = image_of([file("a", os.urandom(3 << 20))])
    source = tmp_path / "layer"
    source.write_bytes(made.layers[0])
    store = MemoryStore([Blob.of(made.config.raw), Blob.of(made.manifest.raw)])
    layer = made.manifest.layers[0]
    store.add(Blob(digest=layer.digest, size=layer.size, content=source))
    write_layout(tmp_path / "out", blobs=store, entries=made.entries, tag="1.0")
    with open_layout(tmp_path / "out").open(layer) as stream:
        assert stream.read() == made.layers[0]


@pytest.mark.parametrize("tag", ["", "a b", "-a", "a/b", "a" * 129, "../x", "a\n"])
def test_what_cannot_be_a_tag_is_refused(tmp_path: Path, tag: str):
    with pytest.raises(InvalidTag):
        write(tmp_path / "out", image_of([file("a")]), tag)
    assert not (tmp_path / "out").exists()


def test_two_writers_at_once_leave_one_whole_layout(tmp_path: Path):
    made = [image_of([file(f"{n}", os.urandom(200_000))], [file("shared")]) for n in range(4)]
    errors: list[BaseException] = []

    def work(one: MadeImage) -> None:
        try:
            for _ in range(5):
                write(tmp_path / "out", one)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            errors.append(error)

    threads = [threading.Thread(target=work, args=(one,)) for one in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    layout = open_layout(tmp_path / "out")
    assert len(everything(layout)) == len(blobs(tmp_path / "out")) == 4
    assert layout.resolve("1.0").digest in {one.manifest.digest for one in made}


def test_a_writer_that_fails_takes_no_folder_from_under_another(tmp_path: Path):
    """Some writers of one new folder fail and remove it; the others' layout is whole nevertheless."""
    good, bad = image_of([file("good")]), image_of([file("bad", os.urandom(9000))])
    lie = bad.store
    layer = bad.manifest.layers[0]
    source = tmp_path / "lie"
    source.write_bytes(b"z" * layer.size)
    lie.add(Blob(digest=layer.digest, size=layer.size, content=source))
    for number in range(20):
        out = tmp_path / f"out{number}"
        threads = [threading.Thread(target=_write_in_vain, args=(out, lie, bad)) for _ in range(3)]
        for thread in threads:
            thread.start()
        write(out, good)
        for thread in threads:
            thread.join()
        assert everything(open_layout(out))
        assert blobs(out) == {blob_name(one.digest) for one in reachable(good.store, good.entries)}


def _write_in_vain(out: Path, store: MemoryStore, image: MadeImage) -> None:
    with pytest.raises(DigestMismatch):
        write_layout(out, blobs=store, entries=image.entries, tag="1.0")


def test_writers_that_all_fail_leave_no_folder_and_raise_nothing_else(tmp_path: Path):
    """Each makes the folder, or finds it, or sees it vanish just then; many rounds, as that is a matter of luck."""
    raised: list[BaseException] = []

    def fail(out: Path) -> None:
        try:
            with layout_folder(out):
                _ = 1 / 0
        except BaseException as error:  # noqa: BLE001 - handed to the test
            raised.append(error)

    for number in range(200):
        threads = [threading.Thread(target=fail, args=(tmp_path / f"out{number}",)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [error for error in raised if not isinstance(error, ZeroDivisionError)] == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["file", "link to nothing"])
def test_what_stands_in_the_folders_place_is_refused_at_once(tmp_path: Path, kind: str):
    out = tmp_path / "out"
    out.touch() if kind == "file" else out.symlink_to("nowhere")
    with pytest.raises(CannotWrite), layout_folder(out):
        pytest.fail("it cannot have become a folder")


def test_a_multi_platform_index_is_one_tagged_entry(tmp_path: Path):
    index, store = index_of(image_of([file("a")]), image_of([file("b")]))
    write_layout(tmp_path, blobs=store, entries=[index.descriptor()], tag="1.0")
    assert open_layout(tmp_path).resolve().digest == index.digest
    assert len(everything(open_layout(tmp_path))) == 7


def test_a_folder_that_is_no_layout_is_named(tmp_path: Path):
    with pytest.raises(NoLayout, match="oci-layout"):
        open_layout(tmp_path)
    with pytest.raises(NoLayout):
        open_layout(tmp_path / "missing")
    (tmp_path / "oci-layout").write_bytes(b'{"imageLayoutVersion":"2.0.0"}')
    with pytest.raises(NoLayout, match="version '2"):
        open_layout(tmp_path)
    (tmp_path / "oci-layout").write_bytes(b'{"imageLayoutVersion":"1.0.0"}')
    with pytest.raises(NoLayout, match=r"index\.json"):
        open_layout(tmp_path)


@pytest.mark.parametrize("name", ["oci-layout", "index.json"])
def test_broken_documents_are_clear_errors(tmp_path: Path, name: str):
    write(tmp_path, image_of([file("a")]))
    for data in (b"", b"{", b"[1]", b"\0" * 50):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InvalidDocument):
            open_layout(tmp_path)
    with (tmp_path / name).open("wb") as huge:
        huge.truncate(MAX_DOCUMENT_BYTES + 1)
    with pytest.raises(DocumentTooLarge):
        open_layout(tmp_path)


def test_a_pipe_in_place_of_a_file_keeps_nobody_waiting(tmp_path: Path):
    made = image_of([file("a")])
    write(tmp_path, made)
    blob = tmp_path / blob_name(made.config.digest)
    blob.unlink()
    os.mkfifo(blob)
    assert stat.S_ISFIFO(blob.stat().st_mode)
    layout = open_layout(tmp_path)
    assert not layout.has(made.config.descriptor())
    with pytest.raises(BlobNotFound):
        Image(layout.resolve(), layout).config()


def test_truncated_changed_and_missing_blobs_are_found(tmp_path: Path):
    made = image_of([file("a", os.urandom(5000))])
    write(tmp_path, made)
    layer = made.manifest.layers[0]
    path, layout = tmp_path / blob_name(layer.digest), open_layout(tmp_path)
    good = path.read_bytes()
    for data, error in ((good[:-1], SizeMismatch), (good + b"x", SizeMismatch), (b"x" + good[1:], DigestMismatch)):
        path.write_bytes(data)
        with layout.open(layer) as stream, pytest.raises(error):
            stream.read()
    path.unlink()
    assert not layout.has(layer)
    with pytest.raises(BlobNotFound, match=layer.digest.hex):
        layout.open(layer)


def test_entries_lead_to_blobs_and_nowhere_else(tmp_path: Path):
    assert blob_name(Digest.of(b"x")) == f"blobs/sha256/{Digest.of(b'x').hex}"
    write(tmp_path, image_of([file("a")]))
    index = json.loads((tmp_path / "index.json").read_bytes())
    for text in ("sha256:../../../../etc/passwd", "sha256:" + "/" * 64, "../../etc:passwd"):
        index["manifests"][0]["digest"] = text
        (tmp_path / "index.json").write_text(json.dumps(index))
        with pytest.raises(Exception, match="digest") as caught:
            open_layout(tmp_path)
        assert type(caught.value).__name__ == "InvalidDigest"


def test_linked_blobs_are_read_as_bazel_makes_them(tmp_path: Path):
    made = image_of([file("a", "content")])
    write(tmp_path / "out", made)
    path = tmp_path / "out" / blob_name(made.manifest.layers[0].digest)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with open_layout(tmp_path / "out").open(made.manifest.layers[0]) as stream:
        assert stream.read() == made.layers[0]


def test_without_tags_the_only_image_is_meant(tmp_path: Path):
    made = image_of([file("a")])
    made.refer(b"{}", "text/spdx")
    write(tmp_path, made)
    plain = Index(manifests=made.entries)
    (tmp_path / "index.json").write_bytes(plain.raw)
    assert open_layout(tmp_path).resolve() == made.manifest.descriptor()
    (tmp_path / "index.json").write_bytes(Index(manifests=()).raw)
    with pytest.raises(TagNotFound, match="no image in it"):
        open_layout(tmp_path).resolve()


@pytest.mark.parametrize("suffix", [".sig", ".att", ".sbom", ""])
def test_what_is_kept_for_an_image_is_no_other_image(tmp_path: Path, suffix: str):
    made, kept = image_of([file("a")]), image_of([file("kept")])
    write(tmp_path, made)
    name = f"sha256-{made.manifest.digest.hex}{suffix}"
    entries = (*made.entries, kept.manifest.descriptor().with_annotation(REF_NAME, name))
    (tmp_path / "index.json").write_bytes(Index(manifests=entries).raw)
    for one in reachable(kept.store, kept.entries):
        (tmp_path / blob_name(one.digest)).write_bytes(kept.store.open(one).read())
    layout = open_layout(tmp_path)
    assert layout.resolve().digest == made.manifest.digest
    assert layout.resolve(name).digest == kept.manifest.digest


def test_a_size_lie_in_the_index_is_found(tmp_path: Path):
    made = image_of([file("a")])
    write(tmp_path, made)
    lie = Descriptor(media_type=made.manifest.media_type, digest=made.manifest.digest, size=10)
    (tmp_path / "index.json").write_bytes(Index(manifests=(lie,)).raw)
    layout = open_layout(tmp_path)
    with pytest.raises(SizeMismatch):
        Image(layout.resolve(), layout).manifest()
