import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.archive.bodies import TruncatedArchive
from prill.archive.bounds import (
    FileTooLarge,
    Limits,
    MetadataTooLarge,
    OutputTooLarge,
    RatioExceeded,
    TooManyEntries,
)
from prill.archive.codecs import CorruptStream
from prill.archive.zip import InvalidZip, ZipArchive
from prill.archive.zip_streams import Budget
from prill.errors import PrillError

ALL = re.compile(rb".*", re.DOTALL)


def packed(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.comment = comment
    return stream.getvalue()


def opened(data: bytes, **more: object) -> ZipArchive:
    return ZipArchive(io.BytesIO(data), len(data), **more)


def content(data: bytes) -> dict[str, bytes]:
    with opened(data) as archive:
        return {one.name: archive.read(one, 1 << 20) for one in archive.find(ALL)}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("front", [b"", b"#!/bin/sh\nexec java -jar $0\n"])
def test_what_the_standard_library_packs(method: int, front: bytes):
    members = {"a": b"", "META-INF/MANIFEST.MF": b"x" * 5000, "größe": b"y"}
    for comment in (b"", b"PK\5\6 in a comment"):
        assert content(front + packed(members, method, comment)) == members


def test_a_member_written_without_knowing_its_size():
    class Pipe(io.RawIOBase):
        data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:
            self.data += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"abc" * 100)
    assert content(pipe.data) == {"a": b"abc" * 100}


def test_zip64():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        with archive.open("a", "w", force_zip64=True) as member:
            member.write(b"abc")
        for number in range(0x10000):
            archive.writestr(f"{number}", b"")
    with opened(stream.getvalue()) as archive:
        assert archive.count == 0x10001
        (entry,) = archive.find(re.compile(rb"a"))
        assert archive.read(entry, 3) == b"abc"


def test_archives_inside_archives_are_streams():
    large = packed({"filler": bytes(9 << 20), "inner": b"1"}, zipfile.ZIP_STORED)  # too large to be held
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        for inner in (large, packed({"inner": b"1"})):
            budget = Budget(1 << 30, memory=9 << 20)
            data = packed({"in.jar": inner}, method)
            with opened(data, budget=budget) as outer:
                (entry,) = outer.find(ALL)
                with outer.open(entry) as stream, ZipArchive(stream, entry.size, budget=budget) as archive:
                    found = {one.name: one for one in archive.find(ALL)}
                    assert archive.read(found["inner"], 1) == b"1"
                    assert archive.mentions(b"inn")
            assert budget.hold(9 << 20), "all that was held is released"


def test_bounds():
    data = packed({"a": bytes(1 << 20), "b": b""})
    with pytest.raises(TooManyEntries):
        opened(data, limits=Limits(max_entries=1))
    with pytest.raises(MetadataTooLarge):
        opened(data, budget=Budget(1 << 20, memory=10))
    with opened(data, limits=Limits(max_file_size=1000)) as archive, pytest.raises(FileTooLarge):
        archive.open(next(archive.find(ALL)))
    with opened(data, limits=Limits(ratio_floor=1000)) as archive, pytest.raises(RatioExceeded, match="unpacks 1"):
        archive.open(next(archive.find(ALL)))
    with opened(data, budget=Budget(1000)) as archive, pytest.raises(OutputTooLarge):
        archive.open(next(archive.find(ALL)))
    with opened(data) as archive, pytest.raises(FileTooLarge, match="1048576 bytes, 100 are read"):
        archive.read(next(archive.find(ALL)), 100)


@pytest.mark.parametrize("data", [b"", b"PK\5\6", b"no zip" * 20, packed({"a": b"1"})[:-1], packed({"a": b"1"})[60:]])
def test_what_is_no_zip(data: bytes):
    with pytest.raises((InvalidZip, TruncatedArchive)):
        content(data)


def test_a_directory_that_lies():
    data = packed({"a": b"abc" * 50, "b": b"2"})
    place = data.index(b"PK\1\2")
    wrong = zlib.crc32(b"other").to_bytes(4, "little")
    for at, new, error in [
        (place + 16, wrong, InvalidZip),  # the checksum
        (place + 24, b"\xff\0\0\0", PrillError),  # the size, more than there is
        (place + 24, b"\1\0\0\0", InvalidZip),  # the size, less than there is
        (place + 10, b"\x0e\0", InvalidZip),  # LZMA
        (place + 8, b"\1\0", InvalidZip),  # encrypted
        (place + 42, b"\xf0\xff\xff\x7f", InvalidZip),  # where it is
        (place + 42, b"\5\0\0\0", InvalidZip),
        (place + 28, b"\xff\xff", InvalidZip),  # the name's length
        (data.index(b"PK\3\4") + 31, b"\xff" * 5, CorruptStream),
    ]:
        forged = data[:at] + new + data[at + len(new) :]
        with pytest.raises(error):
            content(forged)


@given(st.binary(max_size=60), st.integers(0, 400), st.booleans())
def test_no_bytes_raise_anything_else(noise: bytes, at: int, stored: bool):  # noqa: FBT001
    data = bytearray(packed({"a": b"abc" * 50, "in.jar": packed({"b": b"1"})}, 0 if stored else 8))
    data[at : at + len(noise)] = noise
    with suppress(PrillError), opened(bytes(data)) as archive:
        for entry in archive.find(ALL):
            with suppress(PrillError), archive.open(entry) as stream, ZipArchive(stream, entry.size) as inner:
                list(inner.find(ALL))
            with suppress(PrillError):
                archive.read(entry, 1 << 20)
                archive.head(entry, 10)
