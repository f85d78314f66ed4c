"""What hadolint refuses has DL1000, and ends ``prill lint --hadolint`` in 1; what BuildKit alone refuses does not."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from refused_dockerfiles import BOTH, BUILDKIT, EMPTY, whole

pytestmark = pytest.mark.compat

PRILL = [str(Path(sys.executable).parent / "prill"), "lint", "--allow-gaps", "--hadolint"]


def unread(command: list[str], folder: Path) -> tuple[int, set[str]]:
    """Return the exit code, and the files with DL1000."""
    names = sorted(path.name for path in folder.iterdir())
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [*command, "-f", "json", "-t", "error", *names], cwd=folder, capture_output=True, check=False, env=environment
    )
    return done.returncode, {one["file"] for one in json.loads(done.stdout) if one["code"] == "DL1000"}


@pytest.mark.parametrize(("texts", "code"), [(BOTH, 1), (EMPTY, 1), (BUILDKIT, 0)], ids=["both", "empty", "buildkit"])
def test_the_same_files_cannot_be_read(tmp_path: Path, texts: list[str], code: int):
    program = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if program is None:
        pytest.skip("hadolint is not installed")
    folder = tmp_path / "files"
    folder.mkdir()
    for number, text in enumerate(texts):
        (folder / f"{number:03}").write_text(f"{whole(text)}\n", encoding="utf-8")
    theirs, ours = unread([program], folder), unread(PRILL, folder)
    assert ours[1] == theirs[1] == ({path.name for path in folder.iterdir()} if code else set())
    if code:
        assert ours[0] == theirs[0] == code
