"""A folder as a root file system: what its entries say of themselves."""

import os
from pathlib import Path

import pytest

from prill.model import FileKind
from prill.oci.folder import open_folder

NET_RAW = bytes.fromhex("0100000200200000000000000000000000000000")
ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give capabilities")


@ROOT
def test_a_programs_capabilities_are_read(tmp_path: Path):
    for name, mode in (("ping", 0o755), ("notes", 0o644), ("plain", 0o755)):
        (tmp_path / name).write_bytes(b"x")
        (tmp_path / name).chmod(mode)
    for name in ("ping", "notes"):
        os.setxattr(tmp_path / name, "security.capability", NET_RAW)
    (tmp_path / "link").symlink_to("ping")
    with open_folder(tmp_path) as tree:
        found = {stat.path: stat.xattrs for stat in tree.walk()}
        assert found == {"ping": (("security.capability", NET_RAW),), "notes": (), "plain": (), "link": ()}
        assert tree.gaps == ()


def test_whatever_has_several_names_is_one_entry(tmp_path: Path):
    (tmp_path / "a").symlink_to("nowhere")
    os.link(tmp_path / "a", tmp_path / "b", follow_symlinks=False)
    os.mkfifo(tmp_path / "c")
    os.link(tmp_path / "c", tmp_path / "d")
    with open_folder(tmp_path) as tree:
        found = {stat.path: (stat.kind, stat.link) for stat in tree.walk()}
    assert found == {
        "a": (FileKind.SYMLINK, "nowhere"),
        "b": (FileKind.HARDLINK, "a"),
        "c": (FileKind.FIFO, ""),
        "d": (FileKind.HARDLINK, "c"),
    }
