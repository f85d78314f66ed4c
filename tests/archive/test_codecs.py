import bz2
import contextlib
import gzip
import io
import lzma
import threading
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.archive.bodies import TruncatedArchive
from prill.archive.bounds import Limits, OutputTooLarge, RatioExceeded, TooManyEntries
from prill.archive.codecs import (
    Codec,
    CorruptStream,
    UnwritableCodec,
    codec_identity,
    compress,
    decode,
    open_decoded,
    sniff,
)
from prill.errors import PrillError

PACKED = [codec for codec in Codec if codec is not Codec.NONE]
WRITABLE = [Codec.NONE, Codec.GZIP, Codec.ZSTD]
TEXT = b"".join(b"line %d of a text that is worth packing\n" % number for number in range(60_000))


def pack(codec: Codec, data: bytes) -> bytes:
    """Pack as other people's programs do, where this room only reads."""
    match codec:
        case Codec.XZ:
            return lzma.compress(data, preset=1)
        case Codec.LZMA:
            return lzma.compress(data, lzma.FORMAT_ALONE, preset=1)
        case Codec.BZIP2:
            return bz2.compress(data)
        case _:
            return compress(data, codec)


class Endless(io.RawIOBase):
    """A stream that never ends, and counts how much of it was wanted."""

    def __init__(self, unit: bytes) -> None:
        self.unit = unit
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:
        size = min(len(buffer), len(self.unit))
        buffer[:size] = self.unit[:size]
        self.given += size
        return size


@pytest.mark.parametrize("codec", Codec)
@pytest.mark.parametrize("data", [b"", b"x", TEXT], ids=["empty", "one byte", "text"])
def test_round_trip(codec: Codec, data: bytes):
    packed = pack(codec, data)
    assert decode(packed, codec) == data
    assert open_decoded(io.BytesIO(packed), codec).read() == data
    if data and codec is not Codec.NONE:
        assert sniff(packed[:13]) is codec


@pytest.mark.parametrize("codec", [codec for codec in Codec if codec is not Codec.LZMA])  # which has no members
def test_members_joined_are_one_stream(codec: Codec):
    packed = b"".join(pack(codec, TEXT[at : at + 150_000]) for at in range(0, len(TEXT), 150_000))
    assert decode(packed, codec) == TEXT
    assert open_decoded(io.BytesIO(packed), codec).read() == TEXT


@pytest.mark.parametrize("codec", WRITABLE)
def test_an_empty_member_between_others(codec: Codec):
    packed = compress(b"a", codec) + compress(b"", codec) + compress(b"b", codec)
    assert decode(packed, codec) == b"ab"


def test_other_programs_gzip_headers_are_read():
    named = io.BytesIO()
    with gzip.GzipFile("a name", "wb", fileobj=named, mtime=5) as file:
        file.write(TEXT)
    assert decode(named.getvalue(), Codec.GZIP) == TEXT
    extra = b"\x1f\x8b\x08\x1c" + bytes(6) + b"\x03\0abc" + b"name\0" + b"comment\0"
    packer = zlib.compressobj(wbits=-15)
    body = packer.compress(b"data") + packer.flush()
    tail = zlib.crc32(b"data").to_bytes(4, "little") + (4).to_bytes(4, "little")
    assert decode(extra + body + tail, Codec.GZIP) == b"data"


def test_a_skippable_zstd_frame_says_nothing():
    skippable = b"\x50\x2a\x4d\x18" + (4).to_bytes(4, "little") + b"abcd"
    assert decode(compress(b"a", Codec.ZSTD) + skippable + compress(b"b", Codec.ZSTD), Codec.ZSTD) == b"ab"


@pytest.mark.parametrize("codec", [Codec.GZIP, Codec.XZ])
@pytest.mark.parametrize("zeros", [4, 512, 10_000])
def test_zeros_may_pad(codec: Codec, zeros: int):
    packed = pack(codec, b"a") + bytes(zeros)
    assert decode(packed, codec) == b"a"
    assert decode(packed + pack(codec, b"b"), codec) == b"ab"


@pytest.mark.parametrize("codec", PACKED)
@pytest.mark.parametrize("junk", [b"junk behind the end", b"\0junk", b"\1"])
def test_junk_behind_the_last_member(codec: Codec, junk: bytes):
    with pytest.raises((CorruptStream, TruncatedArchive)):
        decode(pack(codec, b"a" * 1000) + junk, codec)


@pytest.mark.parametrize("codec", PACKED)
def test_truncated(codec: Codec):
    packed = pack(codec, TEXT[:3000])
    for size in (*range(0, len(packed), 7), len(packed) - 1):
        with pytest.raises(TruncatedArchive):
            decode(packed[:size], codec)


@pytest.mark.parametrize("codec", [Codec.GZIP, Codec.ZSTD, Codec.XZ, Codec.BZIP2])
def test_every_flipped_bit_is_seen_or_harmless(codec: Codec):
    packed = pack(codec, TEXT[:600])
    for at in range(len(packed)):
        damaged = bytearray(packed)
        damaged[at] ^= 0x10
        try:
            data = decode(bytes(damaged), codec)
        except (CorruptStream, TruncatedArchive):
            continue
        assert data == TEXT[:600], f"byte {at} changes what comes out, and nobody says so"


@pytest.mark.parametrize("codec", PACKED)
def test_something_else_entirely(codec: Codec):
    with pytest.raises(CorruptStream, match=codec.value):
        decode(b"\xf0plain text, and none that is packed", codec)


@pytest.mark.parametrize("codec", PACKED)
def test_a_bomb_is_refused_early(codec: Codec):
    limits = Limits(ratio_floor=1 << 20, max_ratio=10)
    packed = pack(codec, bytes(30 << 20))
    with pytest.raises(RatioExceeded, match="over 10 times"):
        decode(packed, codec, limits=limits)
    stream = open_decoded(io.BytesIO(packed), codec, limits=limits)
    with pytest.raises(RatioExceeded):
        stream.read()


def test_the_default_limits_refuse_gigabytes_of_zeros():
    # 10 GiB as 640 xz streams of 16 MiB each: no more than the ratio's floor is ever unpacked.
    packed = lzma.compress(bytes(16 << 20), preset=0) * 640
    with pytest.raises(RatioExceeded, match="over 512 times"):
        decode(packed, Codec.XZ)


@pytest.mark.parametrize("codec", Codec)
def test_the_output_is_bounded(codec: Codec):
    packed = pack(codec, TEXT)
    assert decode(packed, codec, limits=Limits(max_total_size=len(TEXT))) == TEXT
    with pytest.raises(OutputTooLarge, match=str(len(TEXT) - 1)):
        decode(packed, codec, limits=Limits(max_total_size=len(TEXT) - 1))


@pytest.mark.parametrize("codec", [Codec.NONE, Codec.GZIP, Codec.ZSTD])
def test_an_endless_stream_is_left_early(codec: Codec):
    unit = compress(bytes(range(256)) * 16, codec)
    stream = Endless(unit)
    with pytest.raises((OutputTooLarge, TooManyEntries)):
        open_decoded(stream, codec, limits=Limits(max_total_size=1 << 20, max_entries=1000)).read()
    assert stream.given < 3 << 20


def test_very_many_members_are_refused():
    member = compress(b"", Codec.GZIP)
    assert decode(member * 1000, Codec.GZIP, limits=Limits(max_entries=1000)) == b""
    with pytest.raises(TooManyEntries, match="1000"):
        decode(member * 1001, Codec.GZIP, limits=Limits(max_entries=1000))


@pytest.mark.parametrize("codec", [Codec.XZ, Codec.LZMA])
def test_a_dictionary_is_bounded(codec: Codec):
    form = lzma.FORMAT_XZ if codec is Codec.XZ else lzma.FORMAT_ALONE
    filters = [{"id": lzma.FILTER_LZMA2 if codec is Codec.XZ else lzma.FILTER_LZMA1, "dict_size": 32 << 20}]
    packed = lzma.compress(b"x" * 100, form, filters=filters)
    assert decode(packed, codec) == b"x" * 100
    with pytest.raises(CorruptStream, match=r"[Mm]emory"):
        decode(packed, codec, limits=Limits(max_memory=16 << 20))


def test_a_window_is_bounded():
    # A frame header that asks for a window of 128 MiB (RFC 8878, section 3.1.1.1.2), and an empty last block.
    packed = b"\x28\xb5\x2f\xfd\0" + bytes([17 << 3]) + b"\1\0\0"
    assert decode(packed, Codec.ZSTD) == b""
    with pytest.raises(CorruptStream):
        decode(packed, Codec.ZSTD, limits=Limits(max_memory=64 << 20))


def test_an_error_stays():
    stream = open_decoded(io.BytesIO(compress(TEXT, Codec.GZIP)[:-10]), Codec.GZIP)
    for _ in range(2):
        with pytest.raises(TruncatedArchive):
            stream.read()


def test_a_stream_is_read_in_any_portion():
    stream = open_decoded(io.BytesIO(compress(TEXT, Codec.GZIP)), Codec.GZIP)
    assert stream.read(10) + stream.read(0) + stream.read(100_000) + stream.read() == TEXT
    assert stream.read() == b""


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"\x1f\x8b",
        b"plain text",
        b"]",
        b"]" + bytes(99),
        b"]\0\0\0\0" + bytes(8),
        b"]\0\0\x80\0" + b"\0" * 7 + b"\1",
        bytes(512),
    ],
)
def test_nothing_is_recognised(first: bytes):
    assert sniff(first) is Codec.NONE


@pytest.mark.parametrize("codec", [Codec.GZIP, Codec.ZSTD])
def test_the_same_bytes_whoever_and_wherever(codec: Codec):
    results: list[bytes] = []
    threads = [threading.Thread(target=lambda: results.append(compress(TEXT, codec))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(results) == {compress(memoryview(TEXT), codec)}


def test_a_gzip_header_has_neither_time_nor_name():
    assert compress(TEXT, Codec.GZIP)[:10] == b"\x1f\x8b\x08\0\0\0\0\0\0\xff"


def test_a_zstd_frame_has_a_size_and_a_checksum():
    descriptor = compress(TEXT, Codec.ZSTD)[4]
    assert descriptor >> 6  # the frame's content size is there
    assert descriptor & 0x04


@pytest.mark.parametrize("codec", [Codec.GZIP, Codec.ZSTD])
def test_a_level_changes_the_bytes_and_the_identity(codec: Codec):
    assert compress(TEXT, codec, 1) != compress(TEXT, codec)
    assert codec_identity(codec, 1) != codec_identity(codec)


def test_identities():
    assert codec_identity(Codec.NONE) == "none"
    assert codec_identity(Codec.GZIP).startswith("gzip/libdeflate-")
    assert codec_identity(Codec.GZIP).endswith("/6")
    assert codec_identity(Codec.ZSTD, 3).startswith("zstd/libzstd-1.")
    assert codec_identity(Codec.ZSTD, 3).endswith("/3")


@pytest.mark.parametrize("codec", [Codec.XZ, Codec.BZIP2, Codec.LZMA])
def test_codecs_that_are_only_read(codec: Codec):
    with pytest.raises(UnwritableCodec, match=codec.value):
        compress(b"x", codec)


@pytest.mark.parametrize(
    ("codec", "level"), [(Codec.GZIP, 13), (Codec.GZIP, -1), (Codec.ZSTD, 0), (Codec.ZSTD, 22), (Codec.NONE, 1)]
)
def test_levels_that_are_none(codec: Codec, level: int):
    with pytest.raises(UnwritableCodec, match="no level"):
        compress(b"x", codec, level)


@given(st.sampled_from(WRITABLE), st.lists(st.binary(max_size=300), min_size=1, max_size=5))
def test_any_members_round_trip(codec: Codec, parts: list[bytes]):
    packed = b"".join(compress(part, codec) for part in parts)
    assert decode(packed, codec) == b"".join(parts)


@given(st.sampled_from(list(Codec)), st.binary(max_size=200), st.binary(max_size=200), st.integers(0, 60))
def test_any_bytes_are_data_or_a_clear_error(codec: Codec, data: bytes, junk: bytes, keep: int):
    with contextlib.suppress(PrillError):  # every other exception fails the test
        decode(junk, codec)
    with contextlib.suppress(PrillError):
        decode(pack(codec, data)[:keep] + junk, codec)
