"""The build record, and reading files of the merged root."""

from pathlib import Path

import pytest

from deb_files import HardLink, Link, tar_of
from listed import listing_of, package
from prill._io.cache import ContentCache
from prill.archive.codecs import Codec, compress
from prill.build.entries import regular_file
from prill.build.merge import merge
from prill.build.metadata import kept_md5sums
from prill.build.placed import Placed
from prill.build.plan import listed_of
from prill.build.record import BuildRecord, InvalidRecord, RecordedFile, decode_record, encode_record
from prill.build.tree import RootfsTree
from prill.model import FileKind

RECORD = BuildRecord(
    name="x",
    platform="linux/amd64",
    variant="",
    files=(RecordedFile("usr/ä", "p", "package", FileKind.FILE, 0o644, 0, 0, "00", 3),),
    dropped=(),
    setuid=(),
    scripts=(),
    layers=(),
    shells=(),
    notes=("note",),
)


class TestRecord:
    def test_reading_and_writing_are_each_others_inverse(self):
        assert decode_record(encode_record(RECORD)) == RECORD
        assert encode_record(RECORD) == encode_record(RECORD)

    @pytest.mark.parametrize("data", [b"", b"x", compress(b"[]", Codec.GZIP), compress(b"{}", Codec.GZIP)])
    def test_what_is_none(self, data: bytes):
        with pytest.raises(InvalidRecord):
            decode_record(data)


class TestTree:
    FILES = {"a/f": "content", "a/h": HardLink("a/f"), "a/l": Link("f"), "b": Link("a"), "loop": Link("loop")}  # noqa: RUF012

    def tree(self, cache: ContentCache | None = None) -> tuple[RootfsTree, list[str]]:
        asked: list[str] = []
        one = package("p", self.FILES)
        root = merge([one])

        def content(owner: str) -> memoryview:
            asked.append(owner)
            return memoryview(tar_of(self.FILES))

        made = regular_file("made", b"own", "rule")
        root.placed["made"] = Placed(listed_of(made), "prill", "rule")
        return RootfsTree(root, content, {"made": made}, cache), asked

    @pytest.mark.parametrize("path", ["a/f", "a/h", "a/l", "b/f", "b/h", "b/l"])
    def test_links_of_every_kind_are_followed(self, path: str):
        assert self.tree()[0].open(path).read() == b"content"

    @pytest.mark.parametrize("path", ["a", "nothing", "loop", "a/f/x", "loop/x"])
    def test_what_is_no_file(self, path: str):
        with pytest.raises(FileNotFoundError):
            self.tree()[0].open(path)

    def test_made_files_have_their_content_with_them(self):
        tree, asked = self.tree()
        assert tree.open("made").read() == b"own"
        assert asked == []

    def test_what_was_read_once_is_cached(self, tmp_path: Path):
        self.tree(ContentCache(tmp_path))[0].open("a/f")
        tree, asked = self.tree(ContentCache(tmp_path))
        assert tree.open("b/f").read() == b"content"
        assert asked == []

    def test_globs_and_stats(self):
        tree, _ = self.tree()
        assert list(tree.glob("a/*")) == ["a/f", "a/h", "a/l"]
        assert tree.stat("b").kind is FileKind.SYMLINK  # type: ignore[union-attr]
        assert tree.stat("b/f") is None


def test_md5sums_of_what_is_there():
    listing = listing_of(
        "p",
        {"usr/a": "1", "lib/b": "2"},
        md5sums=b"c4ca  usr/x\n" + b"0" * 32 + b"  usr/a\n" + b"1" * 32 + b"  lib/b\n",
    )
    assert kept_md5sums(listing, ["usr/a", "usr/lib/b"]) == b"0" * 32 + b"  usr/a\n" + b"1" * 32 + b"  lib/b\n"
    assert kept_md5sums(listing, []) == b""
