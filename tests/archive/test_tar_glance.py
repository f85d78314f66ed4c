"""The short way and the long way through a tar say the same, of whatever there is in it."""

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.archive.bounds import Limits
from prill.archive.tar_entry import TarRow
from prill.archive.tar_header import HeaderReader
from prill.archive.tar_scan import PieceCursor, scan
from prill.archive.tar_tolerant import TolerantHeaders
from prill.errors import PrillError

FORMATS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
LIMITS = {
    "none": Limits(),
    "entries": Limits(max_entries=6),
    "file": Limits(max_file_size=40),
    "total": Limits(max_total_size=90),
    "depth": Limits(max_depth=3),
    "name": Limits(max_name_bytes=12),
}


def member(name: str, **fields: object) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.mtime = 1_700_000_000
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def archive(form: int) -> bytes:
    """Return an archive in which ordinary entries stand between all that can come between them."""
    packed = io.BytesIO()
    headers = {"mtime": "12"} if form == tarfile.PAX_FORMAT else {}
    with tarfile.open(fileobj=packed, mode="w", format=form) as tar:
        for name in ("./", "./a/", "./a/b/c/d/"):
            tar.addfile(member(name, type=tarfile.DIRTYPE, mode=0o1755))
        tar.addfile(member("./a/one", size=5, uid=1000), io.BytesIO(b"hello"))
        tar.addfile(member("./a/link", type=tarfile.SYMTYPE, linkname="one"))
        tar.addfile(member("./a/two", size=51), io.BytesIO(bytes(51)))
        tar.addfile(member("./a/hard", type=tarfile.LNKTYPE, linkname="./a/one"))
        tar.addfile(member("./a/later", mtime=1_700_000_000 + bool(headers) / 2))
        tar.addfile(member("./" + "folder/" * 15 + "long"))
        tar.addfile(member("./a/three", size=40, gid=7), io.BytesIO(bytes(40)))
        tar.addfile(member("./a/null", type=tarfile.CHRTYPE, devmajor=1, devminor=3))
        tar.addfile(member("/absolute"))
        tar.addfile(member("./a//twice", pax_headers=headers))
        tar.addfile(member("./last"))
    return packed.getvalue()


ARCHIVES = {form: archive(form) for form in FORMATS}


class _LongWay(HeaderReader):
    def glance(self, block: bytes) -> TarRow | None:  # noqa: ARG002 - as it is asked
        return None


class _TolerantLongWay(TolerantHeaders):
    def glance(self, block: bytes) -> TarRow | None:  # noqa: ARG002 - as it is asked
        return None


def said(data: bytes, headers: HeaderReader) -> list[object]:
    """Return all that a walk yields, and how it ends."""
    found: list[object] = []
    try:
        found.extend(scan(PieceCursor(iter([data])), headers))
    except PrillError as error:
        found.append((type(error), str(error)))
    return found


def both_ways(data: bytes, limits: Limits) -> None:
    assert said(data, HeaderReader(limits, "strip")) == said(data, _LongWay(limits, "strip"))
    assert said(data, HeaderReader(limits, "refuse")) == said(data, _LongWay(limits, "refuse"))
    faults: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    short = said(data, TolerantHeaders(limits, lambda path, error: faults.append((path, str(error)))))
    long = said(data, _TolerantLongWay(limits, lambda path, error: others.append((path, str(error)))))
    assert short == long
    assert faults == others


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
@pytest.mark.parametrize("form", FORMATS)
def test_both_ways_say_the_same(form: int, limits: Limits):
    both_ways(ARCHIVES[form], limits)


@given(form=st.sampled_from(FORMATS), at=st.integers(0, 20 * 512 - 1), byte=st.integers(0, 255))
def test_of_damaged_archives_too(form: int, at: int, byte: int):
    data = bytearray(ARCHIVES[form])
    data[at] = byte
    both_ways(bytes(data), Limits())


@given(
    form=st.sampled_from(FORMATS),
    entry=st.integers(0, 19),
    field=st.sampled_from([(0, 100), (100, 8), (108, 8), (116, 8), (124, 12), (136, 12), (156, 1), (157, 100)]),
    value=st.sampled_from([b"", b"7", b"0000000\0", b" 12", b"-1", b"9", b"\x80\0\0\0\0\0\0\2", b"../x", b"x/", b"."]),
)
def test_of_fields_changed_and_summed_up_anew(form: int, entry: int, field: tuple[int, int], value: bytes):
    data = bytearray(ARCHIVES[form])
    start, (at, size) = entry * 512, field
    data[start + at : start + at + size] = value[:size].ljust(size, b"\0")
    data[start + 148 : start + 156] = b" " * 8
    data[start + 148 : start + 156] = b"%06o\0 " % sum(data[start : start + 512])
    both_ways(bytes(data), Limits())


def test_ordinary_entries_take_the_short_way():
    data = ARCHIVES[tarfile.USTAR_FORMAT]
    headers = HeaderReader(Limits(), "strip")
    assert headers.glance(data[:512]) is None  # nothing is known yet
    assert headers.read(data[:512]) is not None
    row = headers.glance(data[512:1024])
    assert row is not None
    assert (row.path, row.mode) == ("a", 0o1755)
    assert headers.glance(data[512:600]) is None
