import io
from collections.abc import Sequence
from time import process_time
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from images import Entry, file, folder, hardlink, image_of, stat, symlink, tar_of
from prill.archive.bounds import BoundExceeded, Limits, TooManyEntries
from prill.archive.codecs import Codec
from prill.errors import PrillError
from prill.model import Digest, FileKind
from prill.oci.descriptor import Descriptor
from prill.oci.image import Image
from prill.oci.layer_reader import Reading
from prill.oci.memory import MemoryStore
from prill.oci.rootfs import ImageTree, InvalidLayer
from prill.oci.store import Blob, DigestMismatch


def tree(*layers: Sequence[Entry] | bytes, codec: Codec = Codec.GZIP) -> ImageTree:
    return ImageTree(image_of(*layers, codec=codec).image)


def paths(*layers: Sequence[Entry]) -> list[str]:
    with tree(*layers) as merged:
        return [entry.path for entry in merged.walk()]


def content(merged: ImageTree, path: str) -> str:
    with merged.open(path) as stream:
        return stream.read().decode()


@pytest.mark.parametrize("codec", [Codec.NONE, Codec.GZIP, Codec.ZSTD])
def test_upper_layers_hide_lower_ones(codec: Codec):
    lower = [folder("etc"), file("etc/a", "old"), file("etc/b", "kept")]
    upper = [folder("etc", mode=0o700), file("etc/a", "new", uid=7)]
    with tree(lower, upper, codec=codec) as merged:
        assert [entry.path for entry in merged.walk()] == ["etc", "etc/a", "etc/b"]
        assert (content(merged, "etc/a"), content(merged, "etc/b")) == ("new", "kept")
        assert merged.stat("etc").mode == 0o700
        assert merged.stat("etc/a").uid == 7
        layers = merged._layers
        assert [merged.layer_of(path) for path in ("etc", "etc/a", "etc/b", "etc/c")] == [
            layers[1],
            layers[1],
            layers[0],
            None,
        ]


def test_whiteouts_hide_names_and_folders():
    lower = [folder("a"), file("a/one"), file("a/two"), folder("b"), file("b/three"), file("c")]
    assert paths(lower, [file("a/.wh.one"), file(".wh.b"), file(".wh.missing"), file("x/.wh.y")]) == ["a", "a/two", "c"]


def test_an_opaque_folder_hides_what_is_below_but_not_what_comes_with_it():
    lower = [folder("a"), file("a/old"), folder("a/sub"), file("a/sub/old")]
    first = [folder("a"), file("a/.wh..wh..opq"), file("a/new")]
    last = [folder("a"), file("a/new"), file("a/.wh..wh..opq")]
    assert paths(lower, first) == paths(lower, last) == ["a", "a/new"]


def test_a_whiteout_spares_what_its_own_layer_brings():
    assert paths([file("a", "old")], [file("a", "new"), file(".wh.a")]) == ["a"]
    assert paths([file(".wh.a"), file("a")]) == ["a"]


def test_aufs_metadata_is_no_whiteout():
    assert paths([file("a"), file("plnk")], [file(".wh..wh.plnk"), folder(".wh..wh.orph")]) == ["a", "plnk"]


@pytest.mark.parametrize("name", [".wh.", ".wh..", "d/.wh..."])
def test_a_whiteout_of_nothing_is_refused(name: str):
    with pytest.raises(InvalidLayer, match="hides nothing"):
        tree([folder("d")], [file(name)])


def test_a_file_takes_a_folders_place_and_the_other_way_round():
    with tree([folder("a"), file("a/b"), file("c")], [file("a", "now"), folder("c"), file("c/d")]) as merged:
        assert [entry.path for entry in merged.walk()] == ["a", "c", "c/d"]
        assert content(merged, "a") == "now"


def test_entries_below_a_symlink_lie_where_it_leads():
    lower = [folder("usr"), folder("usr/lib"), symlink("lib", "usr/lib"), symlink("abs", "/usr")]
    with tree(lower, [file("lib/x", "1"), file("abs/lib/y", "2")]) as merged:
        assert [entry.path for entry in merged.walk()] == ["abs", "lib", "usr", "usr/lib", "usr/lib/x", "usr/lib/y"]
        assert content(merged, "lib/x") == content(merged, "usr/lib/x") == "1"
        assert merged.stat("lib/x").path == "usr/lib/x"
        assert merged.stat("lib").kind is FileKind.SYMLINK


def test_a_folder_takes_a_symlinks_place():
    assert paths([folder("real"), symlink("a", "real")], [folder("a"), file("a/x")]) == ["a", "a/x", "real"]


def test_symlinks_never_leave_the_root():
    entries = [
        folder("etc"),
        file("etc/passwd", "image's"),
        symlink("up", "../../../../etc/passwd"),
        symlink("absolute", "/etc/passwd"),
        symlink("dots", "/../.."),
    ]
    with tree(entries) as merged:
        assert content(merged, "up") == content(merged, "absolute") == content(merged, "dots/etc/passwd") == "image's"
        assert content(merged, "etc/../etc/passwd") == "image's"
        assert merged.stat("up").link == "../../../../etc/passwd"


def test_a_layer_cannot_write_through_a_symlink_out_of_the_root():
    assert paths([symlink("out", "../../../tmp")], [file("out/evil")]) == ["out", "tmp", "tmp/evil"]


def test_links_to_nowhere_and_in_circles_are_not_found():
    entries = [symlink("a", "b"), symlink("b", "a"), symlink("self", "self"), symlink("dangling", "gone"), file("f")]
    with tree(entries) as merged:
        for path in ("a", "self", "dangling", "gone", "f/x", "a/x", ""):
            with pytest.raises(FileNotFoundError):
                merged.open(path)
        assert merged.stat("a").kind is FileKind.SYMLINK
        assert merged.stat("a/x") is None
        assert merged.stat("gone") is None
    with pytest.raises(InvalidLayer, match="more than 40 symlinks"):
        tree(entries, [file("a/x")])
    with pytest.raises(InvalidLayer, match="no folder"):
        tree(entries, [file("f/x")])


def test_hard_links_share_content_whatever_becomes_of_the_first_name():
    lower = [file("m", "content"), hardlink("a", "m"), hardlink("z", "a")]
    with tree(lower) as merged:
        found = {entry.path: (entry.kind, entry.link, entry.size) for entry in merged.walk()}
        assert found == {
            "a": (FileKind.FILE, "", 7),
            "m": (FileKind.HARDLINK, "a", 0),
            "z": (FileKind.HARDLINK, "a", 0),
        }
        assert {content(merged, path) for path in "amz"} == {"content"}
    with tree(lower, [file(".wh.a"), file("m", "other")]) as merged:
        assert [(entry.path, entry.kind) for entry in merged.walk()] == [("m", FileKind.FILE), ("z", FileKind.FILE)]
        assert (content(merged, "m"), content(merged, "z")) == ("other", "content")


@pytest.mark.parametrize("whiteout", ["d/.wh.a", "d/.wh..wh..opq", ".wh.d"])
def test_a_hard_link_to_a_file_that_the_same_layer_hides(whiteout: str):
    """Its order in the layer does not matter, as that of whiteouts never does."""
    lower, link = [folder("d"), file("d/a", "content")], hardlink("b", "d/a")
    for upper in ([link, file(whiteout)], [file(whiteout), link]):
        with tree(lower, upper) as made:
            assert made.stat("d/a") is None
            assert content(made, "b") == "content"
    with pytest.raises(InvalidLayer, match="hard link"):
        tree(lower, [file(whiteout)], [link])


@pytest.mark.parametrize("upper", [["d/.wh..wh..opq", ".wh.d"], [".wh.d", "d/.wh..wh..opq"], ["d/e/.wh.a", ".wh.d"]])
def test_a_hard_link_to_a_file_that_is_hidden_twice(upper: list[str]):
    """Be it first by itself and then with its folder, or the other way round."""
    with tree(
        [folder("d"), folder("d/e"), file("d/e/a", "content")], [*map(file, upper), hardlink("b", "d/e/a")]
    ) as made:
        assert [entry.path for entry in made.walk()] == ["b"]
        assert content(made, "b") == "content"


def test_hard_links_to_nothing_however_deep_take_no_time():
    """The path of a link has no more than 4096 bytes, which are 2000 folders, and a layer may have 500,000 of them."""
    deep = "/".join("a" * 2000)
    upper = [file(".wh.a"), *(hardlink(f"h{number}", deep) for number in range(100))]
    made = image_of([folder("a")], upper).image
    began = process_time()
    with ImageTree(made, reading=Reading(tolerant=True)) as read:
        assert [entry.path for entry in read.walk()] == []
    assert process_time() - began < 2.0  # each took 80 ms where every prefix was looked at anew


@pytest.mark.parametrize("target", ["gone", "d", "d/gone"])
def test_a_hard_link_to_what_is_no_file_is_refused(target: str):
    with pytest.raises(InvalidLayer, match="hard link"):
        tree([folder("d"), hardlink("a", target)])


def test_folders_nobody_mentions_are_made():
    with tree([file("deep/er/file", "x")]) as merged:
        assert [entry.path for entry in merged.walk()] == ["deep", "deep/er", "deep/er/file"]
        assert merged.stat("deep").mode == 0o755
        assert merged.stat("").kind is FileKind.DIRECTORY
        assert merged.stat("deep/er/..").path == "deep"


def test_what_tar_says_is_kept():
    xattrs = (("security.capability", b"\1\0\0\2"), ("user.x", b"y"))
    device = stat("null", FileKind.CHARACTER_DEVICE, mode=0o666, device=(1, 3))
    with tree(
        [file("f", "x", mode=0o4755, uid=1, gid=2, xattrs=xattrs), (device, b""), folder("", mode=0o700)]
    ) as merged:
        assert merged.stat("f").xattrs == xattrs
        assert merged.stat("f").mode == 0o4755
        assert merged.stat("null").device == (1, 3)
        assert merged.stat("").mode == 0o700
        with pytest.raises(FileNotFoundError):
            merged.open("null")


def test_globs_match_as_the_protocol_says():
    with tree([file("a/b.py"), file("a/c/d.py"), file("e.py"), file("a/b.txt"), file("[x].py")]) as merged:
        assert list(merged.glob("*.py")) == ["[x].py", "e.py"]
        assert list(merged.glob("a/*.py")) == ["a/b.py"]
        assert list(merged.glob("**/*.py")) == ["[x].py", "a/b.py", "a/c/d.py", "e.py"]
        assert list(merged.glob("a/**")) == ["a/b.py", "a/b.txt", "a/c", "a/c/d.py"]
        assert list(merged.glob("?.py")) == ["e.py"]
        assert list(merged.glob("[x].py")) == ["[x].py"]


def test_walking_goes_folder_by_folder():
    assert paths([file("a/b"), file("a.b"), file("a-b/c")]) == ["a", "a/b", "a-b", "a-b/c", "a.b"]


def test_content_can_be_sought_in():
    with tree([file("f", "0123456789")]) as merged, merged.open("f") as stream:
        stream.seek(-3, io.SEEK_END)
        assert stream.read() == b"789"
        stream.seek(2)
        assert stream.read(2) == b"23"
        assert stream.tell() == 4


def test_many_layers_lie_beside_each_other():
    layers = [[file(f"{number:03}", str(number) * 1000)] for number in range(60)]
    with tree(*layers) as merged:
        assert [content(merged, f"{number:03}") for number in range(60)] == [str(number) * 1000 for number in range(60)]


def test_an_image_without_layers_is_empty():
    assert paths() == []
    with tree(b"") as merged:
        assert list(merged.walk()) == []


def test_a_wrong_diff_id_is_found():
    made = image_of([file("a", "1")])
    other = image_of([file("a", "2")])
    config = other.config
    manifest = type(made.manifest)(config=config.descriptor(), layers=made.manifest.layers)
    store = MemoryStore([Blob.of(data) for data in (*made.layers, config.raw, manifest.raw)])
    with pytest.raises(DigestMismatch, match="unpacked layer"):
        ImageTree(Image(manifest.descriptor(), store))


def test_a_changed_layer_is_found():
    made = image_of([file("a", "1" * 1000)])
    store = made.store
    layer = made.manifest.layers[0]
    changed = bytearray(made.layers[0])
    changed[-1] ^= 1
    store.add(Blob(digest=layer.digest, size=layer.size, content=bytes(changed)))
    with pytest.raises(PrillError):
        ImageTree(Image(made.manifest.descriptor(), store))


def test_the_number_of_layers_must_agree():
    made = image_of([file("a")])
    manifest = type(made.manifest)(config=made.config.descriptor(), layers=made.manifest.layers * 2)
    store = MemoryStore([Blob.of(data) for data in (*made.layers, made.config.raw, manifest.raw)])
    with pytest.raises(PrillError, match="2 layers, but 1 diff IDs"):
        ImageTree(Image(manifest.descriptor(), store))


@pytest.mark.parametrize("data", [b"not a tar at all", tar_of([file("a", "x" * 3000)])[:2000], b"\xff" * 512])
def test_a_layer_that_is_no_tar_is_a_clear_error(data: bytes):
    with pytest.raises(PrillError):
        tree(data)


def test_the_bounds_hold_for_all_layers_together():
    image = image_of([file("a", bytes(600_000))], [file("b", bytes(600_000))]).image
    with pytest.raises(BoundExceeded):
        ImageTree(image, reading=Reading(limits=Limits(max_total_size=1_000_000)))
    with pytest.raises(TooManyEntries):
        ImageTree(image_of([file("a")], [file("b"), file("c")]).image, reading=Reading(limits=Limits(max_entries=2)))
    with pytest.raises(BoundExceeded):
        ImageTree(image_of([file("/".join("a" * 200))]).image)


def test_a_bomb_is_stopped_early():
    with pytest.raises(BoundExceeded):
        ImageTree(image_of(bytes(8 << 20), codec=Codec.ZSTD).image, reading=Reading(limits=Limits(ratio_floor=1 << 20)))


def test_content_is_gone_after_closing():
    merged = tree([file("a", "x")])
    merged.close()
    with pytest.raises(ValueError, match="closed"):
        merged.open("a").read()


NAMES = st.sampled_from(["a", "b", "c"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
ENTRIES = st.one_of(
    st.builds(file, PATHS, st.binary(max_size=3)),
    st.builds(folder, PATHS),
    st.builds(symlink, PATHS, st.sampled_from(["a", "../b", "/c", "/", "..", "../../a/b", "c/../c"])),
    st.builds(hardlink, PATHS, PATHS),
    st.builds(lambda path: file(f"{path}/.wh..wh..opq"), PATHS),
    st.builds(lambda path, name: file(f"{path}/.wh.{name}"), PATHS, NAMES),
)


@settings(max_examples=300)
@given(st.lists(st.lists(ENTRIES, max_size=6), max_size=4))
def test_any_layers_give_a_tree_or_a_clear_error(layers: list[list[Entry]]):
    image = image_of(*layers, codec=Codec.NONE).image
    try:
        merged = ImageTree(image)
    except PrillError:
        return
    with merged:
        seen = set()
        for entry in merged.walk():
            folder_of, _, name = entry.path.rpartition("/")
            assert name not in ("", ".", "..")
            assert not folder_of or merged.stat(folder_of).kind is FileKind.DIRECTORY
            assert not folder_of or folder_of in seen
            assert merged.stat(entry.path) == entry
            assert merged.layer_of(entry.path) is not None
            if entry.kind is FileKind.HARDLINK:
                assert entry.link in seen
            if entry.kind is FileKind.FILE:
                with merged.open(entry.path) as stream:
                    assert len(stream.read()) == entry.size
            seen.add(entry.path)
        assert set(merged.glob("**")) == seen


def test_a_digest_other_than_sha256_is_verified_as_well():
    made = image_of([file("a")])
    layer = made.manifest.layers[0]
    digest = Digest.of(made.layers[0], "sha512")
    strong = type(layer)(media_type=layer.media_type, digest=digest, size=layer.size)
    manifest = type(made.manifest)(config=made.config.descriptor(), layers=(strong,))
    store = MemoryStore([Blob.of(data) for data in (made.config.raw, manifest.raw)])
    store.add(Blob(digest=digest, size=layer.size, content=made.layers[0]))
    with ImageTree(Image(manifest.descriptor(), store)) as merged:
        assert [entry.path for entry in merged.walk()] == ["a"]


@pytest.mark.parametrize("codec", [Codec.NONE, Codec.GZIP])
def test_what_came_before_a_fault_is_kept_where_a_layer_is_read_tolerantly(codec: Codec):
    names = [f"f{number:02}" for number in range(10)]
    broken = tar_of([file(name) for name in names])[:-1024] + b"\xff" * 512
    reading = Reading(tolerant=True, interests=lambda _: None)
    with ImageTree(image_of(broken, codec=codec).image, reading=reading) as merged:
        assert [entry.path for entry in merged.walk()] == names
        assert "could not be read to its end" in merged.gaps[0].reason


@pytest.mark.parametrize("codec", [Codec.NONE, Codec.GZIP, Codec.ZSTD])
def test_an_empty_passwd_is_no_reason_to_keep_a_layer(codec: Codec):
    reading = Reading(tolerant=True, interests=lambda _: None)
    with ImageTree(image_of([file("etc/passwd", ""), file("a", "b")], codec=codec).image, reading=reading) as merged:
        assert content(merged, "etc/passwd") == ""
        assert merged.gaps == ()


class CountingStore(MemoryStore):
    """Counts how often blobs are opened."""

    opened = 0

    def open(self, descriptor: Descriptor) -> BinaryIO:
        self.opened += 1
        return super().open(descriptor)


@pytest.mark.parametrize("path", ["etc/os-release", "etc/passwd", "var/lib/dpkg/diversions"])
def test_what_every_scan_opens_is_kept_when_its_layer_passes(path: str):
    made = image_of([file("a", "b"), file(path, "kept")])
    store = CountingStore([Blob.of(data) for data in (*made.blobs, made.config.raw, made.manifest.raw)])
    reading = Reading(tolerant=True, interests=lambda _: None)
    with ImageTree(Image(made.manifest.descriptor(), store), reading=reading) as merged:
        before = store.opened
        assert content(merged, path) == "kept"
        assert store.opened == before
        assert content(merged, "a") == "b"
        assert store.opened == before + 1
