"""``prill lock`` and ``prill build`` are killed by a real signal at each rename and each fsync; then the disk is full.

What is left must be the old result or the new one, and the next run must come to its end.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from prill.build.lock import decode_lock
from workshop import Workshop, base_files, digest_of, library, program

pytestmark = [pytest.mark.compat, pytest.mark.slow]

RENAMES, SYNCS = "?rename,?renameat,?renameat2", "fsync,fdatasync"
MANY = 200


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    shop = Workshop(tmp_path)
    shop.spec(layering={"budget": 1})
    return shop


def command(shop: Workshop, *words: object) -> list[str]:
    return [sys.executable, "-m", "prill", *map(str, words), "--config", str(shop.settings), "--quiet"]


def killed(shop: Workshop, words: list[str], calls: str, number: int) -> bool:
    """Run under strace, which kills at the ``number``-th of ``calls``; return whether it came to that."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    inject = f"inject={calls}:signal=KILL:when={number}"
    strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}", "-e", inject]
    # Without its byte code Python would write that first, with renames of its own.
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([*strace, *words], capture_output=True, check=False, timeout=120, env=environment)
    assert done.returncode in {0, -9, 137}, done.stderr
    return done.returncode != 0


def each_kill(
    shop: Workshop, words: list[str], calls: str, before: Callable[[], None], after: Callable[[], str]
) -> list[str]:
    """Kill the command at one call after the other; return what was found each time."""
    found = []
    for number in range(1, MANY):
        before()
        if not killed(shop, words, calls, number):
            return found
        found.append(after())
    pytest.fail("the command never came to its end")


@pytest.mark.parametrize("calls", [RENAMES, SYNCS], ids=["rename", "fsync"])
@pytest.mark.parametrize("fetched", [False, True], ids=["cold", "warm"])
def test_a_lock_is_the_old_one_or_the_new_one(shop: Workshop, calls: str, *, fetched: bool):
    """strace counts the calls of each thread apart: offline, with a warm cache, the lock's own are the first."""
    shop.lock()
    old = shop.lock_file.read_bytes()
    shop.publish([base_files(), library(), program("3.0")])
    cache, saved = shop.root / "cache", shop.root / "saved"
    if fetched:
        shop.lock()
    shutil.copytree(cache, saved)
    more = ["--offline"] if fetched else []

    def before() -> None:
        shutil.rmtree(cache)
        shutil.copytree(saved, cache)
        shop.lock_file.write_bytes(old)

    def after() -> str:
        data = shop.lock_file.read_bytes()
        versions = {one.name: one.version for one in decode_lock(data, "lock").images[0].packages}
        return "old" if data == old else versions["app"]

    found = each_kill(shop, command(shop, "lock", shop.spec_file, *more), calls, before, after)
    if fetched:
        # The folder is synchronised after the rename.
        assert found == (["old"] if calls == RENAMES else ["old", "3.0"])
    else:
        assert found
        assert found == sorted(found, key=["old", "3.0"].index)
    assert after() == "3.0"
    assert {path.name for path in shop.lock_file.parent.iterdir() if not path.name.startswith(".tmp-")} == {
        "image.yaml",
        "image.lock.json",
    }


@pytest.mark.parametrize("calls", [RENAMES, SYNCS], ids=["rename", "fsync"])
def test_a_layout_is_the_old_one_or_the_new_one(shop: Workshop, calls: str):
    old = digest_of(shop.made())
    shop.publish([base_files(), library(), program("3.0")])
    shop.lock()
    saved = shop.root / "saved"
    shutil.copytree(shop.out, saved)
    new = digest_of(shop.build(out="new"))
    assert new != old

    def before() -> None:
        shutil.rmtree(shop.out)
        shutil.copytree(saved, shop.out)

    def after() -> str:
        digest = digest_of(shop.out)
        assert "exact" in shop.good("rebuild", "--verify", shop.out)
        return {old: "old", new: "new"}[digest]

    words = command(shop, "build", shop.spec_file, "-o", shop.out, "--arch", "amd64")
    found = each_kill(shop, words, calls, before, after)
    assert found == sorted(found, key=["old", "new"].index)
    assert found.count("old") > 10
    assert after() == "new"
    assert not list(shop.out.rglob(".tmp-*"))


class TestFullDisk:
    """A disk of its own that is too small: a tmpfs in a name space of ours."""

    def full(self, shop: Workshop, size: str, *words: object) -> subprocess.CompletedProcess[str]:
        """Run a command whose output lies on a disk of ``size``; what is on it afterwards is copied out."""
        probe = subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False)
        if probe.returncode:
            pytest.skip("user name spaces are not allowed here")
        disk, kept = shop.root / "disk", shop.root / "kept"
        disk.mkdir(exist_ok=True)
        shutil.copytree(shop.out, kept)
        script = (
            f'mount -t tmpfs -o size={size} tmpfs {disk} && cp -a {kept} {disk}/out && rm -r {kept} && "$@"; code=$?;'
            f" cp -a {disk}/out {kept}; exit $code"
        )
        return subprocess.run(
            ["unshare", "-Urm", "sh", "-c", script, "sh", *command(shop, *words)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def test_while_building(self, shop: Workshop):
        old = digest_of(shop.made())
        app = program("3.0")
        big = type(app)("app", "3.0", {**app.files, "usr/share/noise": os.urandom(600_000)}, fields=app.fields)
        shop.publish([base_files(), library(), big])
        shop.lock()
        done = self.full(shop, "400k", "build", shop.spec_file, "-o", shop.root / "disk" / "out", "--arch", "amd64")
        assert done.returncode == 1, done
        assert "no room left to write" in done.stderr
        assert "→" in done.stderr
        kept = shop.root / "kept"
        assert digest_of(kept) == old
        assert "exact" in shop.good("rebuild", "--verify", kept)
        assert not list(kept.rglob(".tmp-*"))
