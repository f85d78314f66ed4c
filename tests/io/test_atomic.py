import errno
import fcntl
import os
import stat
import time
from pathlib import Path

import pytest

from prill._io.atomic import CannotWrite, open_atomic, sweep, write_atomic, writing


def test_a_file_is_written_and_replaced_whole(tmp_path: Path):
    target = tmp_path / "new" / "file"
    write_atomic(target, b"one")
    write_atomic(target, b"two", durable=False)
    assert target.read_bytes() == b"two"
    assert list(target.parent.iterdir()) == [target]


def test_the_umask_decides_about_the_mode(tmp_path: Path):
    write_atomic(tmp_path / "file", b"", mode=0o600)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path: Path):
    target = tmp_path / "file"
    write_atomic(target, b"old")
    with pytest.raises(ZeroDivisionError), open_atomic(target) as file:
        file.write(bytes(1 // 0))
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_the_target_is_not_touched_before_the_end(tmp_path: Path):
    target = tmp_path / "file"
    write_atomic(target, b"old")
    with open_atomic(target) as file:
        file.write(b"new")
        file.flush()
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"


def test_the_readers_own_errors_keep_their_names(tmp_path: Path):
    with pytest.raises(FileNotFoundError), open_atomic(tmp_path / "file"):
        (tmp_path / "absent").read_bytes()


def test_a_folder_in_the_way_is_an_error_with_the_files_name(tmp_path: Path):
    (tmp_path / "file" / "in-the-way").mkdir(parents=True)
    with pytest.raises(CannotWrite, match=r"cannot write .*file"):
        write_atomic(tmp_path / "file", b"")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_in_the_way_of_the_folder(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CannotWrite, match="folder"):
        write_atomic(tmp_path / "file" / "folder", b"")


def test_only_old_files_that_nobody_writes_are_swept(tmp_path: Path):
    now = int(time.time())
    for name, age in ((".tmp-old", 7200), (".tmp-young", 10), (".tmp-locked", 7200), ("other", 7200)):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (now - age, now - age))
    with (tmp_path / ".tmp-locked").open() as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        assert sweep(tmp_path, now=now) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [".tmp-locked", ".tmp-young", "other"]


def test_a_file_that_is_being_written_is_not_swept(tmp_path: Path):
    with open_atomic(tmp_path / "file") as file:
        file.write(b"x")
        assert sweep(tmp_path, now=int(time.time()), min_age=0) == 0
    assert (tmp_path / "file").read_bytes() == b"x"


def test_sweeping_what_is_not_there(tmp_path: Path):
    assert sweep(tmp_path / "absent", now=0) == 0


def test_a_symlink_is_no_leftover(tmp_path: Path):
    (tmp_path / "kept").write_bytes(b"x")
    (tmp_path / ".tmp-link").symlink_to("kept")
    assert sweep(tmp_path, now=int(time.time()) + 9999) == 0
    assert (tmp_path / "kept").exists()


@pytest.mark.parametrize("way", ["pipe", "link"])
def test_what_is_no_file_is_never_replaced(tmp_path: Path, way: str):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    before = (tmp_path / way).lstat()
    with pytest.raises(CannotWrite, match="no regular file"):
        write_atomic(tmp_path / way, b"data")
    assert (tmp_path / way).lstat() == before
    assert {one.name for one in tmp_path.iterdir()} == {"pipe", "link"}


def test_where_it_is_forbidden_to_write_there_is_advice(tmp_path: Path):
    with pytest.raises(CannotWrite, match="Read-only") as raised, writing(tmp_path / "file"):
        raise OSError(errno.EROFS, "Read-only file system")
    assert "XDG_CACHE_HOME" in str(raised.value.hint)
