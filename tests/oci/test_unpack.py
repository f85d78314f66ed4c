import os
import stat as modes
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

import pytest

from images import Entry, file, folder, hardlink, image_of, stat, symlink
from prill.model import FileKind, Gap
from prill.oci.rootfs import ImageTree
from prill.oci.store import BlobNotFound
from prill.oci.unpack import DestinationNotEmpty, unpack

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may change owners and make devices")


def unpacked(path: Path, *layers: list[Entry], privileged: bool | None = None) -> tuple[Gap, ...]:
    with ImageTree(image_of(*layers).image) as tree:
        return unpack(tree, path, privileged=privileged)


def test_files_folders_and_links_are_written(tmp_path: Path):
    entries = [
        folder("usr", mode=0o755, mtime=1000),
        folder("usr/bin", mode=0o711, mtime=2000),
        file("usr/bin/tool", b"\x7fELF" + bytes(3 << 20), mode=0o755, mtime=3000),
        hardlink("usr/bin/same", "usr/bin/tool"),
        symlink("bin", "usr/bin"),
        file("usr-x", "beside"),
    ]
    unpacked(tmp_path / "root", entries, privileged=False)
    root = tmp_path / "root"
    assert sorted(path.relative_to(root).as_posix() for path in root.rglob("*")) == [
        "bin",
        "usr",
        "usr-x",
        "usr/bin",
        "usr/bin/same",
        "usr/bin/tool",
    ]
    assert (root / "bin").readlink() == Path("usr/bin")
    assert (root / "usr/bin/tool").stat().st_size == 4 + (3 << 20)
    assert (root / "usr/bin/tool").stat().st_ino == (root / "usr/bin/same").stat().st_ino
    assert modes.S_IMODE((root / "usr/bin").stat().st_mode) == 0o711
    times = [(root / name).stat().st_mtime for name in ("usr", "usr/bin", "usr/bin/tool")]
    assert times == [1000, 2000, 3000]
    assert (root / "bin").lstat().st_mtime == 1_700_000_000


def test_nothing_is_written_through_a_symlink(tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    layers = [
        [symlink("evil", str(outside)), symlink("up", "../outside")],
        [file("evil/file", "x"), file("up/file", "x")],
    ]
    unpacked(tmp_path / "root", *layers, privileged=False)
    assert list(outside.iterdir()) == []
    assert (tmp_path / "root" / "outside/file").read_text() == "x"
    assert (tmp_path / "root" / "evil").readlink() == outside


def test_the_destination_must_be_new(tmp_path: Path):
    (tmp_path / "something").write_text("x")
    with pytest.raises(DestinationNotEmpty):
        unpacked(tmp_path, [file("a")])
    assert [path.name for path in tmp_path.iterdir()] == ["something"]


def test_what_was_begun_is_removed_when_it_fails(tmp_path: Path):
    class Broken(ImageTree):
        def open(self, path: str) -> BinaryIO:
            if path == "b":
                raise BlobNotFound("gone")
            return super().open(path)

    with Broken(image_of([file("a", "1"), file("b", "2")]).image) as tree, pytest.raises(BlobNotFound):
        unpack(tree, tmp_path / "root")
    assert not (tmp_path / "root").exists()


def test_what_only_root_can_do_is_told(tmp_path: Path):
    device = stat("null", FileKind.CHARACTER_DEVICE, mode=0o666, device=(1, 3))
    fifo = stat("pipe", FileKind.FIFO, mode=0o640)
    entries = [file("a", "x", uid=os.geteuid() + 1, mode=0o4755), (device, b""), (fifo, b"")]
    gaps = unpacked(tmp_path / "root", entries, privileged=False)
    assert [gap.subject for gap in gaps] == ["null", "owners"]
    assert modes.S_ISFIFO((tmp_path / "root/pipe").stat().st_mode)
    assert modes.S_IMODE((tmp_path / "root/pipe").stat().st_mode) == 0o640
    assert not (tmp_path / "root/null").exists()


@ROOT
def test_root_keeps_owners_devices_and_attributes(tmp_path: Path):
    capability = bytes.fromhex("0100000200040000000000000000000000000000")
    entries = [
        folder("home", uid=65532, gid=65532, mode=0o700),
        file("home/f", "x", uid=65532, gid=65532, mode=0o6755, xattrs=(("security.capability", capability),)),
        (stat("null", FileKind.CHARACTER_DEVICE, mode=0o666, device=(1, 3)), b""),
        (stat("link", FileKind.SYMLINK, mode=0o777, link="home", uid=5), b""),
        folder("", mode=0o711, uid=9),
    ]
    gaps = unpacked(tmp_path / "root", entries)
    assert gaps == ()
    root = tmp_path / "root"
    found = (root / "home/f").stat()
    assert (found.st_uid, found.st_gid, modes.S_IMODE(found.st_mode)) == (65532, 65532, 0o6755)
    assert os.getxattr(root / "home/f", "security.capability") == capability
    assert (root / "null").stat().st_rdev == os.makedev(1, 3)
    assert modes.S_IMODE((root / "null").stat().st_mode) == 0o666
    assert (root / "link").lstat().st_uid == 5
    assert (root.stat().st_uid, modes.S_IMODE(root.stat().st_mode)) == (9, 0o711)


@ROOT
def test_another_user_unpacks_closed_folders_too():
    """As a user who is not root: folders that nobody may write to are filled before they are closed."""
    script = (
        # What is imported when it is needed is imported here: where Python lies in root's home, others cannot read it.
        "import concurrent.futures.thread, hashlib, os, sys, tempfile; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from images import file, folder, image_of\n"
        "from prill.oci.rootfs import ImageTree\n"
        "from prill.oci.unpack import unpack\n"
        "layer = [folder('closed', mode=0o500), file('closed/f', 'x', mode=0o400), folder('shut', mode=0)]\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "with ImageTree(image_of(layer).image) as tree:\n"
        "    print([gap.subject for gap in unpack(tree, Path(sys.argv[2]))])\n"
        "print(os.listdir(Path(sys.argv[2]) / 'closed'))\n"
    )
    tests = str(Path(__file__).resolve().parents[1])
    with tempfile.TemporaryDirectory() as target:  # pytest's own folders are closed to other users
        os.chown(target, 65534, 65534)
        done = subprocess.run(
            [sys.executable, "-c", script, tests, target], capture_output=True, text=True, check=False
        )
    assert done.stdout.splitlines() == ["['owners']", "['f']"], done.stderr
