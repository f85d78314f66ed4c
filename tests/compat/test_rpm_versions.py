"""rpm itself compares random versions as our keys do."""

import random
import shutil
import subprocess

import pytest

from prill.ecosystems.versions.rpm import sort_key

pytestmark = pytest.mark.compat
_COUNT = 3000


def random_versions() -> list[str]:
    """Return versions of the pieces that decide; the seed stands still, so that a failure can be looked at."""
    chosen = random.Random(20_251)  # noqa: S311 - no secret
    pieces = ["0", "1", "01", "9", "10", "100", "a", "b", "rc", "A", ".", "-", "_", "+", "~", "^"]
    return [
        "".join(chosen.choices([one for one in pieces if one != "-"], k=chosen.randint(1, 6))) for _ in range(_COUNT)
    ]


def test_rpm_agrees():
    rpm = shutil.which("rpm")
    if rpm is None:
        pytest.skip("rpm is not installed")
    versions = random_versions()
    pairs = list(zip(versions[::2], versions[1::2], strict=True))
    script = " ".join(f"print(rpm.vercmp('{one}', '{other}'), '')" for one, other in pairs)
    done = subprocess.run(
        [rpm, "--eval", f"%{{lua: {script}}}"], capture_output=True, text=True, check=True, timeout=60
    )
    theirs = [int(word) for word in done.stdout.split()]
    assert len(theirs) == len(pairs)
    wrong = []
    for (one, other), expected in zip(pairs, theirs, strict=True):
        left, right = sort_key(one), sort_key(other)
        if (left > right) - (left < right) != expected:
            wrong.append((one, other, expected))
    assert wrong == []
