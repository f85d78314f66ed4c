"""Programs of other Debian suites, unpacked beside the system and not into it."""

import fcntl
import shutil
import subprocess
from pathlib import Path

import pytest

from debs import fetch


def program(cache: Path, suite: str, package: str, name: str = "") -> Path:
    """Return the program ``name`` (the package's own, if empty) of a package; skip where that cannot be had."""
    if shutil.which("dpkg-deb") is None:
        pytest.skip("dpkg-deb is not installed")
    architecture = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout
    (deb,) = fetch(cache, suite, architecture.strip(), [package])
    root = cache / "programs" / suite / deb.stem
    with (cache / "apt" / f"{suite}-{package}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.is_dir():
            unfinished = root.with_name(f"{root.name}.tmp")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            subprocess.run(["dpkg-deb", "-x", deb, unfinished], check=True)
            unfinished.rename(root)
    found = root / "usr" / "bin" / (name or package)
    assert found.is_file(), f"{package} of {suite} has no program {found.name}"
    return found
