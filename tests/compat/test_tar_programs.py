"""GNU tar and bsdtar read what is written here, and what GNU tar writes is read here, line by line the same."""

import datetime as dt
import io
import os
import shutil
import stat as filemode
import subprocess
from pathlib import Path

import pytest

from prill.archive.tar import TarEntry, UnsupportedEntry, read_stream, walk
from prill.archive.tar_writer import END, entry_header, padding
from prill.model import FileKind, FileStat

pytestmark = pytest.mark.compat

LETTERS = {
    FileKind.FILE: "-",
    FileKind.DIRECTORY: "d",
    FileKind.SYMLINK: "l",
    FileKind.HARDLINK: "h",
    FileKind.CHARACTER_DEVICE: "c",
    FileKind.BLOCK_DEVICE: "b",
    FileKind.FIFO: "p",
}
DEEP = "/".join(["a-folder-with-a-name"] * 6)
ENTRIES = (
    (FileStat(path="", kind=FileKind.DIRECTORY, mode=0o755, mtime=1), b""),
    (FileStat(path="usr", kind=FileKind.DIRECTORY, mode=0o755, mtime=1700000000), b""),
    (FileStat(path="usr/su", kind=FileKind.FILE, mode=0o4755, uid=0, gid=42, size=5, mtime=1700000001), b"12345"),
    (FileStat(path="usr/empty", kind=FileKind.FILE, mode=0o640, uid=65532, gid=65532), b""),
    (FileStat(path="usr/hard", kind=FileKind.HARDLINK, mode=0o4755, link="usr/su"), b""),
    (FileStat(path="usr/soft", kind=FileKind.SYMLINK, mode=0o777, link="../etc/x"), b""),
    (FileStat(path="tmp", kind=FileKind.DIRECTORY, mode=0o1777), b""),
    (FileStat(path="dev/null", kind=FileKind.CHARACTER_DEVICE, mode=0o666, device=(1, 3)), b""),
    (FileStat(path="dev/sda", kind=FileKind.BLOCK_DEVICE, mode=0o660, gid=6, device=(8, 0)), b""),
    (FileStat(path="run/fifo", kind=FileKind.FIFO, mode=0o600), b""),
    (FileStat(path=f"{DEEP}/split", kind=FileKind.FILE, mode=0o644, size=513), b"x" * 513),
    (FileStat(path=f"{DEEP}/{'n' * 120}", kind=FileKind.FILE, mode=0o644, size=1), b"y"),
    (FileStat(path="zürich/straße", kind=FileKind.SYMLINK, mode=0o777, link="größe" * 30), b""),
    (FileStat(path="late", kind=FileKind.FILE, mode=0o600, uid=3_000_000, gid=4_000_000, mtime=8**11), b""),
    (
        FileStat(path="ping", kind=FileKind.FILE, mode=0o755, size=4, xattrs=(("security.capability", b"\1\0\0\2"),)),
        b"ping",
    ),
)


def written() -> bytes:
    return b"".join(entry_header(one) + body + padding(len(body)) for one, body in ENTRIES) + END


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def gnu_listing(data: bytes) -> list[str]:
    """List an archive with GNU tar, a line an entry."""
    options = ["--utc", "--full-time", "--numeric-owner", "--quoting-style=literal", "--absolute-names"]
    command = [program("tar"), *options, "-tvf", "-"]
    lines = subprocess.run(command, input=data, capture_output=True, check=True).stdout.split(b"\n")
    return [" ".join(line.decode("utf-8", "surrogateescape").split()) for line in lines if line]


def our_listing(entries: list[TarEntry]) -> list[str]:
    """Write the same lines from what was read here."""
    lines = []
    for one in entries:
        stat = one.stat
        letter = LETTERS[stat.kind]
        mode = letter + filemode.filemode(stat.mode)[1:]
        size = f"{stat.device[0]},{stat.device[1]}" if letter in "cb" else stat.size
        time = dt.datetime.fromtimestamp(stat.mtime, dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
        link = {"l": f" -> {stat.link}", "h": f" link to {stat.link}"}.get(letter, "")
        lines.append(f"{mode} {stat.uid}/{stat.gid} {size} {time} {one.name}{link}")
    return lines


def test_gnu_tar_lists_what_is_written_here():
    data = written()
    ours = our_listing(list(walk(data)))
    assert len(ours) == len(ENTRIES)
    assert gnu_listing(data) == ours


def test_gnu_tar_unpacks_what_is_written_here(tmp_path: Path):
    plain = [(one, body) for one, body in ENTRIES if one.kind not in {FileKind.CHARACTER_DEVICE, FileKind.BLOCK_DEVICE}]
    data = b"".join(entry_header(one) + body + padding(len(body)) for one, body in plain) + END
    options = ["--no-same-owner", "--preserve-permissions", "--warning=no-unknown-keyword"]
    subprocess.run([program("tar"), *options, "-C", tmp_path, "-xf", "-"], input=data, check=True, capture_output=True)
    for one, body in plain:
        path = tmp_path / one.path
        if one.kind is FileKind.FILE:
            assert path.read_bytes() == body
            assert path.stat().st_mode & 0o777 == one.mode & 0o777
            assert path.stat().st_mtime == one.mtime
        elif one.kind is FileKind.SYMLINK:
            assert str(path.readlink()) == one.link
        elif one.kind is FileKind.HARDLINK:
            assert path.samefile(tmp_path / one.link)


def test_gnu_tar_sees_the_extended_attributes():
    command = [program("tar"), "--xattrs", "--xattrs-include=*", "-tvvf", "-"]
    listing = subprocess.run(command, input=written(), capture_output=True, check=True).stdout.decode()
    assert "x: 4 security.capability" in listing


def test_bsdtar_lists_what_is_written_here():
    command = [program("bsdtar"), "-tvf", "-"]
    result = subprocess.run(
        command, input=written(), capture_output=True, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"}
    )
    lines = result.stdout.decode().splitlines()
    assert not result.stderr
    assert len(lines) == len(ENTRIES)
    for line, (one, _) in zip(lines, ENTRIES, strict=True):
        columns = line.split()
        assert columns[2:4] == [str(one.uid), str(one.gid)]
        assert f" {one.path or './'}" in line
        assert line.endswith(one.link)
        if one.kind is FileKind.FILE:
            assert columns[4] == str(one.size)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with everything that can be made without being root."""
    root = tmp_path / "root"
    deep = root / DEEP / ("n" * 120)
    deep.mkdir(parents=True)
    (deep / "file").write_bytes(b"content" * 200)
    (root / "empty").touch()
    (root / "hard").hardlink_to(deep / "file")
    (root / "soft").symlink_to("../" * 60 + "target")
    (root / "zürich").write_bytes(b"z")
    (root / os.fsdecode(b"caf\xe9")).write_bytes(b"c")
    (root / "new\nline").touch()
    os.mkfifo(root / "fifo")
    for path in (deep, root / "empty", root):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return root


@pytest.mark.parametrize("form", ["gnu", "oldgnu", "pax", "posix"])
def test_what_gnu_tar_writes_is_read_here(folder: Path, form: str):
    command = [program("tar"), f"--format={form}", "--sort=name", "-C", folder, "-cf", "-", "."]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    entries = list(walk(data))
    found = {one.stat.path: one for one in entries}
    on_disk = {os.path.relpath(path, folder) for path in (folder, *folder.rglob("*"))}
    assert {path or "." for path in found} == on_disk
    for path, one in found.items():
        seen = (folder / path).lstat()
        assert (one.stat.mode, one.stat.uid, one.stat.gid) == (seen.st_mode & 0o7777, seen.st_uid, seen.st_gid)
        assert one.stat.mtime == int(seen.st_mtime)
        if one.stat.kind is FileKind.FILE:
            assert data[one.offset : one.offset + one.stat.size] == (folder / path).read_bytes()
        elif one.stat.kind is FileKind.SYMLINK:
            assert one.stat.link == str((folder / path).readlink())
    hard = [one.stat.path for one in entries if one.stat.kind is FileKind.HARDLINK]
    assert len(hard) == 1
    streamed = [(one, body.read()) for one, body in read_stream(io.BytesIO(data))]
    assert [one for one, _ in streamed] == entries


@pytest.mark.parametrize("form", ["v7", "ustar"])
def test_the_older_forms(tmp_path: Path, form: str):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "file").write_bytes(b"content")
    (tmp_path / "d" / "hard").hardlink_to(tmp_path / "d" / "file")
    (tmp_path / "d" / "soft").symlink_to("file")
    command = [program("tar"), f"--format={form}", "--sort=name", "-C", tmp_path, "-cf", "-", "d"]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    kinds = [(one.stat.path, one.stat.kind, one.stat.link) for one in walk(data)]
    assert kinds == [
        ("d", FileKind.DIRECTORY, ""),
        ("d/file", FileKind.FILE, ""),
        ("d/hard", FileKind.HARDLINK, "d/file"),
        ("d/soft", FileKind.SYMLINK, "file"),
    ]


@pytest.mark.parametrize("form", ["gnu", "pax"])
def test_a_sparse_file_is_refused(tmp_path: Path, form: str):
    with (tmp_path / "sparse").open("wb") as file:
        file.seek(1 << 20)
        file.write(b"end")
    command = [program("tar"), "--sparse", f"--format={form}", "-C", tmp_path, "-cf", "-", "sparse"]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    with pytest.raises(UnsupportedEntry, match="sparse"):
        list(walk(data))
