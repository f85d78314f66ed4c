import bz2
import contextlib
import hashlib
import io
import lzma
import os
import tarfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from prill.archive.bounds import BoundExceeded, Limits, OutputTooLarge
from prill.archive.codecs import Codec, compress
from prill.archive.tar import walk
from prill.distro.deb.package import DebPackage, DigestMismatch, InvalidDeb, SizeMismatch, read_deb
from prill.errors import PrillError

CONTROL = b"Package: hello\nVersion: 2.10-3\nArchitecture: amd64\n"


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": lambda data: compress(data, Codec.GZIP),
    ".xz": lzma.compress,
    ".zst": lambda data: compress(data, Codec.ZSTD),
    ".bz2": bz2.compress,
    ".lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
}


def tar(files: dict[str, bytes | None]) -> bytes:
    """Write a small tar; None is a directory."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.type = tarfile.DIRTYPE if content is None else tarfile.REGTYPE
            info.size = len(content or b"")
            archive.addfile(info, io.BytesIO(content or b""))
    return buffer.getvalue()


CONTROL_TAR = tar({"./": None, "./control": CONTROL})
DATA_TAR = tar({"./": None, "./usr": None, "./usr/hello": b"hello, world"})


def member(name: str, body: bytes, mtime: int = 1700000000) -> bytes:
    header = f"{name:<16}{mtime:<12}{0:<6}{0:<6}{100644:<8}{len(body):<10}`\n".encode()
    return header + body + b"\n" * (len(body) & 1)


FORMAT = member("debian-binary", b"2.0\n")
CONTROL_MEMBER = member("control.tar", CONTROL_TAR)
DATA_MEMBER = member("data.tar", DATA_TAR)


def ar(*members: bytes) -> bytes:
    return b"!<arch>\n" + b"".join(members)


def opened(data: bytes, **options: object) -> DebPackage:
    return read_deb(io.BytesIO(data), **options)


def test_a_package():
    control = {
        "./": None,
        "./control": CONTROL,
        "./md5sums": b"0123  usr/hello\n",
        "./conffiles": b"/etc/hello.conf\n/etc/hello.d/a\nremove-on-upgrade /etc/gone\n",
        "./postrm": b"#!/bin/sh\nrm\n",
        "./config": b"#!/bin/sh\nconfig\n",
        "./preinst": b"#!/bin/sh\npre\n",
        "./postinst": b"#!/bin/sh\npost\n",
        "./triggers": b"activate-noawait ldconfig\n",
        "./shlibs": b"libhello 1 libhello1\n",
    }
    assert opened(ar(FORMAT, member("control.tar", tar(control)), DATA_MEMBER)) == DebPackage(
        built=1700000000,
        control=CONTROL,
        md5sums=b"0123  usr/hello\n",
        conffiles=("/etc/hello.conf", "/etc/hello.d/a"),
        scripts=(
            ("preinst", b"#!/bin/sh\npre\n"),
            ("postinst", b"#!/bin/sh\npost\n"),
            ("postrm", b"#!/bin/sh\nrm\n"),
            ("config", b"#!/bin/sh\nconfig\n"),
        ),
        triggers=b"activate-noawait ldconfig\n",
        data=DATA_TAR,
    )


def test_the_least_a_package_has():
    package = opened(ar(FORMAT, CONTROL_MEMBER, DATA_MEMBER))
    assert (package.md5sums, package.conffiles, package.scripts, package.triggers) == (b"", (), (), b"")
    assert [entry.stat.path for entry in walk(package.data)] == ["", "usr", "usr/hello"]


@pytest.mark.parametrize(("suffix", "pack"), PACKERS.items())
def test_every_way_to_compress(suffix: str, pack: Callable[[bytes], bytes]):
    control = member(f"control.tar{suffix}", pack(CONTROL_TAR))
    data = member(f"data.tar{suffix}", pack(DATA_TAR))
    assert opened(ar(FORMAT, control, data)) == opened(ar(FORMAT, CONTROL_MEMBER, DATA_MEMBER))


def test_what_deb5_wants_to_be_ignored():
    plain = ar(FORMAT, CONTROL_MEMBER, DATA_MEMBER)
    later = member("debian-binary", b"2.7\nwhatever\n")
    extra = ar(
        later,
        member("_a", b"x"),
        CONTROL_MEMBER,
        member("_b", b"y"),
        DATA_MEMBER,
        member("_gpgorigin", b"z"),
        member("new", b""),
    )
    assert opened(extra) == opened(plain)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ((), "no member 'debian-binary'"),
        ((FORMAT,), "no member 'control.tar'"),
        ((FORMAT, CONTROL_MEMBER), "no member 'data.tar'"),
        ((FORMAT, DATA_MEMBER), "'data.tar' is there twice or in the wrong place"),
        ((CONTROL_MEMBER, FORMAT, DATA_MEMBER), "'control.tar' is there twice or in the wrong place"),
        ((FORMAT, DATA_MEMBER, CONTROL_MEMBER), "'data.tar' is there twice or in the wrong place"),
        ((FORMAT, CONTROL_MEMBER, DATA_MEMBER, DATA_MEMBER), "'data.tar' is there twice"),
        ((FORMAT, CONTROL_MEMBER, DATA_MEMBER, member("data.tar.xz", b"")), "'data.tar.xz' is there twice"),
        ((FORMAT, CONTROL_MEMBER, CONTROL_MEMBER, DATA_MEMBER), "'control.tar' is there twice"),
        ((FORMAT, FORMAT, CONTROL_MEMBER, DATA_MEMBER), "'debian-binary' is there twice"),
        ((FORMAT, member("other", b""), CONTROL_MEMBER, DATA_MEMBER), "'other' stands where 'control.tar' should"),
        ((member("_first", b""), FORMAT, CONTROL_MEMBER, DATA_MEMBER), "'_first' stands where 'debian-binary' should"),
        ((member("debian-binary", b"3.0\n"), CONTROL_MEMBER, DATA_MEMBER), "format 3.0 is not known"),
        ((member("debian-binary", b"0.939000\n"), CONTROL_MEMBER, DATA_MEMBER), "not a format version"),
        ((member("debian-binary", b""), CONTROL_MEMBER, DATA_MEMBER), "not a format version"),
        ((member("debian-binary", b"2.0"), CONTROL_MEMBER, DATA_MEMBER), "not a format version"),
        (
            (FORMAT, member("control.tar.Z", b""), DATA_MEMBER),
            "'control.tar.Z' is compressed in a way that is not known",
        ),
        ((FORMAT, CONTROL_MEMBER, member("data.tar.br", b"")), "'data.tar.br' is compressed"),
        ((FORMAT, CONTROL_MEMBER, member("data.tar.xz", DATA_TAR)), "not valid xz"),
        ((FORMAT, CONTROL_MEMBER, member("data.tar.gz", b"")), "empty stream is not gzip"),
        ((FORMAT, member("control.tar", b""), DATA_MEMBER), "without the two blocks that mark its end"),
        ((FORMAT, member("control.tar", tar({})), DATA_MEMBER), "no file 'control'"),
        ((FORMAT, member("control.tar", tar({"./control": b""})), DATA_MEMBER), "no file 'control'"),
        ((FORMAT, member("control.tar", tar({"./control": None})), DATA_MEMBER), "'control' is a directory"),
        ((FORMAT, member("control.tar", tar({"./../control": b"x"})), DATA_MEMBER), "out of the root"),
        ((FORMAT, member("control.tar", tar({"/control": b"x"})), DATA_MEMBER), "absolute"),
        ((FORMAT, CONTROL_MEMBER, DATA_MEMBER, b"trailing junk"), "inside a header"),
        ((FORMAT, CONTROL_MEMBER, DATA_MEMBER, b"trailing junk" * 10), "not an ar header"),
    ],
)
def test_what_is_no_package(members: tuple[bytes, ...], message: str):
    with pytest.raises(InvalidDeb, match=message):
        opened(ar(*members))


def test_a_control_file_twice():
    twice = CONTROL_TAR[:1536] + tar({"control": b"Package: other\n"})
    with pytest.raises(InvalidDeb, match="'control' is there twice"):
        opened(ar(FORMAT, member("control.tar", twice), DATA_MEMBER))


def test_truncated_at_every_byte():
    whole = ar(FORMAT, CONTROL_MEMBER, DATA_MEMBER)
    assert opened(whole)
    for size in (*range(0, len(whole), 97), len(whole) - 1):
        with pytest.raises(InvalidDeb):
            opened(whole[:size])


def test_the_file_is_named(tmp_path: Path):
    path = tmp_path / "hello_2.10-3_amd64.deb"
    path.write_bytes(b"<html>404</html>")
    with pytest.raises(InvalidDeb, match=r"hello_2.10-3_amd64\.deb: not an ar archive: it begins with b'<html>40'"):
        read_deb(path)
    with path.open("rb") as stream, pytest.raises(InvalidDeb, match=r"hello_2.10-3_amd64.deb: "):
        read_deb(stream)
    with pytest.raises(InvalidDeb, match="the package: "):
        opened(b"")


def test_verified(tmp_path: Path):
    data = ar(FORMAT, CONTROL_MEMBER, DATA_MEMBER)
    path = tmp_path / "hello.deb"
    path.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    assert read_deb(path, expected_sha256=digest, expected_size=len(data)) == opened(data)


def test_another_size():
    data = ar(FORMAT, CONTROL_MEMBER, DATA_MEMBER)
    with pytest.raises(SizeMismatch, match=f"has {len(data)} bytes, expected {len(data) + 1}") as caught:
        opened(data, expected_size=len(data) + 1)
    assert caught.value.hint
    with pytest.raises(SizeMismatch, match=f"has more bytes, expected {len(data) - 1}"):
        opened(data, expected_size=len(data) - 1)
    with pytest.raises(SizeMismatch):
        opened(b"", expected_size=1)


def test_another_digest():
    data = ar(FORMAT, CONTROL_MEMBER, DATA_MEMBER)
    digest = hashlib.sha256(data).hexdigest()
    changed = bytearray(data)
    changed[-600] ^= 1
    with pytest.raises(DigestMismatch, match=digest):
        opened(bytes(changed), expected_sha256=digest, expected_size=len(data))


def test_nothing_is_parsed_before_it_is_verified():
    # Were this looked at first, the error would be about an ar archive.
    with pytest.raises(DigestMismatch):
        opened(b"no ar archive", expected_sha256="0" * 64)


def test_an_endless_stream_is_left():
    class Endless(io.RawIOBase):
        given = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:
            self.given += len(buffer)
            return len(buffer)

    stream = Endless()
    with pytest.raises(SizeMismatch, match="more bytes, expected 5000"):
        read_deb(stream, expected_size=5000)
    assert stream.given == 5001
    with pytest.raises(OutputTooLarge):
        read_deb(Endless(), limits=Limits(max_total_size=5000))
    with pytest.raises(OutputTooLarge, match="5001 bytes, 5000 are allowed"):
        read_deb(Endless(), expected_size=5001, limits=Limits(max_total_size=5000))


def test_a_bomb():
    bomb = compress(bytes(16 << 20), Codec.ZSTD) * 640  # 10 GiB in all
    with pytest.raises(InvalidDeb, match="unpack to") as caught:
        opened(ar(FORMAT, CONTROL_MEMBER, member("data.tar.zst", bomb)))
    assert isinstance(caught.value.__cause__, BoundExceeded)
    assert caught.value.hint


def test_a_pipe_that_delivers_in_pieces():
    data = ar(FORMAT, CONTROL_MEMBER, DATA_MEMBER)
    reader, writer = os.pipe()

    def feed() -> None:
        with os.fdopen(writer, "wb", buffering=0) as end:
            for at in range(0, len(data), 700):
                end.write(data[at : at + 700])

    thread = threading.Thread(target=feed)
    thread.start()
    with os.fdopen(reader, "rb", buffering=0) as stream:
        package = read_deb(stream, expected_sha256=hashlib.sha256(data).hexdigest(), expected_size=len(data))
    thread.join()
    assert package == opened(data)


def test_many_at_once():
    data = ar(FORMAT, CONTROL_MEMBER, member("data.tar.gz", compress(DATA_TAR, Codec.GZIP)))
    expected = opened(data)
    with ThreadPoolExecutor(4) as pool:
        assert all(package == expected for package in pool.map(opened, [data] * 40))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 25_000), st.binary(min_size=1, max_size=20), st.booleans())
@example(at=68, change=b"3", cut=False)
def test_damaged_packages_are_packages_or_a_clear_error(at: int, change: bytes, cut: bool):  # noqa: FBT001 - drawn
    packed = compress(DATA_TAR, Codec.GZIP)
    data = bytearray(
        ar(FORMAT, member("control.tar.zst", compress(CONTROL_TAR, Codec.ZSTD)), member("data.tar.gz", packed))
    )
    at %= len(data)
    data[at : at + len(change)] = change
    with contextlib.suppress(PrillError):  # every other exception fails the test
        list(walk(opened(bytes(data[:at] if cut else data)).data))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_package_or_a_clear_error(data: bytes):
    for head in (b"", ar(), ar(FORMAT), ar(FORMAT, CONTROL_MEMBER)):
        with pytest.raises(PrillError):
            opened(head + data)
