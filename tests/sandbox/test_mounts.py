import os
from pathlib import Path

import pytest

from prill.sandbox.command import SandboxFailed
from prill.sandbox.mounts import MountKind, make_mount_points, plan_mounts
from prill.sandbox.scratch import copy_root


def test_a_read_only_root_is_put_together_from_its_top(tmp_path: Path):
    for name in ("usr", "etc", "proc", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "bin").symlink_to("usr/bin")
    (tmp_path / "dev").symlink_to("/elsewhere")
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "fifo")
    plan = plan_mounts(tmp_path, writable=False, scratch=1000)
    assert [(step.kind.value, step.target) for step in plan] == [
        ("symlink", "/bin"),
        ("read-only-bind", "/etc"),
        ("read-only-bind", "/file"),
        ("read-only-bind", "/usr"),
        ("tmpfs", "/tmp"),
        ("proc", "/proc"),
        ("dev", "/dev"),
        ("tmpfs", "/dev/shm"),
        ("lock", "/"),
    ]
    assert plan[0].source == "usr/bin"
    assert not plan[2].folder
    assert plan[4].size == 1000


def test_a_writable_root_is_the_folder_itself(tmp_path: Path):
    plan = plan_mounts(tmp_path, writable=True, scratch=1000)
    assert (plan[0].kind, plan[0].target, plan[0].source) == (MountKind.BIND, "/", str(tmp_path))
    assert "/tmp" not in {step.target for step in plan}
    assert MountKind.LOCK not in {step.kind for step in plan}


def test_a_root_that_cannot_be_read_is_named(tmp_path: Path):
    with pytest.raises(SandboxFailed, match="No such file"):
        plan_mounts(tmp_path / "nope", writable=False, scratch=1)


def test_mount_points_replace_what_is_no_folder(tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o755)
    root = tmp_path / "root"
    root.mkdir()
    (root / "tmp").symlink_to(outside)
    (root / "proc").touch()
    make_mount_points(root)
    assert [(root / name).is_dir() and not (root / name).is_symlink() for name in ("tmp", "proc", "dev")] == [True] * 3
    assert outside.stat().st_mode & 0o7777 == 0o755
    assert (root / "tmp").stat().st_mode & 0o7777 == 0o1777


def test_a_copy_is_like_its_source(tmp_path: Path):
    root = tmp_path / "root"
    (root / "deep/er").mkdir(parents=True)
    (root / "deep/er/file").write_text("content")
    (root / "deep/er/file").chmod(0o640)
    (root / "deep/er").chmod(0o555)
    (root / "link").symlink_to("/etc/passwd")
    (root / "to-folder").symlink_to("deep")
    os.mkfifo(root / "fifo")
    copy = copy_root(root, tmp_path / "copy")
    assert (copy / "deep/er/file").read_text() == "content"
    assert (copy / "deep/er/file").stat().st_mode & 0o7777 == 0o640
    assert (copy / "deep/er").stat().st_mode & 0o7777 == 0o555
    assert str((copy / "link").readlink()) == "/etc/passwd"
    assert (copy / "to-folder").is_symlink()
    assert not (copy / "fifo").exists()
    (copy / "deep/er").chmod(0o755)
    (copy / "deep/er/file").write_text("changed")
    assert (root / "deep/er/file").read_text() == "content"


def test_a_copy_onto_something_is_refused(tmp_path: Path):
    (tmp_path / "root").mkdir()
    (tmp_path / "copy").mkdir()
    with pytest.raises(SandboxFailed, match="cannot copy"):
        copy_root(tmp_path / "root", tmp_path / "copy")


def test_a_huge_sparse_file_is_not_copied(tmp_path: Path):
    root = tmp_path / "root"
    root.mkdir()
    with (root / "huge").open("wb") as file:
        file.truncate(9 << 30)
    with pytest.raises(SandboxFailed, match="too large to copy"):
        copy_root(root, tmp_path / "copy")
