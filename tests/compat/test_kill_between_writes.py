"""A real process, killed at each rename and each synchronisation that strace counts; then a full disk."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from prill._io.cache import ContentCache
from prill.distro.deb.suite_state import SuiteState
from prill.model import Digest

pytestmark = pytest.mark.compat

BLOBS = [bytes([number]) * 70_000 for number in range(2)]
# A question mark lets strace pass over calls that an architecture does not have.
RENAMES, SYNCS, UNLINKS = "?rename,?renameat,?renameat2", "fsync,fdatasync", "?unlink,unlinkat"
PROGRAM = """
import hashlib
import sys
from pathlib import Path
from prill._io.cache import ContentCache
from prill.distro.deb.release import SignedRelease
from prill.distro.deb.suite_state import SuiteState
from prill.model import Digest

cache = ContentCache(Path(sys.argv[1]))
for number in range(2):
    data = bytes([number]) * 70_000
    cache.add(data, Digest.of(data), len(data))
    cache.put_derived("kind", str(number), data)
state = SuiteState(cache.state / "suites")
last = state.last("http://h", "trixie")
for date in (1, 2)[last.date - 1 if last else 0 :]:
    data = b"InRelease %d" % date
    release = SignedRelease(pocket="trixie", origin="", label="", suite="", codename="", version="", date=date,
        valid_until=None, architectures=(), components=(), acquire_by_hash=False, architecture_all_apart=False,
        inrelease_sha256=hashlib.sha256(data).hexdigest(), signers=(), files={})
    state.accept("http://h", release, data, now=0)
if len(sys.argv) > 2:
    cache.prune(max_bytes=0)
print("done")
"""


def killed_at(root: Path, calls: str, number: int, *arguments: str) -> bool:
    """Run the program under strace, which kills it at the ``number``-th of ``calls``; return whether it was killed."""
    strace = [
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        f"trace={calls}",
        "-e",
        f"inject={calls}:signal=KILL:when={number}",
    ]
    # Without its byte code a process would write that first, with renames of its own.
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [*strace, sys.executable, "-c", PROGRAM, root, *arguments],
        capture_output=True,
        check=False,
        timeout=120,
        env=environment,
    )
    if done.returncode == 0:
        assert done.stdout == b"done\n"
        return False
    assert done.returncode in {-9, 137}, done.stderr
    return True


def check(root: Path) -> int:
    """What can be found is whole; return how much that is."""
    cache, state = ContentCache(root), SuiteState(root / "state" / "suites")
    found = 0
    for number, blob in enumerate(BLOBS):
        path = cache.find(Digest.of(blob))
        if path is not None:
            assert path.read_bytes() == blob
            found += 1
        result = cache.derived("kind", str(number))
        if result is not None:
            assert result == blob
            found += 1
    last = state.last("http://h", "trixie")
    if last is not None:
        assert last.data == b"InRelease %d" % last.date
        found += last.date
    for path in [*root.glob("blobs/*/*/*"), *root.glob("derived/*/*/*")]:
        assert not path.name.startswith(".tmp-")
    return found


@pytest.fixture(autouse=True)
def strace() -> None:
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")


@pytest.mark.parametrize("calls", [RENAMES, SYNCS], ids=["rename", "fsync"])
def test_killed_between_any_two_writes(tmp_path: Path, calls: str):
    kills, found = 0, []
    while killed_at(tmp_path / str(kills), calls, kills + 1):
        found.append(check(tmp_path / str(kills)))
        # The next run goes on from what is left, and pruning finds the unfinished file.
        assert not killed_at(tmp_path / str(kills), calls, 10_000)
        assert check(tmp_path / str(kills)) == 6
        ContentCache(tmp_path / str(kills)).prune()
        assert list((tmp_path / str(kills) / "partial").iterdir()) == []
        kills += 1
        assert kills < 40
    assert found == sorted(found)
    assert kills >= 6


def test_killed_while_pruning(tmp_path: Path):
    kills = 0
    while killed_at(tmp_path / str(kills), UNLINKS, kills + 1, "prune"):
        check(tmp_path / str(kills))
        assert not killed_at(tmp_path / str(kills), UNLINKS, 10_000)
        assert check(tmp_path / str(kills)) == 6
        kills += 1
        assert kills < 40
    assert kills >= 4


def test_a_full_disk(tmp_path: Path):
    if not shutil.which("unshare"):
        pytest.skip("unshare is not installed")
    program = (
        "import sys; from pathlib import Path; from prill._io.atomic import DiskFull\n"
        "from prill._io.cache import ContentCache; from prill.model import Digest\n"
        "root = Path(sys.argv[1]); cache = ContentCache(root); data = b'x' * 50_000\n"
        "kept = cache.add(data, Digest.of(data), len(data))\n"
        "big = b'y' * 200_000\n"
        "for write in (lambda: cache.add(big, Digest.of(big), len(big)), lambda: cache.put_derived('k', 'k', big)):\n"
        "    try:\n        write()\n    except DiskFull as error:\n        print(error)\n"
        "assert kept.read_bytes() == data and cache.find(Digest.of(big)) is None and cache.derived('k', 'k') is None\n"
        "print(sorted(path.name for path in (root / 'partial').iterdir()))\n"
    )
    script = f'mount -t tmpfs -o size=128k tmpfs {tmp_path} && exec {sys.executable} -c "$0" {tmp_path}/cache'
    probe = subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("user name spaces are not allowed here")
    done = subprocess.run(["unshare", "-Urm", "sh", "-c", script, program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.startswith("no room left to write") for line in lines[:2]] == [True, True]
    assert lines[2:] == ["[]"]


def test_two_processes_at_once(tmp_path: Path):
    others = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM.replace("(1, 2)[last.date - 1 if last else 0 :]", "(2, 2)"), tmp_path],
            stdout=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    for other in others:
        assert other.communicate(timeout=120)[0] == b"done\n"
        assert other.returncode == 0
    assert check(tmp_path) == 6
    assert list((tmp_path / "partial").iterdir()) == []
    assert hashlib.sha256(BLOBS[0]).hexdigest() in {path.name for path in tmp_path.glob("blobs/*/*/*")}
