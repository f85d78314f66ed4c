"""What files say, read while their layer passes or afterwards: however a layer is packed, it is the same."""

import pickle
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from images import Entry, file, folder, image_of, symlink
from prill.archive.bounds import DEFAULT_LIMITS, Limits
from prill.archive.codecs import Codec
from prill.archive.globs import compile_glob
from prill.archive.tar_entry import TarRow
from prill.model import FileKind
from prill.oci.dispatch import Dispatch
from prill.oci.entries import EntryTable
from prill.oci.evidence import Evidence, FoundFile, read_bounded
from prill.oci.gather import Gathered, gather_image
from prill.oci.layer_evidence import EvidenceReader, LayerEvidence, SeveralInterests
from prill.oci.layer_reader import Reading
from prill.oci.rootfs import ImageTree

LARGE = 9 << 20
LOWER = [
    folder("opt"),
    symlink("data", "opt"),
    file("opt/deleted.txt", "deleted"),
    file("opt/large.txt", bytes(LARGE)),
    file("opt/first.txt", "first"),
    file("opt/bad.txt", "bad"),
    file("lib/linked.txt", "linked"),
    file("etc/passwd", "root:x:0:0\n"),
]
UPPER = [file("data/second.txt", "second"), file("opt/.wh.deleted.txt"), file("opt/other.md", "other")]


class Said(Evidence, frozen=True):
    path: str
    mode: int
    size: int
    first: bytes


@dataclass
class Reader:
    """Says where a file is and how it begins; stumbles over one of them."""

    patterns: tuple[str, ...]
    id: str = "reader"
    version: int = 1
    programs: bool = False
    evidence: type[Said] = Said

    def read(self, found: FoundFile) -> Said:
        content = read_bounded(found)
        if content == b"bad":
            raise ValueError("bad")
        return Said(path=found.path, mode=found.stat.mode, size=len(content), first=content[:8])


def read(layers: tuple[list[Entry], ...], codec: Codec, limits: Limits = DEFAULT_LIMITS) -> tuple[Gathered, Gathered]:
    """Return what two families of readers say of an image's files, hidden ones too."""
    asked = [EvidenceReader([Reader(("**/*.txt",)), Reader(("etc/*", "opt/f*"))]), EvidenceReader([Reader(("**/*",))])]
    reading = Reading(interests=SeveralInterests(*asked), tolerant=True, limits=limits)
    with ImageTree(image_of(*layers, codec=codec).image, reading=reading) as tree:
        first, second = (gather_image(tree, one, hidden=True) for one in asked)
    return first, second


@pytest.mark.parametrize("codec", [Codec.GZIP, Codec.ZSTD])
def test_packed_layers_say_what_plain_ones_say(codec: Codec):
    found = read((LOWER, UPPER), codec)
    assert found == read((LOWER, UPPER), Codec.NONE)
    texts = [one.evidence.path for one in found[0].seen[0]]
    # What goes by another path than in its layer is read once more, under that.
    assert texts == ["lib/linked.txt", "opt/first.txt", "opt/large.txt", "opt/second.txt"]
    assert [one.evidence.first for one in found[0].seen[0]][1:] == [b"first", bytes(8), b"second"]
    assert [one.evidence.path for one in found[0].seen[1]] == ["etc/passwd", "opt/first.txt"]
    assert [one.evidence.path for one in found[0].hidden[0]] == ["opt/deleted.txt"]
    assert [gap.subject for gap in found[0].gaps] == ["/opt/bad.txt"]


@pytest.mark.parametrize("codec", [Codec.GZIP, Codec.NONE])
def test_a_layer_that_was_left_out_says_nothing(codec: Codec):
    entries = len(LOWER) + 2
    found, _ = read((LOWER, UPPER), codec, Limits(max_entries=entries))
    assert [one.evidence.path for one in found.seen[0]][:2] == ["lib/linked.txt", "opt/deleted.txt"]
    assert found.hidden == ([], [])


@pytest.mark.parametrize("path", ["usr/bin/a", "etc/\udcff\udcfe"])
def test_evidence_and_entries_are_the_same_in_another_process(path: str):
    said = LayerEvidence(found=([(3, Said(path=path, mode=0o644, size=2**40, first=b"\0"))], []), gaps=[(4, "bad")])
    table = EntryTable()
    row = TarRow(path, FileKind.SYMLINK, 0o777, 1, 2, 0, -5, f"to/{path}", (0, 0), (("user.x", b"\0"),), path, 0)
    table.add_all([(row, 512, b"")] * 2)
    for value in (said, table, EntryTable(), LayerEvidence(found=())):
        assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 - written here


@dataclass
class Asking(Reader):
    """Also wants what is large."""

    def wants(self, path: str, size: int, first: bytes) -> bool:
        return bool(path) and size > 9 and first != b"\x7fELF"


NAMES = st.sampled_from(["a", "a.txt", ".txt", "b.tar.gz", "x.", "d.d", "info"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
PATTERNS = ("**/a", "**/*.txt", "d.d/*", "**/x.", "a/*.gz", "info/.txt")


@given(
    PATHS,
    st.lists(st.sampled_from(PATTERNS), max_size=3),
    st.integers(1, 20),
    st.sampled_from([b"\x7fELF", b"MZ12", b"text"]),
)
def test_a_file_is_wanted_by_its_path_its_size_and_how_it_begins(
    path: str, patterns: list[str], size: int, first: bytes
):
    readers = [Reader(tuple(patterns)), Reader((), programs=True), Asking(("info/*",))]
    wanted = Dispatch(readers).wanted(path, size, first)
    by_path = [any(compile_glob(one).fullmatch(path) for one in reader.patterns) for reader in readers]
    program = first in (b"\x7fELF", b"MZ12")
    assert wanted == tuple(
        number
        for number, yes in enumerate(
            (by_path[0], by_path[1] or program, by_path[2] or (size > 9 and first != b"\x7fELF"))
        )
        if yes
    )
