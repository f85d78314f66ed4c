import contextlib
import io
import tarfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from prill.archive.bodies import TruncatedArchive
from prill.archive.bounds import (
    FileTooLarge,
    Limits,
    MetadataTooLarge,
    NameTooLong,
    OutputTooLarge,
    TooDeep,
    TooManyEntries,
)
from prill.archive.pax import format_records
from prill.archive.tar import (
    InvalidPax,
    InvalidTar,
    TarEntry,
    UnexpectedBody,
    UnsafePath,
    UnsupportedEntry,
    read_stream,
    walk,
)
from prill.errors import PrillError
from prill.model import FileKind, FileStat

END = bytes(1024)
FIELDS = {
    "name": (0, 100),
    "mode": (100, 8),
    "uid": (108, 8),
    "gid": (116, 8),
    "size": (124, 12),
    "mtime": (136, 12),
    "chksum": (148, 8),
    "flag": (156, 1),
    "link": (157, 100),
    "magic": (257, 8),
    "major": (329, 8),
    "minor": (337, 8),
    "prefix": (345, 155),
}


def block(name: bytes = b"a", *, signed: bool = False, **fields: bytes) -> bytes:
    """Write one header by hand, field by field, with a right checksum unless one is given."""
    header = bytearray(512)
    defaults = {
        "name": name,
        "mode": b"0000644\0",
        "uid": b"0000000\0",
        "gid": b"0000000\0",
        "size": b"00000000000\0",
        "mtime": b"00000000000\0",
        "chksum": b" " * 8,
        "flag": b"0",
        "magic": b"ustar\x0000",
    }
    for field, value in (defaults | fields).items():
        at, size = FIELDS[field]
        assert len(value) <= size, field
        header[at : at + size] = value.ljust(size, b"\0")
    if "chksum" not in fields:
        total = sum(byte - 256 if signed and byte > 127 else byte for byte in header)
        header[148:156] = b"%06o\0 " % total
    return bytes(header)


def entry(name: bytes = b"a", body: bytes = b"", **fields: bytes) -> bytes:
    fields = {"size": b"%011o\0" % len(body)} | fields
    return block(name, **fields) + body + bytes(-len(body) % 512)


def pax(records: dict[bytes, bytes], flag: bytes = b"x") -> bytes:
    return entry(b"PaxHeaders.0/a", format_records(records), flag=flag)


def long(name: bytes, flag: bytes = b"L") -> bytes:
    return entry(b"././@LongLink", name + b"\0", flag=flag, magic=b"ustar  \0")


def read(data: bytes, **options: object) -> list[TarEntry]:
    """Read both ways, which have to agree, also about what is wrong."""
    try:
        walked = list(walk(data, **options))
    except PrillError as error:
        with pytest.raises(type(error)):
            list(read_stream(io.BytesIO(data), **options))
        raise
    assert [one for one, _ in read_stream(io.BytesIO(data), **options)] == walked
    return walked


def one(data: bytes, **options: object) -> FileStat:
    (found,) = read(data + END, **options)
    return found.stat


def contents(data: bytes) -> dict[str, bytes]:
    view = memoryview(data)
    walked = {it.stat.path: bytes(view[it.offset : it.offset + it.stat.size]) for it in walk(view)}
    assert {it.stat.path: body.read() for it, body in read_stream(io.BytesIO(data))} == walked
    return walked


def test_a_plain_entry():
    fields = {"mode": b"0104755\0", "uid": b"0001750\0", "gid": b"0000144\0", "mtime": b"14524770401\0"}
    (found,) = read(entry(b"./usr/bin/su", b"elf", **fields) + END)
    assert found == TarEntry(
        FileStat(path="usr/bin/su", kind=FileKind.FILE, mode=0o4755, uid=1000, gid=100, size=3, mtime=1700000001),
        512,
        "./usr/bin/su",
    )


@pytest.mark.parametrize(
    ("flag", "kind"),
    [
        (b"0", FileKind.FILE),
        (b"\0", FileKind.FILE),
        (b"7", FileKind.FILE),
        (b"1", FileKind.HARDLINK),
        (b"2", FileKind.SYMLINK),
        (b"3", FileKind.CHARACTER_DEVICE),
        (b"4", FileKind.BLOCK_DEVICE),
        (b"5", FileKind.DIRECTORY),
        (b"6", FileKind.FIFO),
    ],
)
def test_kinds(flag: bytes, kind: FileKind):
    stat = one(entry(flag=flag, link=b"target", major=b"0000010\0", minor=b"0000003\0"))
    assert stat.kind is kind
    assert stat.link == ("target" if kind in {FileKind.HARDLINK, FileKind.SYMLINK} else "")
    assert stat.device == ((8, 3) if kind in {FileKind.CHARACTER_DEVICE, FileKind.BLOCK_DEVICE} else (0, 0))


@pytest.mark.parametrize("name", [b"./", b".", b"/", b"//", b"././"])
def test_the_root_is_the_empty_path(name: bytes):
    stat = one(entry(name, flag=b"5"))
    assert (stat.path, stat.kind) == ("", FileKind.DIRECTORY)


@pytest.mark.parametrize("flag", [b"0", b"1", b"2", b"3", b"4", b"6"])
def test_the_root_is_a_directory_and_nothing_else(flag: bytes):
    with pytest.raises(UnsafePath):
        one(entry(b".", flag=flag, link=b"target"))


@pytest.mark.parametrize("flag", [b"0", b"\0"])
@pytest.mark.parametrize("magic", [b"", b"ustar\x0000", b"ustar  \0"])
def test_a_slash_at_the_end_means_a_directory(flag: bytes, magic: bytes):
    assert one(entry(b"etc/", flag=flag, magic=magic)).kind is FileKind.DIRECTORY


def test_a_prefix_belongs_to_posix_only():
    assert one(entry(b"name", prefix=b"a/prefix")).path == "a/prefix/name"
    assert one(entry(b"name", prefix=b"p" * 155)).path == "p" * 155 + "/name"
    assert one(entry(b"name", prefix=b"14524770401", magic=b"ustar  \0")).path == "name"
    assert one(entry(b"name", prefix=b"anything", magic=b"")).path == "name"


def test_a_name_may_fill_its_field():
    assert one(entry(b"n" * 100)).path == "n" * 100
    assert one(entry(flag=b"2", link=b"l" * 100)).link == "l" * 100


def test_names_that_are_not_utf8_survive():
    stat = one(entry(b"caf\xe9", flag=b"2", link=b"\xff"))
    assert (stat.path, stat.link) == ("caf\udce9", "\udcff")
    assert one(entry("café".encode())).path == "café"


@pytest.mark.parametrize(
    ("field", "value", "number"),
    [
        ("size", b"0", 0),
        ("mtime", b"", 0),
        ("mtime", b" " * 12, 0),
        ("mtime", b"   644 \0", 0o644),
        ("mtime", b"644\0junk", 0o644),
        ("mtime", b"644 \0junk", 0o644),
        ("mtime", b"777777777777", 0o777777777777),
        ("mtime", b"\x80" + bytes(7) + b"\1\0\0\0", 1 << 24),
        ("mtime", b"\xff" * 12, -1),
        ("mtime", b"\xff" * 11 + b"\xfe", -2),
        ("uid", b"\x80" + bytes(3) + b"\xff\xff\xff\xfe", 0xFFFFFFFE),
        ("gid", b"7777777\0", 0o7777777),
    ],
)
def test_numbers(field: str, value: bytes, number: int):
    assert getattr(one(entry(**{field: value})), field) == number


@pytest.mark.parametrize(
    "value",
    [
        b"8",
        b"0o7",
        b"1_0",
        b"-1",
        b"+1",
        b"0x1",
        b"1 2",
        b"x",
        b"\x81" + bytes(7),
        b"\xfe",
        b"1.5",
    ],
)
@pytest.mark.parametrize("field", ["mode", "uid", "gid", "size", "mtime", "chksum"])
def test_numbers_that_are_none(field: str, value: bytes):
    with pytest.raises(InvalidTar):
        one(entry(**{field: value}))


@pytest.mark.parametrize("field", ["size", "mtime"])
@pytest.mark.parametrize("value", [b"\x80" + b"\xff" * 11, b"\xff" + bytes(11)])
def test_numbers_that_are_too_large(field: str, value: bytes):
    with pytest.raises(InvalidTar, match="too large"):
        one(entry(**{field: value}))


@pytest.mark.parametrize("flag", [b"L", b"K", b"x", b"g"])
def test_an_extended_header_of_negative_size(flag: bytes):
    # Taken at its word, it would send the reader back to the same block again and again.
    with pytest.raises(InvalidTar, match="-512 bytes"):
        one(block(flag=flag, size=b"\xff" * 10 + b"\xfe\0"))


@pytest.mark.parametrize("field", ["uid", "gid", "size"])
def test_negative_numbers(field: str):
    with pytest.raises(InvalidTar, match="negative"):
        one(entry(**{field: b"\xff" * FIELDS[field][1]}))


def test_checksums_signed_and_unsigned():
    name = b"\xe9" * 40
    assert one(block(name)).path == one(block(name, signed=True)).path
    with pytest.raises(InvalidTar, match="checksum"):
        one(block(name, chksum=b"000000\0 "))


@given(st.integers(0, 511), st.integers(1, 255))
def test_every_changed_byte_of_a_header_is_noticed(at: int, change: int):
    header = bytearray(block(b"./usr/share/doc", flag=b"5"))
    header[at] = (header[at] + change) % 256
    try:
        stat = one(bytes(header))
    except PrillError:
        return
    # In the checksum's own field other spellings of the same number are as good, and so is what follows its end.
    assert 148 <= at < 156
    assert stat.path == "usr/share/doc"


def test_a_checksum_counts_every_byte():
    assert one(block(b"\xff" * 100, link=b"\xff" * 100, prefix=b"\xff" * 155)).path.count("\udcff") == 255


def test_gnu_long_names_and_links():
    name, link = b"d/" * 60 + b"name", b"../" * 50 + b"link"
    data = long(link, b"K") + long(b"./" + name) + entry(b"cut", flag=b"2", link=b"cut", magic=b"ustar  \0")
    data += entry(b"next", b"content")
    first, second = read(data + END)
    assert (first.stat.path, first.stat.link, first.name) == (name.decode(), link.decode(), "./" + name.decode())
    assert (second.stat.path, second.stat.link) == ("next", "")
    assert contents(data + END)["next"] == b"content"


def test_pax_records():
    records = {
        b"path": "./ein/sehr/langer/ümlaut".encode(),
        b"size": b"3",
        b"mtime": b"1700000000.123456789",
        b"uid": b"3000000",
        b"gid": b"4000000",
        b"uname": b"somebody",
        b"atime": b"1",
        b"SCHILY.xattr.user.b": b"\0\n=",
        b"SCHILY.xattr.security.capability": b"\1",
        b"LIBARCHIVE.xattr.user.c": b"QQ",
        b"comment": b"",
    }
    stat = one(pax(records) + block(b"cut") + b"abc" + bytes(509))
    assert stat == FileStat(
        path="ein/sehr/langer/ümlaut",
        kind=FileKind.FILE,
        mode=0o644,
        uid=3000000,
        gid=4000000,
        size=3,
        mtime=1700000000,
        xattrs=(("security.capability", b"\1"), ("user.b", b"\0\n="), ("user.c", b"A")),
    )


def test_pax_records_hold_for_one_entry():
    data = pax({b"path": b"first", b"mtime": b"7", b"SCHILY.xattr.user.a": b"1"}) + entry(b"x") + entry(b"second")
    first, second = read(data + END)
    assert (first.stat.path, first.stat.mtime, first.stat.xattrs) == ("first", 7, (("user.a", b"1"),))
    assert (second.stat.path, second.stat.mtime, second.stat.xattrs) == ("second", 0, ())


def test_a_pax_link_path():
    assert one(pax({b"linkpath": b"x/" * 80}) + entry(flag=b"2", link=b"cut")).link == "x/" * 80
    assert one(pax({b"linkpath": b"./" + b"x/" * 80}) + entry(flag=b"1", link=b"cut")).link == ("x/" * 80)[:-1]


def test_an_empty_pax_value_changes_nothing():
    stat = one(pax({b"path": b"", b"mtime": b"", b"uid": b""}) + entry(b"name", mtime=b"00000000007\0"))
    assert (stat.path, stat.mtime) == ("name", 7)


def test_global_records_hold_until_changed():
    data = pax({b"mtime": b"5", b"comment": b"0123abcd"}, b"g") + entry(b"a") + entry(b"b")
    data += pax({b"mtime": b"6"}) + entry(b"c") + pax({b"mtime": b"9"}, b"g") + entry(b"d")
    assert [(it.stat.path, it.stat.mtime) for it in read(data + END)] == [("a", 5), ("b", 5), ("c", 6), ("d", 9)]


@pytest.mark.parametrize("key", [b"path", b"linkpath", b"size", b"SCHILY.xattr.user.a", b"LIBARCHIVE.xattr.user.a"])
def test_global_records_that_fit_one_entry_only(key: bytes):
    with pytest.raises(UnsupportedEntry, match=key.decode()):
        one(pax({key: b"1"}, b"g") + entry())


@pytest.mark.parametrize(
    "records",
    [
        {b"size": b"-1"},
        {b"size": b"0x1"},
        {b"uid": b"root"},
        {b"gid": b"1.5"},
        {b"mtime": b"now"},
        {b"SCHILY.xattr.": b"1"},
    ],
)
def test_pax_values_that_are_none(records: dict[bytes, bytes]):
    with pytest.raises(InvalidPax):
        one(pax(records) + entry())


def test_pax_records_that_are_none():
    with pytest.raises(InvalidPax):
        one(entry(b"PaxHeaders.0/a", b"no records", flag=b"x") + entry())


def test_two_long_names_for_one_entry():
    with pytest.raises(InvalidTar, match="two long names"):
        one(pax({b"path": b"one"}) + long(b"two") + entry())


def test_an_extended_header_without_its_entry():
    for header in (pax({b"path": b"x"}), long(b"x")):
        with pytest.raises(InvalidTar, match="without its entry"):
            read(header + END)


@pytest.mark.parametrize("flag", [b"S", b"M", b"V", b"D", b"N", b"X", b"A", b"8", b"\xff", b"I"])
def test_entries_that_no_image_can_hold(flag: bytes):
    with pytest.raises(UnsupportedEntry, match="type"):
        one(entry(flag=flag))


def test_sparse_files_in_pax():
    with pytest.raises(UnsupportedEntry, match="sparse"):
        one(pax({b"GNU.sparse.major": b"1", b"GNU.sparse.realsize": b"5"}) + entry(body=b"x"))


@pytest.mark.parametrize("flag", [b"1", b"2", b"3", b"4", b"5", b"6"])
def test_a_body_where_none_can_be(flag: bytes):
    with pytest.raises(UnexpectedBody, match="3 bytes"):
        one(entry(body=b"abc", flag=flag, link=b"target"))


def test_a_body_where_none_can_be_by_pax_and_by_slash():
    with pytest.raises(UnexpectedBody):
        one(pax({b"size": b"3"}) + entry(flag=b"5"))
    with pytest.raises(UnexpectedBody):
        one(entry(b"etc/", b"abc"))


@pytest.mark.parametrize("name", [b"../etc/passwd", b"a/../../b", b"..", b"./..", b"a/..", b""])
def test_a_path_that_leaves_the_root(name: bytes):
    for absolute in ("refuse", "strip"):
        for data in (entry(name), pax({b"path": name or b"\0"}) + entry(), entry(flag=b"1", link=name)):
            with pytest.raises(UnsafePath):
                one(data, absolute=absolute)


def test_an_absolute_path():
    hard = entry(b"b", flag=b"1", link=b"/etc/passwd")
    for data in (entry(b"/etc/passwd"), entry(b"passwd", prefix=b"/etc"), hard):
        with pytest.raises(UnsafePath, match="absolute"):
            one(data)
    assert one(entry(b"/etc/passwd"), absolute="strip").path == "etc/passwd"
    assert one(hard, absolute="strip").link == "etc/passwd"


def test_a_nul_in_a_pax_path():
    for data in (pax({b"path": b"a\0b"}) + entry(), pax({b"linkpath": b"a\0b"}) + entry(flag=b"2", link=b"x")):
        with pytest.raises(UnsafePath):
            one(data)


def test_links():
    assert one(entry(flag=b"2", link=b"/etc/../../passwd/")).link == "/etc/../../passwd/"
    assert one(entry(flag=b"1", link=b"./usr//bin/perl")).link == "usr/bin/perl"
    for data in (entry(flag=b"1", link=b"./"), entry(flag=b"1"), entry(flag=b"2")):
        with pytest.raises(UnsafePath):
            one(data)


def test_truncated_at_every_byte():
    whole = pax({b"mtime": b"5"}) + entry(b"file", b"x" * 700) + long(b"y" * 120) + entry(b"last") + END
    for size in range(len(whole) - 512):
        with pytest.raises(TruncatedArchive):
            read(whole[:size])
    # One block of zeros and the end of the file is how some writers end; less than a second block is nobody's.
    assert len(read(whole[:-512])) == 2


def test_a_member_that_lies_about_its_size():
    for size in (b"00000004000\0", b"00017777777\0", b"\x80" + bytes(7) + b"\x40\0\0\0"):
        with pytest.raises(TruncatedArchive, match="'liar' should have"):
            read(entry(b"liar", b"x", size=size) + END)
    with pytest.raises(TruncatedArchive, match="should have"):
        read(pax({b"size": b"5000"}) + entry(b"liar", b"x") + END)


def test_a_size_too_small_ends_in_no_header():
    with pytest.raises(InvalidTar, match="checksum"):
        read(entry(b"liar", b"x" * 600, size=b"00000000010\0") + END)


def test_bounds():
    two = entry(b"d/a", b"1234") + entry(b"d/b", b"1234") + END
    assert (
        len(read(two, limits=Limits(max_entries=2, max_file_size=4, max_total_size=8, max_depth=2, max_name_bytes=3)))
        == 2
    )
    for error, limits in (
        (TooManyEntries, Limits(max_entries=1)),
        (FileTooLarge, Limits(max_file_size=3)),
        (OutputTooLarge, Limits(max_total_size=7)),
        (TooDeep, Limits(max_depth=1)),
        (NameTooLong, Limits(max_name_bytes=2)),
    ):
        with pytest.raises(error):
            read(two, limits=limits)
    with pytest.raises(NameTooLong):
        one(entry(flag=b"2", link=b"1234"), limits=Limits(max_name_bytes=3))


def test_bounds_of_extended_headers():
    with pytest.raises(NameTooLong):
        one(long(b"n" * 5000) + entry())
    with pytest.raises(NameTooLong):
        one(pax({b"path": b"n" * 5000}) + entry())
    with pytest.raises(MetadataTooLarge):
        one(pax({b"comment": b"n" * 2000}) + entry(), limits=Limits(max_metadata_size=1999))
    with pytest.raises(OutputTooLarge):
        read(pax({b"comment": b"n" * 500}) * 3 + entry() + END, limits=Limits(max_total_size=1500))
    with pytest.raises(MetadataTooLarge):
        one(block(flag=b"x", size=b"77777777777\0"))
    with pytest.raises(TooManyEntries):
        read(pax({b"comment": b"x"}, b"g") * 6 + END, limits=Limits(max_entries=5))


def test_depth_counts_the_parts_of_a_path():
    assert one(entry(b"a/" * 49 + b"b"), limits=Limits(max_depth=50)).path.count("/") == 49
    with pytest.raises(TooDeep):
        one(entry(b"a/" * 49 + b"b"), limits=Limits(max_depth=49))


def test_a_ten_gigabyte_file_is_refused_by_its_header():
    size = b"\x80" + (10 << 30).to_bytes(11, "big")
    with pytest.raises(FileTooLarge, match="10737418240"):
        one(block(b"zeros", size=size))


def test_what_follows_the_end_is_nobodys():
    data = entry(b"a") + END + b"whatever" * 100
    assert [it.stat.path for it in read(data)] == ["a"]


def test_one_block_of_zeros_between_entries():
    with pytest.raises(InvalidTar, match="after a block of zeros"):
        read(entry(b"a") + bytes(512) + entry(b"b") + END)


@pytest.mark.parametrize("data", [b"", b"x", b"not a tar archive at all " * 40, b"\x1f\x8b" * 600])
def test_no_tar_at_all(data: bytes):
    with pytest.raises((InvalidTar, TruncatedArchive)):
        read(data)


def test_an_empty_archive():
    assert read(END) == []
    assert read(END + bytes(9 * 1024)) == []


def test_a_stream_is_read_to_its_end():
    stream = io.BytesIO(entry(b"a") + END + bytes(3_000_000))
    assert len(list(read_stream(stream))) == 1
    assert stream.read() == b""


def test_a_stream_without_end_is_left():
    class Zeros(io.RawIOBase):
        given = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:
            buffer[:] = bytes(len(buffer))
            self.given += len(buffer)
            return len(buffer)

    zeros = Zeros()
    with pytest.raises(OutputTooLarge, match="follow the end"):
        list(read_stream(zeros, limits=Limits(max_total_size=5 << 20)))
    assert zeros.given < 10 << 20


def test_a_stream_of_single_bytes():
    class Dribble(io.RawIOBase):
        def __init__(self, data: bytes) -> None:
            self.data = io.BytesIO(data)

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:
            return self.data.readinto(memoryview(buffer)[:1])

    found = [
        (it.stat.path, body.read()) for it, body in read_stream(Dribble(entry(b"a", b"12345") + entry(b"b") + END))
    ]
    assert found == [("a", b"12345"), ("b", b"")]


def test_bodies_half_read_and_late():
    data = entry(b"a", b"1" * 1000) + entry(b"b", b"2" * 10) + END
    entries = read_stream(io.BytesIO(data))
    _, first = next(entries)
    assert first.read(3) == b"111"
    _, second = next(entries)
    assert second.read() == b"2" * 10
    with pytest.raises(ValueError, match="no longer open"):
        first.read()


def test_a_memoryview_of_any_shape():
    data = memoryview(entry(b"a", b"1") + END).cast("H")
    assert [it.stat.path for it in walk(data)] == ["a"]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_what_pythons_tarfile_writes(form: int):
    buffer = io.BytesIO()
    long_name = "a/" * 60 + "name"
    with tarfile.open(fileobj=buffer, mode="w", format=form) as tar:
        for name, kind, link in (
            ("./", tarfile.DIRTYPE, ""),
            ("./usr", tarfile.DIRTYPE, ""),
            (long_name, tarfile.REGTYPE, ""),
            ("hard", tarfile.LNKTYPE, long_name if form != tarfile.USTAR_FORMAT else "usr"),
            ("soft", tarfile.SYMTYPE, "../x" if form == tarfile.USTAR_FORMAT else "../x" * 50),
            ("null", tarfile.CHRTYPE, ""),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.mode, info.mtime = kind, link, 0o1755, 1700000000
            info.uname = info.gname = "root"
            info.devmajor, info.devminor = (1, 3) if kind == tarfile.CHRTYPE else (0, 0)
            info.size = 6 if kind == tarfile.REGTYPE else 0
            tar.addfile(info, io.BytesIO(b"python"))
    buffer.seek(0)
    with tarfile.open(fileobj=buffer) as tar:
        expected = [(it.name.strip("./"), it.linkname, it.mode, it.mtime, it.size, it.devminor) for it in tar]
    found = [it.stat for it in read(buffer.getvalue())]
    assert [(it.path, it.link, it.mode, it.mtime, it.size, it.device[1]) for it in found] == expected
    assert contents(buffer.getvalue())[long_name] == b"python"


@given(st.binary(max_size=3000))
@example(b"\0" * 512)
def test_any_bytes_are_entries_or_a_clear_error(data: bytes):
    with contextlib.suppress(PrillError):  # every other exception fails the test
        read(data)


PIECES = st.one_of(
    st.builds(
        lambda name, flag, size, body, link, magic: entry(name, body, flag=flag, link=link, magic=magic, **size),
        st.binary(max_size=30),
        st.sampled_from([b"0", b"\0", b"1", b"2", b"5", b"L", b"K", b"x", b"g", b"S", b"7"]),
        st.one_of(st.just({}), st.builds(lambda size: {"size": size}, st.binary(max_size=12))),
        st.binary(max_size=600),
        st.binary(max_size=20),
        st.sampled_from([b"ustar\x0000", b"ustar  \0", b""]),
    ),
    st.dictionaries(
        st.sampled_from([b"path", b"linkpath", b"size", b"mtime", b"uid", b"GNU.sparse.map", b"SCHILY.xattr.user.a"]),
        st.binary(max_size=20),
    ).map(pax),
    st.binary(max_size=700),
    st.just(END),
)


@given(st.lists(PIECES, max_size=5), st.integers(0, 4000), st.binary(max_size=4))
def test_damaged_archives_are_entries_or_a_clear_error(pieces: list[bytes], at: int, change: bytes):
    data = bytearray(b"".join(pieces) + END)
    data[at : at + len(change)] = change
    with contextlib.suppress(PrillError):  # every other exception fails the test
        for it in read(bytes(data)):
            assert not it.stat.path.startswith("/")
            assert ".." not in it.stat.path.split("/")
            assert it.offset + it.stat.size <= len(data)
