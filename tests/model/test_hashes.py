"""What hashes small things is the same as what hashes large ones, and loads less."""

import hashlib
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.model.hashes import SMALL, hasher, sha256


@given(st.binary(max_size=300))
def test_the_same_hash(data: bytes):
    assert sha256(data) == sha256(memoryview(data)) == hashlib.sha256(data).digest()


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize("size", [None, 0, SMALL, SMALL + 1])
def test_every_size_and_kind(algorithm: str, size: int | None):
    code = (
        "import sys\nfrom prill.model.hashes import hasher\n"
        f"made = hasher({algorithm!r}, {size})\nmade.update(b'a')\nmade.update(memoryview(b'bc'))\n"
        "print(made.hexdigest(), 'hashlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    small = algorithm != "sha512" and size in (0, SMALL)
    assert done.stdout.split() == [hashlib.new(algorithm, b"abc").hexdigest(), str(not small)]


def test_what_is_loaded_is_used():
    assert type(hasher("sha256", 1)) is type(hashlib.sha256())
