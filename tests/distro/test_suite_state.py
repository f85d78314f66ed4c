import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from debian_archive import DAY, NOW, clearsign, release_text, utc, write_keys
from prill._io.cache import ContentCache
from prill.distro.deb.release import SignedRelease, verify_inrelease
from prill.distro.deb.suite_state import ReleaseWentBack, SuiteState
from prill.distro.debian import Area, Pocket

ROOT = "http://mirror.invalid/debian"


def release(folder: Path, seconds: int) -> tuple[SignedRelease, bytes]:
    pocket = Pocket(name="trixie", area=Area.ARCHIVE, label="Debian", keys=write_keys(folder / "keys", "automatic"))
    data = clearsign(release_text(Date=utc(seconds)), "automatic")
    return verify_inrelease(data, pocket=pocket, now=NOW), data


def test_a_suite_moves_forward_and_stands_still(tmp_path: Path):
    state = SuiteState(tmp_path / "suites")
    assert state.last(ROOT, "trixie") is None
    for seconds in (NOW - 2 * DAY, NOW - DAY, NOW - DAY):
        found, data = release(tmp_path, seconds)
        state.accept(ROOT, found, data, now=NOW)
    last = SuiteState(tmp_path / "suites").last(ROOT, "trixie")
    assert last
    assert (last.date, last.seen, last.data) == (NOW - DAY, NOW, data)


def test_it_does_not_go_back(tmp_path: Path):
    state = SuiteState(tmp_path / "suites")
    state.accept(ROOT, *release(tmp_path, NOW - DAY), now=NOW)
    with pytest.raises(
        ReleaseWentBack, match=r"mirror.invalid/debian serves a Release of trixie that is 60 seconds older"
    ) as caught:
        state.accept(ROOT, *release(tmp_path, NOW - DAY - 60), now=NOW)
    assert caught.value.hint
    last = state.last(ROOT, "trixie")
    assert last
    assert last.date == NOW - DAY


def test_mirrors_and_pockets_are_told_apart(tmp_path: Path):
    state = SuiteState(tmp_path / "suites")
    state.accept(ROOT, *release(tmp_path, NOW - DAY), now=NOW)
    older, data = release(tmp_path, NOW - 2 * DAY)
    state.accept("http://other.invalid/debian", older, data, now=NOW)
    state.accept(ROOT, replace(older, pocket="trixie-updates"), data, now=NOW)


def test_a_password_is_neither_kept_nor_part_of_what_is_told_apart(tmp_path: Path):
    state = SuiteState(tmp_path / "suites")
    state.accept("http://me:secret@mirror.invalid/debian", *release(tmp_path, NOW - DAY), now=NOW)
    assert state.last(ROOT, "trixie")
    assert all(b"secret" not in path.read_bytes() for path in (tmp_path / "suites").iterdir())


@pytest.mark.parametrize(
    "content", [b"", b"{}\n", b"[]\nx", b'{"date": 1, "seen": 1, "sha256": "0"}\nx', b"\xff\n", b'{"date": "x"}\n']
)
def test_a_damaged_file_counts_as_never_seen(tmp_path: Path, content: bytes):
    state = SuiteState(tmp_path / "suites")
    found, data = release(tmp_path, NOW - DAY)
    state.accept(ROOT, found, data, now=NOW)
    (path,) = (tmp_path / "suites").glob("trixie-*")
    path.write_bytes(content)
    assert state.last(ROOT, "trixie") is None
    state.accept(ROOT, found, data, now=NOW)
    assert state.last(ROOT, "trixie")


def test_of_two_processes_the_newer_release_stays(tmp_path: Path):
    program = """
import sys
from dataclasses import replace
from pathlib import Path
from prill.distro.deb.release import SignedRelease
from prill.distro.deb.suite_state import ReleaseWentBack, SuiteState
state, base, refused = SuiteState(Path(sys.argv[1])), int(sys.argv[2]), 0
import hashlib
for step in range(100):
    data = b"%d" % (base + step)
    release = SignedRelease(pocket="trixie", origin="", label="", suite="", codename="", version="", date=base + step,
        valid_until=None, architectures=(), components=(), acquire_by_hash=False, architecture_all_apart=False,
        inrelease_sha256=hashlib.sha256(data).hexdigest(), signers=(), files={})
    before = state.last("http://h", "trixie")
    try:
        state.accept("http://h", release, data, now=0)
    except ReleaseWentBack:
        refused += 1
    after = state.last("http://h", "trixie")
    assert after and after.date >= max(base + step, before.date if before else 0), (before, after)
print(refused)
"""
    others = [
        subprocess.Popen(
            [sys.executable, "-c", program, tmp_path / "suites", str(base)], stdout=subprocess.PIPE, text=True
        )
        for base in (1000, 1050)
    ]
    for other in others:
        other.communicate(timeout=60)
        assert other.returncode == 0
    last = SuiteState(tmp_path / "suites").last("http://h", "trixie")
    assert last
    assert last.date == 1149


def test_it_lives_where_pruning_does_not_reach(tmp_path: Path):
    cache = ContentCache(tmp_path / "cache")
    state = SuiteState(cache.state / "suites")
    state.accept(ROOT, *release(tmp_path, NOW - DAY), now=NOW)
    cache.prune(max_bytes=0)
    assert state.last(ROOT, "trixie")
