import contextlib
import io
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.archive.ar import ArMember, InvalidAr, read_ar
from prill.archive.bodies import TruncatedArchive
from prill.archive.bounds import (
    FileTooLarge,
    Limits,
    MetadataTooLarge,
    NameTooLong,
    OutputTooLarge,
    TooManyEntries,
)
from prill.errors import PrillError

MAGIC = b"!<arch>\n"


def member(
    name: bytes, body: bytes = b"", *, size: bytes | None = None, mtime: bytes = b"1700000000", end: bytes = b"`\n"
) -> bytes:
    size = b"%d" % len(body) if size is None else size
    header = name.ljust(16) + mtime.ljust(12) + b"0     0     100644  " + size.ljust(10) + end
    return header + body + b"\n" * (len(body) & 1)


def names(data: bytes, **limits: int) -> list[tuple[str, bytes]]:
    return [(one.name, one.body.read()) for one in read_ar(io.BytesIO(data), limits=Limits(**limits))]


def test_members_in_order_with_padding():
    data = (
        MAGIC + member(b"debian-binary", b"2.0\n") + member(b"odd", b"abc") + member(b"empty") + member(b"last", b"x")
    )
    assert names(data) == [("debian-binary", b"2.0\n"), ("odd", b"abc"), ("empty", b""), ("last", b"x")]


def test_unread_and_half_read_bodies_are_skipped():
    data = MAGIC + member(b"a", b"12345") + member(b"b", b"67890")
    seen = [(one.name, one.body.read(2) if one.name == "b" else b"") for one in read_ar(io.BytesIO(data))]
    assert seen == [("a", b""), ("b", b"67")]


def test_a_body_is_closed_when_the_archive_goes_on():
    first, second = itertools.islice(read_ar(io.BytesIO(MAGIC + member(b"a", b"12") + member(b"b", b"34"))), 2)
    with pytest.raises(ValueError, match="no longer open"):
        first.body.read()
    assert second.body.read() == b"34"


def test_size_and_time():
    (one,) = read_ar(io.BytesIO(MAGIC + member(b"a", b"123", mtime=b"42")))
    assert (one.name, one.size, one.mtime) == ("a", 3, 42)
    assert one == ArMember(name="a", size=3, mtime=42, body=io.BytesIO())


def test_an_empty_time_is_zero():
    (one,) = read_ar(io.BytesIO(MAGIC + member(b"a", mtime=b"")))
    assert one.mtime == 0


def test_gnu_names():
    table = b"a-name-that-is-longer-than-sixteen.o/\nanother-quite-long-name-\xc3\xa9/\n"
    data = MAGIC + member(b"/", b"\0\0\0\0") + member(b"//", table)
    data += member(b"short.o/", b"1") + member(b"/0", b"2") + member(b"/%d" % (table.index(b"\n") + 1), b"3")
    assert names(data) == [
        ("/", b"\0\0\0\0"),
        ("short.o", b"1"),
        ("a-name-that-is-longer-than-sixteen.o", b"2"),
        ("another-quite-long-name-é", b"3"),
    ]


def test_bsd_names():
    name = b"a bsd name with spaces in it\0\0\0\0"
    assert names(MAGIC + member(b"#1/%d" % len(name), name + b"body")) == [("a bsd name with spaces in it", b"body")]


@pytest.mark.parametrize("data", [b"", b"!<arch>", b"!<arch>\r\n", b"!<thin>\n", b"\x1f\x8b" + bytes(100), b"x" * 100])
def test_not_an_ar_archive(data: bytes):
    with pytest.raises(InvalidAr, match="begins with"):
        names(data)


@pytest.mark.parametrize(
    "broken",
    [
        member(b"a", b"1234", size=b"-4"),
        member(b"a", b"1234", size=b"4x"),
        member(b"a", b"1234", size=b"0x4"),
        member(b"a", b"1234", size=b""),
        member(b"a", b"1234", size=b"1 4"),
        member(b"a", mtime=b"-1"),
        member(b"a", mtime=b"1.5"),
        member(b"a", end=b"\n\n"),
        member(b"/0"),
        member(b"//", b"name-without-end") + member(b"/0"),
        member(b"//", b"name/\n") + member(b"/99"),
        member(b"//", b"/\n") + member(b"/0"),
        member(b"//", b"a\0b/\n") + member(b"/0"),
        member(b"#1/9", b"short"),
        member(b"#1/4", bytes(4)),
        member(b""),
        member(b"a\0b"),
        member(b"a", b"123")[:-1] + b"x",
        b"junk that is no header, but long enough to be taken for one....",
    ],
)
def test_invalid_members(broken: bytes):
    with pytest.raises(InvalidAr):
        names(MAGIC + broken)


def test_truncated_at_every_byte():
    whole = MAGIC + member(b"//", b"a-long-name-in-a-table/\n") + member(b"/0", b"12345") + member(b"#1/3", b"bsdbody")
    ends = {8, 8 + 60 + 24, 8 + 60 + 24 + 60 + 6, len(whole)}
    for size in range(len(MAGIC), len(whole) + 1):
        if size in ends:
            names(whole[:size])
        else:
            with pytest.raises(TruncatedArchive):
                names(whole[:size])


@pytest.mark.parametrize("junk", [b"x", b"\0" * 59, b"\n"])
def test_short_junk_behind_the_last_member(junk: bytes):
    with pytest.raises(TruncatedArchive, match="inside a header"):
        names(MAGIC + member(b"a", b"12") + junk)


def test_bounds():
    two = MAGIC + member(b"a", b"1234") + member(b"b", b"1234")
    assert len(names(two, max_entries=2, max_file_size=4, max_total_size=8)) == 2
    with pytest.raises(TooManyEntries):
        names(two, max_entries=1)
    with pytest.raises(FileTooLarge):
        names(two, max_file_size=3)
    with pytest.raises(OutputTooLarge):
        names(two, max_total_size=7)
    long = b"n" * 20
    with pytest.raises(NameTooLong):
        names(MAGIC + member(b"//", long + b"/\n") + member(b"/0"), max_name_bytes=19)
    with pytest.raises(NameTooLong):
        names(MAGIC + member(b"#1/20", long), max_name_bytes=19)
    with pytest.raises(MetadataTooLarge):
        names(MAGIC + member(b"//", long), max_metadata_size=19)


def test_a_member_that_claims_to_be_huge_is_refused_before_it_is_read():
    with pytest.raises(FileTooLarge, match="9999999999"):
        names(MAGIC + member(b"a", size=b"9999999999"))


@given(
    st.lists(
        st.tuples(st.text("abcdefgh._-", min_size=1, max_size=15), st.binary(max_size=40), st.integers(0, 10**11)),
        max_size=5,
    )
)
def test_round_trip(members: list[tuple[str, bytes, int]]):
    data = MAGIC + b"".join(member(name.encode() + b"/", body, mtime=b"%d" % mtime) for name, body, mtime in members)
    assert [(one.name, one.body.read(), one.mtime) for one in read_ar(io.BytesIO(data))] == members


@given(st.binary(max_size=200), st.integers(0, 200), st.integers(0, 255))
def test_any_bytes_are_members_or_a_clear_error(junk: bytes, at: int, byte: int):
    whole = bytearray(MAGIC + member(b"//", b"a-long-name-in-a-table/\n") + member(b"/0", b"12345") + junk)
    if at < len(whole):
        whole[at] = byte
    with contextlib.suppress(PrillError):  # every other exception fails the test
        names(bytes(whole))
