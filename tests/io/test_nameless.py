import os
import subprocess
import sys
from pathlib import Path

import pytest

from prill._io.nameless import nameless_file


def test_it_holds_what_is_written_and_leaves_nothing(tmp_path: Path):
    with nameless_file(tmp_path) as file:
        file.write(b"kept aside")
        file.seek(5)
        assert file.read() == b"aside"
        assert os.fstat(file.fileno()).st_mode & 0o777 == 0o600
        assert not os.get_inheritable(file.fileno())
        assert os.fstat(file.fileno()).st_dev == tmp_path.stat().st_dev
        assert list(tmp_path.iterdir()) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("variable", ["TMPDIR", "TEMP", "TMP"])
def test_the_environment_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str):
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(tmp_path))
    with nameless_file() as file:
        assert Path(f"/proc/self/fd/{file.fileno()}").readlink().parent == tmp_path


def test_where_there_are_no_such_files_the_library_makes_one(tmp_path: Path):
    program = (
        "import os, pathlib, sys\ndel os.O_TMPFILE\nfrom prill._io.nameless import nameless_file\n"
        "file = nameless_file(pathlib.Path(sys.argv[1])); file.write(b'a'); print(os.listdir(sys.argv[1]))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_a_folder_that_is_not_there_is_an_error_and_a_variable_that_leads_nowhere_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(FileNotFoundError):
        nameless_file(tmp_path / "missing")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "missing"))
    with nameless_file() as file:
        assert file.write(b"a") == 1


def test_the_library_is_not_imported():
    program = (
        "import sys; from prill._io.nameless import nameless_file; nameless_file(); print('tempfile' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
