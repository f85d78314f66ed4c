"""prill db: making, updating, showing and handing on the database, and what stays when something fails."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from advisories import osv, write_json, write_zip
from loopback import Handler, Loopback
from prill.cli.exit import Exit
from prill.cli.main import main
from prill.model import Digest
from prill.vuln.database import open_database

Run = Callable[..., tuple[int, str, str]]
KEV = {
    "catalogVersion": "1",
    "dateReleased": "2026-01-02T00:00:00Z",
    "vulnerabilities": [{"cveID": "CVE-2026-1", "dateAdded": "2026-01-01"}],
}


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "advisories.db"


@pytest.fixture
def run(tmp_path: Path, db: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def run(*words: object) -> tuple[int, str, str]:
        code = main(["db", *map(str, words), "--db", str(db)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def ids(db: Path) -> set[str]:
    with open_database(db) as database:
        return {id_ for _, id_, _, _ in database.vulnerabilities()}


def test_files_and_folders_become_one_file(run: Run, db: Path, tmp_path: Path):
    folder = tmp_path / "records"
    folder.mkdir()
    write_json(folder / "b.json", osv("B-1"))
    code, out, _ = run(
        "import", write_zip(tmp_path / "PyPI.zip", osv("A-1")), folder, write_json(tmp_path / "kev.json", KEV)
    )
    assert code == Exit.GOOD
    assert "PyPI.zip (osv): 1 record" in out
    assert f"wrote {db}: 2 vulnerabilities" in out
    assert ids(db) == {"A-1", "B-1"}
    assert [path.name for path in tmp_path.glob(".tmp*")] == []


def test_another_import_adds_and_the_same_file_again_replaces(run: Run, db: Path, tmp_path: Path):
    run("import", write_zip(tmp_path / "PyPI.zip", osv("A-1")), write_zip(tmp_path / "Go.zip", osv("G-1", "Go")))
    run("import", write_zip(tmp_path / "PyPI.zip", osv("A-2")))
    assert ids(db) == {"A-2", "G-1"}
    run("import", write_zip(tmp_path / "npm.zip", osv("N-1", "npm", events=[{"introduced": "0"}])), "--replace")
    assert ids(db) == {"N-1"}


def test_feeds_whose_files_have_one_name_are_told_apart(run: Run, db: Path, tmp_path: Path):
    for ecosystem, id_ in (("npm", "N-1"), ("PyPI", "P-1"), ("PyPI", "P-2")):
        (tmp_path / ecosystem).mkdir(exist_ok=True)
        out = run("import", write_zip(tmp_path / ecosystem / "all.zip", osv(id_, ecosystem)))[1]
        assert f"{ecosystem}-all.zip (osv): 1 record" in out
    assert ids(db) == {"N-1", "P-2"}


def test_an_exported_file_is_all_that_another_site_needs(run: Run, db: Path, tmp_path: Path):
    run("import", write_zip(tmp_path / "PyPI.zip", osv("A-1")))
    exported = tmp_path / "exported.db"
    code, out, _ = run("export", exported)
    assert code == Exit.GOOD
    assert "sha256:" in out
    assert exported.read_bytes() == db.read_bytes()
    db.unlink()
    code, _, _ = run("import", exported)
    assert code == Exit.GOOD
    assert ids(db) == {"A-1"}


def test_status_says_how_old_each_source_is(run: Run, tmp_path: Path):
    run("import", write_zip(tmp_path / "PyPI.zip", osv("A-1")), write_json(tmp_path / "kev.json", KEV))
    code, out, _ = run("status")
    assert code == Exit.GOOD
    assert "PyPI.zip  osv" in out
    assert "days old" in out
    assert "single records of: PyPI" in out
    found = json.loads(run("status", "--format", "json")[1])
    assert [(one["name"], one["id"], one["records"]) for one in found["sources"]] == [
        ("PyPI.zip", "osv", 1),
        ("kev.json", "kev", found["records"] - 1),
    ]
    assert (found["wholeFeeds"], found["singleRecords"]) == ([], ["PyPI"])
    run("import", "--complete", tmp_path / "PyPI.zip")
    assert "whole feeds of: PyPI" in run("status")[1]
    assert json.loads(run("status", "--format", "json")[1])["wholeFeeds"] == ["PyPI"]
    assert max(map(len, out.splitlines()[1:])) <= 100  # the first names the file, wherever that is


def test_a_clock_that_is_wrong_is_said(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    run("import", write_json(tmp_path / "kev.json", KEV))
    monkeypatch.setattr("prill._io.clock.SystemClock.now", lambda _self: 1_000_000_000)
    assert "dated in the future: a clock is wrong" in run("status")[1]


def test_a_source_that_cannot_be_read_leaves_the_others_and_the_old_one(run: Run, db: Path, tmp_path: Path):
    good, other = write_zip(tmp_path / "PyPI.zip", osv("A-1")), write_zip(tmp_path / "Go.zip", osv("G-1", "Go"))
    run("import", good, other)
    other.write_bytes(other.read_bytes()[:-30])
    write_zip(good, osv("A-2"))
    code, _, err = run("import", good, other)
    assert code == Exit.INCOMPLETE
    assert "Go.zip" in err
    assert ids(db) == {"A-2", "G-1"}
    assert run("import", good, other, "--allow-gaps")[0] == Exit.GOOD


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"hello", "holds no advisories"), (b"PK\x03\x04 nothing", "zip"), (b"SQLite format 3\0", "no database")],
)
def test_where_nothing_can_be_read_the_old_database_stays(
    run: Run, db: Path, tmp_path: Path, content: bytes, says: str
):
    run("import", write_zip(tmp_path / "PyPI.zip", osv("A-1")))
    before = db.read_bytes()
    bad = tmp_path / "bad"
    bad.write_bytes(content)
    code, _, err = run("import", bad)
    assert code == Exit.MISUSED
    assert says in err
    assert db.read_bytes() == before


def test_something_else_is_not_written_over(run: Run, db: Path, tmp_path: Path):
    db.write_text("my diary")
    code, _, err = run("import", write_zip(tmp_path / "PyPI.zip", osv("A-1")))
    assert code == Exit.MISUSED
    assert "no database of advisories" in err
    assert run("import", tmp_path / "PyPI.zip", "--replace")[0] == Exit.MISUSED
    assert db.read_text() == "my diary"


def test_a_damaged_one_is_made_again_as_its_hint_says(run: Run, db: Path, tmp_path: Path):
    run("import", write_zip(tmp_path / "PyPI.zip", osv("A-1")))
    db.write_bytes(db.read_bytes()[:-100])
    code, _, err = run("import", tmp_path / "PyPI.zip")
    assert (code, "make it again: prill db import FILES --replace" in err) == (Exit.BROKE, True)
    assert run("import", tmp_path / "PyPI.zip", "--replace")[0] == Exit.GOOD
    assert ids(db) == {"A-1"}


def test_no_database_yet(run: Run):
    for words in (["status"], ["export", "x.db"], ["update"]):
        code, _, err = run(*words)
        assert code == Exit.NOTHING
        assert "there is no database" in err


class Versioned:
    """A file with a version, of which parts are given; ``cut`` ends the first answer early, ``then`` fails those after."""

    def __init__(self, data: bytes, *, cut: int = 0, then: int = 0) -> None:
        self.data = data
        self.cut = cut
        self.then = then
        self.sent: list[str] = []
        self.body: bytes | None = None
        """What the wire makes of it, where that is something else."""

    def __call__(self, handler: Handler) -> None:
        version = f'"{Digest.of(self.data).hex[:16]}"'
        begin = int(handler.headers.get("Range", "bytes=0-")[6:-1])
        begin = begin if handler.headers.get("If-Range") == version else 0
        if self.sent and self.then:
            self.sent.append("refused")
            handler.send_file(b"", status=self.then)
            return
        if handler.headers.get("If-None-Match") == version:
            self.sent.append("unchanged")
            handler.send_response(304)
        elif begin == len(self.data):
            self.sent.append("nothing")
            handler.send_response(416)
            handler.send_header("Content-Range", f"bytes */{begin}")
        else:
            self.sent.append(f"from {begin}" if begin else "whole")
            handler.send_response(206 if begin else 200)
            handler.send_header("Content-Range", f"bytes {begin}-{len(self.data) - 1}/{len(self.data)}")
        body = (self.body or self.data)[begin:] if self.sent[-1] not in ("unchanged", "nothing") else b""
        handler.send_header("ETag", version)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        cut, self.cut = self.cut, 0
        handler.wfile.write(body[:cut] if cut else body)
        if cut:
            handler.cut()


class TestUpdate:
    def test_sources_are_fetched_and_remembered(self, run: Run, db: Path, tmp_path: Path):
        data = write_zip(tmp_path / "all.zip", osv("A-1")).read_bytes()
        with Loopback({"/PyPI/all.zip": data, "/kev.json": json.dumps(KEV).encode()}) as server:
            code, _, _ = run("update", "osv:PyPI", f"{server.url}/kev.json", "--osv-mirror", server.url)
            assert code == Exit.GOOD
            assert ids(db) == {"A-1"}
            server.files["/PyPI/all.zip"] = write_zip(tmp_path / "all.zip", osv("A-2")).read_bytes()
            assert run("update")[0] == Exit.GOOD
        assert ids(db) == {"A-2"}
        with open_database(db) as database:
            assert [one.name for one in database.sources] == ["PyPI-all.zip", "kev.json"]

    def test_a_mirror_that_fails_half_way_is_a_gap_and_the_old_records_stay(self, run: Run, db: Path, tmp_path: Path):
        content = {
            "/PyPI/all.zip": write_zip(tmp_path / "a.zip", osv("A-1")).read_bytes(),
            "/Go/all.zip": write_zip(tmp_path / "b.zip", osv("G-1", "Go")).read_bytes(),
        }
        with Loopback(content) as server:
            run("update", "osv:PyPI", "osv:Go", "--osv-mirror", server.url)
            server.files["/PyPI/all.zip"] = write_zip(tmp_path / "a.zip", osv("A-2")).read_bytes()
            del server.files["/Go/all.zip"]
            code, _, err = run("update")
            assert code == Exit.INCOMPLETE
            assert "it could not be fetched" in err
            assert ids(db) == {"A-2", "G-1"}
            before = db.read_bytes()
            server.files.clear()
            assert run("update")[0] == Exit.BROKE
        assert db.read_bytes() == before

    def test_what_has_not_changed_is_not_fetched_again(self, run: Run, db: Path, tmp_path: Path):
        feed = Versioned(write_zip(tmp_path / "all.zip", osv("A-1")).read_bytes())
        with Loopback() as server:
            server.behaviour["/PyPI/all.zip"] = feed
            assert run("update", "osv:PyPI", "--osv-mirror", server.url)[0] == Exit.GOOD
            code, out, _ = run("update")
            assert (code, f"{server.url}/PyPI/all.zip: unchanged" in out) == (Exit.GOOD, True)
            assert ids(db) == {"A-1"}
            feed.data = write_zip(tmp_path / "all.zip", osv("A-2")).read_bytes()
            assert "unchanged" not in run("update")[1]
        assert ids(db) == {"A-2"}
        assert feed.sent == ["whole", "unchanged", "whole"]

    def test_two_addresses_whose_files_have_one_name_are_two_sources(self, run: Run, db: Path, tmp_path: Path):
        first, second = (Versioned(write_zip(tmp_path / "x.zip", osv(id_)).read_bytes()) for id_ in ("A-1", "B-1"))
        with Loopback() as server:
            server.behaviour |= {"/a/feed.zip": first, "/b/feed.zip": second}
            assert run("update", f"{server.url}/a/feed.zip", f"{server.url}/b/feed.zip")[0] == Exit.GOOD
            first.data = write_zip(tmp_path / "x.zip", osv("A-2")).read_bytes()
            assert "/b/feed.zip: unchanged" in run("update")[1]
        assert ids(db) == {"A-2", "B-1"}

    def test_what_was_cut_off_goes_on_where_it_ended(self, run: Run, db: Path, tmp_path: Path):
        feed = Versioned(write_zip(tmp_path / "all.zip", osv("A-1")).read_bytes(), cut=100)
        with Loopback() as server:
            server.behaviour["/PyPI/all.zip"] = feed
            assert run("update", "osv:PyPI", "--osv-mirror", server.url)[0] == Exit.GOOD
        assert ids(db) == {"A-1"}
        assert feed.sent == ["whole", "from 100"]

    def test_another_run_goes_on_unless_the_file_has_changed(self, run: Run, db: Path, tmp_path: Path):
        feed = Versioned(write_zip(tmp_path / "all.zip", osv("A-1")).read_bytes(), cut=100, then=503)
        with Loopback() as server:
            server.behaviour["/PyPI/all.zip"] = feed
            assert run("update", "osv:PyPI", "--osv-mirror", server.url)[0] == Exit.BROKE
            feed.then = 0
            feed.data = write_zip(tmp_path / "all.zip", osv("A-2")).read_bytes()
            assert run("update", "osv:PyPI", "--osv-mirror", server.url)[0] == Exit.GOOD
        assert ids(db) == {"A-2"}
        assert feed.sent == ["whole", "refused", "refused", "whole"]

    def test_what_came_whole_and_cannot_be_read_is_fetched_again(self, run: Run, db: Path, tmp_path: Path):
        good = write_zip(tmp_path / "all.zip", osv("A-1")).read_bytes()
        feed = Versioned(good)
        with Loopback() as server:
            server.behaviour["/PyPI/all.zip"] = feed
            feed.body = good[:40] + b"XXXXXXXX" + good[48:]
            code, _, err = run("update", "osv:PyPI", "--osv-mirror", server.url)
            assert (code, "PyPI-all.zip: " in err, db.exists()) == (Exit.MISUSED, True, False)
            feed.body = None
            assert run("update", "osv:PyPI", "--osv-mirror", server.url)[0] == Exit.GOOD
        assert ids(db) == {"A-1"}
        assert feed.sent == ["whole", "whole"]

    def test_an_unknown_word_is_misuse(self, run: Run):
        code, _, err = run("update", "everything")
        assert code == Exit.MISUSED
        assert "write osv:ECOSYSTEM" in err


def test_a_kill_during_the_build_leaves_the_old_database(run: Run, db: Path, tmp_path: Path):
    run("import", write_zip(tmp_path / "PyPI.zip", osv("A-1")))
    before = db.read_bytes()
    many = write_zip(tmp_path / "many.zip", *(osv(f"A-{number}", details="x" * 300) for number in range(6000)))
    for delay in (0.3, 0.6):
        started = subprocess.Popen(
            [sys.executable, "-m", "prill", "db", "import", str(many), "--db", str(db)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(delay)
        started.send_signal(signal.SIGKILL)
        started.wait()
        assert db.read_bytes() == before or len(ids(db)) == 6000
    assert ids(db)
