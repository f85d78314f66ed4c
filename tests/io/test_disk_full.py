import subprocess
import sys
from pathlib import Path

from prill._io.cache import ContentCache
from prill.model import Digest

BLOB = b"x" * 300_000
PROGRAM = """
import resource, sys
from pathlib import Path
from prill._io.atomic import DiskFull
from prill._io.cache import ContentCache
from prill.model import Digest

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
cache = ContentCache(Path(sys.argv[1]))
data = b"x" * 300_000
try:
    if sys.argv[2] == "blob":
        cache.add(data, Digest.of(data), len(data))
    else:
        cache.put_derived("kind", "key", data)
except DiskFull as error:
    print(error, "/", error.hint)
"""


def run_out_of_space(root: Path, what: str) -> str:
    done = subprocess.run([sys.executable, "-c", PROGRAM, root, what], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def test_a_blob_that_does_not_fit_leaves_nothing(tmp_path: Path):
    assert "no room left to write" in (said := run_out_of_space(tmp_path, "blob"))
    assert "prill cache prune" in said
    cache = ContentCache(tmp_path)
    assert cache.find(Digest.of(BLOB)) is None
    assert list((tmp_path / "partial").iterdir()) == []
    assert cache.add(BLOB, Digest.of(BLOB), len(BLOB)).read_bytes() == BLOB


def test_a_result_that_does_not_fit_leaves_the_one_before(tmp_path: Path):
    cache = ContentCache(tmp_path)
    cache.put_derived("kind", "key", b"before")
    assert "no room left to write" in run_out_of_space(tmp_path, "result")
    assert cache.derived("kind", "key") == b"before"
    assert list((tmp_path / "partial").iterdir()) == []
