"""The advisory database is read, added to and written by one process at a time."""

import fcntl
import os
from pathlib import Path

import pytest

from advisories import osv, write_zip
from prill._io.http import Fetcher
from prill.api.database import import_files
from prill.errors import PrillError
from workshop import Workshop


class Another:
    """Another process, which tries to do the same while the database is being written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.refused: list[str] = []

    def update(self, what: str, _done: int, _total: int) -> None:
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.refused.append(what)
        finally:
            os.close(descriptor)


def test_what_is_added_meanwhile_is_not_lost(tmp_path: Path):
    another = Another(tmp_path)
    services = Workshop(tmp_path, []).services(Fetcher(), progress=another)
    import_files([write_zip(tmp_path / "PyPI.zip", osv("A-1"))], tmp_path / "a.db", services)
    assert another.refused == ["writing the database"]
    fcntl.flock(descriptor := os.open(tmp_path, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(descriptor)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")
    feed = write_zip(tmp_path / "PyPI.zip", osv("A-1"))
    with pytest.raises(PrillError, match="cannot write"):
        import_files([feed], tmp_path / "file" / "a.db", Workshop(tmp_path, []).services(Fetcher()))
