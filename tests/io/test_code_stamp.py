import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import prill

SOURCE = Path(prill.__file__).parent


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A Prill of a few modules and a table, which can be changed."""
    for name in ("__init__.py", "_io/__init__.py", "_io/code_stamp.py", "model/__init__.py", "model/hashes.py"):
        target = tmp_path / "prill" / name
        target.parent.mkdir(exist_ok=True)
        shutil.copy(SOURCE / name, target)
    (tmp_path / "prill" / "table.toml").write_text("a = 1\n")
    return tmp_path / "prill"


def stamp(package: Path) -> str:
    program = "from prill._io.code_stamp import code_stamp; print(code_stamp())"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=package.parent, capture_output=True, text=True, check=True
    )
    return ran.stdout.strip()


def test_it_stays_while_the_code_does(package: Path):
    before = stamp(package)
    assert len(before) == 64
    assert stamp(package) == before


def test_it_is_made_without_what_hashes_large_things():
    program = "import sys; from prill._io.code_stamp import code_stamp; code_stamp(); print('hashlib' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


def test_what_is_no_code_does_not_count(package: Path):
    before = stamp(package)
    (package / "README.md").write_text("more")
    (package / "__pycache__").mkdir(exist_ok=True)
    (package / "__pycache__" / "made.py").write_text("")
    (package / "itself").symlink_to(package)
    assert stamp(package) == before


def test_a_file_of_another_size_time_or_name_counts(package: Path):
    seen = {stamp(package)}
    table = package / "table.toml"
    table.write_text("a = 12\n")
    seen.add(stamp(package))
    os.utime(table, ns=(1, 1))
    seen.add(stamp(package))
    table.rename(package / "_io" / "table.toml")
    seen.add(stamp(package))
    (package / "_io" / "table.json").write_text("{}")
    seen.add(stamp(package))
    (package / "_io" / "table.json").unlink()
    assert len(seen) == 5
