import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.archive.bounds import Limits
from prill.archive.tar import walk
from prill.archive.tar_writer import END, UnwritableEntry, entry_header, padding
from prill.model import FileKind, FileStat


def stat(path: str, kind: FileKind = FileKind.FILE, mode: int = 0o644, **fields: object) -> FileStat:
    return FileStat(path=path, kind=kind, mode=mode, **fields)


def archive(*entries: tuple[FileStat, bytes]) -> bytes:
    return b"".join(entry_header(one) + body + padding(len(body)) for one, body in entries) + END


def field(text: bytes, size: int) -> bytes:
    return text.ljust(size, b"\0")


def test_a_header_byte_by_byte():
    header = entry_header(stat("usr/bin/su", mode=0o4755, uid=1000, gid=100, size=3, mtime=1700000001))
    expected = b"".join(
        (
            field(b"usr/bin/su", 100),
            b"0004755\0",
            b"0001750\0",
            b"0000144\0",
            b"00000000003\0",
            b"14524770401\0",
            b"012340\0 ",
            b"0",
            field(b"", 100),
            b"ustar\x0000",
            field(b"", 64),
            b"0000000\0",
            b"0000000\0",
            field(b"", 167),
        )
    )
    total = sum(expected) - sum(expected[148:156]) + 8 * 32
    assert header == expected[:148] + b"%06o\0 " % total + expected[156:]


def test_directories_have_no_slash_at_the_end():
    header = entry_header(stat("usr/share", FileKind.DIRECTORY, 0o755))
    assert header[:100] == field(b"usr/share", 100)
    assert header[156:157] == b"5"


def test_the_root():
    header = entry_header(stat("", FileKind.DIRECTORY, 0o755))
    assert header[:100] == field(b"./", 100)


def test_links_and_devices():
    hard = entry_header(stat("a", FileKind.HARDLINK, link="usr/bin/perl", size=77))
    assert (hard[156:157], hard[157:257], hard[124:136]) == (b"1", field(b"usr/bin/perl", 100), b"00000000000\0")
    soft = entry_header(stat("a", FileKind.SYMLINK, 0o777, link="/etc/../x"))
    assert (soft[156:157], soft[157:257]) == (b"2", field(b"/etc/../x", 100))
    null = entry_header(stat("dev/null", FileKind.CHARACTER_DEVICE, 0o666, device=(1, 3)))
    assert (null[156:157], null[329:345]) == (b"3", b"0000001\x000000003\0")


@pytest.mark.parametrize(
    ("path", "name", "prefix"),
    [
        ("n" * 100, "n" * 100, ""),
        ("d/" + "n" * 100, "n" * 100, "d"),
        ("d" * 155 + "/" + "n" * 100, "n" * 100, "d" * 155),
        # As far to the right as the prefix reaches, even where the name alone would have room for more.
        ("a/" * 60 + "n", "n", ("a/" * 60)[:-1]),
        ("a" * 50 + "/" + "b" * 50 + "/" + "c" * 60, "c" * 60, "a" * 50 + "/" + "b" * 50),
    ],
)
def test_long_names_are_split(path: str, name: str, prefix: str):
    header = entry_header(stat(path))
    assert len(header) == 512
    assert header[:100] == field(name.encode(), 100)
    assert header[345:500] == field(prefix.encode(), 155)
    assert next(walk(header + END)).stat.path == path


@pytest.mark.parametrize(
    "path",
    ["n" * 101, "d" * 156 + "/n", "d/" + "n" * 101, "a/" * 130 + "n", "a" * 10 + "/" + "b" * 150 + "/" + "c" * 101],
)
def test_names_that_do_not_split_are_pax(path: str):
    header = entry_header(stat(path))
    assert header[156:157] == b"x"
    assert next(walk(header + END, limits=Limits(max_depth=200))).stat.path == path


def test_a_pax_header_byte_by_byte():
    header = entry_header(
        stat("usr/bin/ping", size=5, mtime=9, xattrs=(("user.b", b"\0="), ("security.capability", b"\1")))
    )
    assert header[:100] == field(b"usr/bin/PaxHeaders.0/ping", 100)
    assert header[100:148] == b"0000000\0" * 3 + b"%011o\0" % len(_body(header)) + b"00000000000\0"
    assert _body(header) == _record(b"SCHILY.xattr.security.capability", b"\1") + _record(
        b"SCHILY.xattr.user.b", b"\0="
    )
    assert header[1024:] == entry_header(stat("usr/bin/ping", size=5, mtime=9))


def _body(header: bytes) -> bytes:
    return header[512 : 512 + int(header[124:135], 8)]


def _record(key: bytes, value: bytes) -> bytes:
    rest = b" " + key + b"=" + value + b"\n"
    return b"%d" % (len(rest) + 2) + rest


def test_what_is_not_ascii_is_pax_and_cut_for_others():
    header = entry_header(stat("usr/ü/ß", FileKind.SYMLINK, link="zürich"))
    assert header[:100] == field(b"usr//PaxHeaders.0/", 100).replace(b"/\0", b"\0\0", 1)
    assert _body(header) == _record(b"linkpath", "zürich".encode()) + _record(b"path", "usr/ü/ß".encode())
    assert header[1024:1124] == field(b"usr/", 100).replace(b"/\0", b"\0\0", 1)
    assert header[1181:1281] == field(b"zrich", 100)


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"size": 8**11}, b"size"),
        ({"uid": 8**7}, b"uid"),
        ({"gid": 8**7}, b"gid"),
        ({"mtime": 8**11}, b"mtime"),
        ({"mtime": -1}, b"mtime"),
    ],
)
def test_numbers_that_do_not_fit_are_pax(fields: dict[str, int], key: bytes):
    (value,) = fields.values()
    header = entry_header(stat("a", **fields))
    assert _body(header) == _record(key, b"%d" % value)
    assert header[1024:] == entry_header(stat("a"))


@pytest.mark.parametrize("fields", [{"size": 8**11 - 1}, {"uid": 8**7 - 1}, {"gid": 8**7 - 1}, {"mtime": 8**11 - 1}])
def test_numbers_that_just_fit_are_not(fields: dict[str, int]):
    assert len(entry_header(stat("a", **fields))) == 512


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 5000])
def test_padding(size: int):
    assert (size + len(padding(size))) % 512 == 0
    assert padding(size).strip(b"\0") == b""
    assert len(padding(size)) < 512


@pytest.mark.parametrize(
    "bad",
    [
        stat("../etc"),
        stat("/etc"),
        stat("./etc"),
        stat("etc/"),
        stat("a//b"),
        stat("a\0b"),
        stat(""),
        stat("\ud800"),
        stat("a", mode=0o100644),
        stat("a", mode=-1),
        stat("a", uid=-1),
        stat("a", gid=-1),
        stat("a", size=-1),
        stat("a", mtime=10**18),
        stat("a", link="b"),
        stat("a", device=(-1, 0)),
        stat("a", FileKind.CHARACTER_DEVICE, device=(8**7, 0)),
        stat("a", FileKind.SYMLINK),
        stat("a", FileKind.SYMLINK, link="a\0b"),
        stat("a", FileKind.HARDLINK),
        stat("a", FileKind.HARDLINK, link="/b"),
        stat("a", FileKind.HARDLINK, link="../b"),
        stat("a", FileKind.HARDLINK, link="./b"),
        stat("a", xattrs=(("", b""),)),
        stat("a", xattrs=(("a=b", b""),)),
        stat("a", xattrs=(("a\0b", b""),)),
    ],
    ids=repr,
)
def test_what_no_reader_would_take_is_not_written(bad: FileStat):
    with pytest.raises(UnwritableEntry, match="entry "):
        entry_header(bad)


PART = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=120).filter(
    lambda part: part not in {".", ".."}
)
ASCII_PART = st.text("abcXYZ019._-+~ ", min_size=1, max_size=120).filter(lambda part: part not in {".", ".."})
PATH = st.lists(st.one_of(ASCII_PART, PART), min_size=1, max_size=5).map("/".join)
RAW_PATH = (
    st.binary(min_size=1, max_size=20)
    .map(lambda raw: raw.decode("utf-8", "surrogateescape"))
    .filter(lambda path: not {"", ".", ".."} & set(path.split("/")) and "\0" not in path)
)
XATTRS = st.dictionaries(
    st.text(st.characters(codec="utf-8", exclude_characters="=\0"), min_size=1, max_size=20),
    st.binary(max_size=50),
    max_size=3,
).map(lambda found: tuple(sorted(found.items(), key=lambda item: item[0].encode())))


@st.composite
def stats(draw: st.DrawFn) -> tuple[FileStat, bytes]:
    kind = draw(st.sampled_from(FileKind))
    body = draw(st.binary(max_size=1100)) if kind is FileKind.FILE else b""
    link = ""
    if kind is FileKind.HARDLINK:
        link = draw(PATH)
    elif kind is FileKind.SYMLINK:
        link = draw(st.one_of(PATH, PATH.map(lambda path: f"/../{path}/")))
    device = (0, 0)
    if kind in {FileKind.CHARACTER_DEVICE, FileKind.BLOCK_DEVICE}:
        device = draw(st.tuples(st.integers(0, 8**7 - 1), st.integers(0, 8**7 - 1)))
    entry = FileStat(
        path=draw(st.one_of(PATH, RAW_PATH)),
        kind=kind,
        mode=draw(st.integers(0, 0o7777)),
        uid=draw(st.integers(0, 2**33)),
        gid=draw(st.integers(0, 2**33)),
        size=len(body),
        mtime=draw(st.one_of(st.integers(0, 8**11), st.integers(-(10**17), 10**17))),
        link=link,
        device=device,
        xattrs=draw(XATTRS),
    )
    return entry, body


@given(st.lists(stats(), max_size=4))
def test_what_is_written_is_read_the_same(entries: list[tuple[FileStat, bytes]]):
    data = archive(*entries)
    found = [(one.stat, data[one.offset : one.offset + one.stat.size]) for one in walk(data)]
    assert found == entries


@given(st.lists(stats(), max_size=3))
def test_pythons_tarfile_reads_the_same(entries: list[tuple[FileStat, bytes]]):
    with tarfile.open(fileobj=io.BytesIO(archive(*entries))) as tar:
        found = list(tar)
        # tarfile takes slashes at the end off where a path or a link came from a pax record, whose times are floats
        assert [
            (one.name, one.linkname.rstrip("/"), one.mode, one.uid, one.gid, one.size, int(one.mtime)) for one in found
        ] == [
            (it.path, it.link.rstrip("/"), it.mode, it.uid, it.gid, it.size, int(float(it.mtime))) for it, _ in entries
        ]
        for one, (it, body) in zip(found, entries, strict=True):
            if it.kind is FileKind.FILE:
                stream = tar.extractfile(one)
                assert stream is not None
                assert stream.read() == body


@given(stats())
def test_the_same_entry_is_the_same_bytes(entry: tuple[FileStat, bytes]):
    one, _ = entry
    assert entry_header(one) == entry_header(one)
    assert len(entry_header(one)) % 512 == 0
