"""What the tests of archives need: a small one, and a place to serve it from."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from debian_archive import SmallDebian
from loopback import Loopback


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as running:
        yield running


@pytest.fixture
def debian(tmp_path: Path) -> SmallDebian:
    return SmallDebian(tmp_path)
