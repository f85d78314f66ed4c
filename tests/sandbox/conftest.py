"""A root with one statically linked program in it, and the back ends that whoever runs the tests may use."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from prill.sandbox.runner import BUILTIN, SandboxBackend

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

HERE = Path(__file__).parent
NOT_OURS = "userns" if os.geteuid() == 0 else "chroot"
BACKENDS = tuple(backend for backend in BUILTIN if backend.id != NOT_OURS)


@cache
def why_not(backend: SandboxBackend) -> str | None:
    """Ask once a run why ``backend`` does not work here."""
    return backend.available()


@pytest.fixture(scope="session")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program of ``tool.c``; a test that needs it skips where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler to make a program for the sandbox")
    binary = tmp_path_factory.mktemp("tool") / "tool"
    made = subprocess.run(
        [compiler, "-static", "-Os", "-o", binary, HERE / "tool.c"], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        pytest.skip(f"the C compiler cannot link statically: {made.stderr[-200:]}")
    return binary


@pytest.fixture
def root(tool: Path, tmp_path: Path) -> Path:
    """An unpacked image: no mount points, the program in ``/usr/bin``, ``/bin`` a link to there."""
    folder = tmp_path / "root"
    (folder / "usr" / "bin").mkdir(parents=True)
    (folder / "etc").mkdir()
    shutil.copy(tool, folder / "usr" / "bin" / "tool")
    (folder / "bin").symlink_to("usr/bin")
    (folder / "etc" / "public").write_text("public\n")
    (folder / "etc" / "secret").write_text("secret\n")
    (folder / "etc" / "secret").chmod(0o600)
    return folder


@pytest.fixture(params=BACKENDS, ids=lambda backend: backend.id)
def backend(request: pytest.FixtureRequest) -> SandboxBackend:
    """Each back end in turn that this user may use; skips where it does not work on this machine."""
    chosen: SandboxBackend = request.param
    reason = why_not(chosen)
    if reason is not None:
        pytest.skip(f"{chosen.id}: {reason}")
    return chosen
