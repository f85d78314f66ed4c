"""Only regular files are opened, and nothing is ever waited for."""

import errno
import os
import socket
from pathlib import Path

import pytest

from prill._io.regular import NotRegular, open_regular, read_regular


def test_a_file_and_a_link_to_it(tmp_path: Path):
    (tmp_path / "f").write_bytes(b"12345")
    (tmp_path / "l").symlink_to("f")
    with open_regular(tmp_path / "l") as stream:
        assert stream.read() == b"12345"
    assert read_regular(tmp_path / "f", 5) == b"12345"
    assert read_regular(tmp_path / "f", 3) == b"1234"


def test_a_pipe_that_nobody_writes_to(tmp_path: Path):
    os.mkfifo(tmp_path / "p")
    with pytest.raises(NotRegular) as caught:
        open_regular(tmp_path / "p")
    assert (caught.value.strerror, caught.value.filename) == ("Is a pipe, not a regular file", str(tmp_path / "p"))


def test_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("s")
        with pytest.raises(NotRegular, match="Is a socket"):
            open_regular(Path("s"))


def test_devices_and_folders(tmp_path: Path):
    for path, says in ((Path("/dev/null"), "Is a device"), (Path("/dev/zero"), "Is a device"), (tmp_path, "directory")):
        with pytest.raises(NotRegular, match=says):
            open_regular(path)


@pytest.mark.parametrize(
    ("name", "number"), [("none", errno.ENOENT), ("a\0b", errno.ENOENT), ("x" * 300, errno.ENAMETOOLONG)]
)
def test_what_cannot_be_there(tmp_path: Path, name: str, number: int):
    with pytest.raises(OSError, match=r".") as caught:
        open_regular(tmp_path / name)
    assert caught.value.errno == number
