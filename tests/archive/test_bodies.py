import io

import pytest

from prill.archive.bodies import Body, TruncatedArchive, read_exactly, read_up_to


class Dribble(io.RawIOBase):
    """A raw stream that returns one byte at a time, as sockets may."""

    def __init__(self, data: bytes) -> None:
        self.data = io.BytesIO(data)
        self.largest = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        self.largest = max(self.largest, size)
        return self.data.read(1)


def test_a_short_read_is_no_end():
    assert read_up_to(Dribble(b"abcdef"), 4) == b"abcd"
    assert read_exactly(Dribble(b"abcdef"), 6, "it") == b"abcdef"


def test_a_claimed_size_is_never_asked_for_at_once():
    stream = Dribble(b"abc")
    with pytest.raises(TruncatedArchive, match=r"it should have 1099511627776 bytes, the archive ends after 3"):
        read_exactly(stream, 1 << 40, "it")
    assert stream.largest <= 1 << 20


def test_a_body_ends_where_the_member_ends():
    stream = io.BytesIO(b"abcdefgh")
    body = Body(stream, 5, "member")
    assert body.readable()
    assert body.read(2) == b"ab"
    assert body.read() == b"cde"
    assert body.read() == b""
    assert stream.read() == b"fgh"


def test_a_body_reads_into_a_buffer():
    buffer = bytearray(4)
    body = Body(io.BytesIO(b"abcdef"), 6, "member")
    assert body.readinto(buffer) == 4
    assert buffer == b"abcd"
    assert body.readinto(buffer) == 2
    assert buffer[:2] == b"ef"


def test_a_body_can_be_wrapped():
    assert list(io.TextIOWrapper(Body(io.BytesIO(b"a\nb\nc"), 4, "member"))) == ["a\n", "b\n"]


def test_a_body_in_a_truncated_archive_says_how_far_it_came():
    body = Body(io.BytesIO(b"abc"), 5, "member 'x'")
    assert body.read(2) == b"ab"
    with pytest.raises(TruncatedArchive, match=r"member 'x' should have 5 bytes, the archive ends after 3"):
        body.read()


def test_a_skipped_body_is_closed():
    stream = io.BytesIO(b"abcdef")
    body = Body(stream, 5, "member 'x'")
    body.skip()
    assert stream.tell() == 5
    with pytest.raises(ValueError, match=r"member 'x' is no longer open"):
        body.read(1)
