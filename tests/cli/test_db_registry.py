"""prill db push and prill db pull: signed, verified before the old database goes, in one step, over an air gap too."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from advisories import built, osv, write_zip
from images import file, image_of
from prill._io.atomic import alone_in
from prill.cli.exit import Exit
from prill.cli.main import main
from prill.model import Digest, ImageReference
from prill.oci.push import push
from prill.oci.registry import connect
from prill.oci.serving.server import RegistryServer
from prill.vuln.database import open_database
from registry_server import RegistryServer as MisbehavingServer

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RegistryServer]:
    with RegistryServer(tmp_path / "registry") as running:
        yield running


@pytest.fixture
def name(server: RegistryServer) -> str:
    return f"{server.host}/security/advisories:latest"


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    for variable in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    monkeypatch.setenv("PRILL_KEY_PASSWORD", "")
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> tuple[int, str, str]:
        try:
            code = main(list(map(str, words)))
        except SystemExit as left:
            code = int(left.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    for key in ("ours", "theirs"):
        assert run("keys", "new", "-o", key)[0] == Exit.GOOD
    return run


def make(run: Run, tmp_path: Path, *names: str, db: str = "made.db") -> Path:
    code, _, err = run("db", "import", write_zip(tmp_path / "PyPI.zip", *(osv(one) for one in names)), "--db", db)
    assert code == Exit.GOOD, err
    return tmp_path / db


def ids(db: Path) -> set[str]:
    with open_database(db) as database:
        return {id_ for _, id_, _, _ in database.vulnerabilities()}


def pushed(run: Run, tmp_path: Path, name: str, *advisories: str, signer: str = "ours") -> Path:
    db = make(run, tmp_path, *advisories)
    words = ("--unsigned",) if not signer else ("--key", f"{signer}.key")
    code, _, err = run("db", "push", name, "--db", db, "--plain-http", *words)
    assert code == Exit.GOOD, err
    return db


def pull(run: Run, name: str, *words: str, db: str = "pulled.db") -> tuple[int, str, str]:
    return run("db", "pull", name, "--db", db, "--plain-http", *words)


def test_there_and_back(run: Run, tmp_path: Path, name: str):
    db = pushed(run, tmp_path, name, "A-1")
    code, out, _ = pull(run, name, "--key", "ours.pub")
    assert code == Exit.GOOD
    assert (tmp_path / "pulled.db").read_bytes() == db.read_bytes()
    assert "steps 1 2 3.1 3.7 3.9 4" in out
    assert "wrote pulled.db" in out
    code, out, _ = pull(run, name, "--key", "ours.pub")
    assert (code, out.splitlines()[-1]) == (Exit.GOOD, "pulled.db is this database already")


def test_the_artifact_says_what_it_is(run: Run, tmp_path: Path, name: str):
    pushed(run, tmp_path, name, "A-1")
    with closing(connect(ImageReference.parse(name), plain_http=True)) as repository:
        _, out, _ = run("tree", name, "--plain-http")
        assert repository.tags() == ("latest",)
    assert "application/vnd.prill.advisories.v1, " in out
    assert "application/vnd.dev.sigstore.bundle.v0.3+json" in out


def test_a_newer_one_takes_its_place_and_nothing_is_left(run: Run, tmp_path: Path, name: str):
    pushed(run, tmp_path, name, "A-1")
    pull(run, name, "--key", "ours.pub")
    pushed(run, tmp_path, name, "A-1", "A-2")
    assert pull(run, name, "--key", "ours.pub")[0] == Exit.GOOD
    assert ids(tmp_path / "pulled.db") == {"A-1", "A-2"}
    assert list(tmp_path.glob(".tmp*")) == []


def test_it_waits_for_who_reads_the_old_one_to_write_it_anew(run: Run, tmp_path: Path, name: str):
    """Else an import that is under way would put the old database back, and what was pulled would be lost."""
    pushed(run, tmp_path, name, "A-1")
    with ThreadPoolExecutor(1) as pool, alone_in(tmp_path):
        pulling = pool.submit(pull, run, name, "--key", "ours.pub")
        with pytest.raises(TimeoutError):
            pulling.result(timeout=1.5)
        assert not (tmp_path / "pulled.db").exists()
    assert pulling.result()[0] == Exit.GOOD
    assert ids(tmp_path / "pulled.db") == {"A-1"}


def test_by_somebody_else(run: Run, tmp_path: Path, name: str):
    pushed(run, tmp_path, name, "A-1")
    pull(run, name, "--key", "ours.pub")
    before = (tmp_path / "pulled.db").read_bytes()
    pushed(run, tmp_path, name, "B-1", signer="theirs")
    code, _, err = pull(run, name, "--key", "ours.pub")
    assert code == Exit.NO
    assert "not signed by the ECDSA P-256 key" in err
    assert (tmp_path / "pulled.db").read_bytes() == before


def test_unsigned(run: Run, tmp_path: Path, name: str):
    pushed(run, tmp_path, name, "A-1", signer="")
    code, _, err = pull(run, name, "--key", "ours.pub")
    assert (code, "there is no signature" in err) == (Exit.NO, True)
    code, _, err = pull(run, name)
    assert (code, "--allow-unsigned" in err) == (Exit.MISUSED, True)
    assert not (tmp_path / "pulled.db").exists()
    code, out, _ = pull(run, name, "--allow-unsigned")
    assert (code, "not verified" in out) == (Exit.GOOD, True)
    assert ids(tmp_path / "pulled.db") == {"A-1"}


@pytest.mark.parametrize(
    "words", [(), ("--unsigned", "--key", "ours.key"), ("--keyless", "--key", "ours.key")], ids=["none", "un", "two"]
)
def test_pushing_names_who_signs_or_that_nobody_does(run: Run, tmp_path: Path, name: str, words: tuple[str, ...]):
    db = make(run, tmp_path, "A-1")
    code, _, _ = run("db", "push", name, "--db", db, "--plain-http", *words)
    assert code == Exit.MISUSED
    with closing(connect(ImageReference.parse(name), plain_http=True)) as repository:
        assert repository.find("latest") is None


def test_a_signer_and_allow_unsigned(run: Run, tmp_path: Path, name: str):
    pushed(run, tmp_path, name, "A-1")
    assert pull(run, name, "--allow-unsigned", "--key", "ours.pub")[0] == Exit.MISUSED


def test_a_database_that_is_swapped_in_the_registry(run: Run, tmp_path: Path, server: RegistryServer, name: str):
    """The manifest is the signed one; the blob has other bytes under its digest."""
    pushed(run, tmp_path, name, "A-1")
    blob = max((tmp_path / "registry" / "blobs").rglob("*"), key=lambda path: path.is_file() and path.stat().st_size)
    data = bytearray(blob.read_bytes())
    data[-1] ^= 1
    blob.chmod(0o644)
    blob.write_bytes(data)
    code, _, err = pull(run, name, "--key", "ours.pub")
    assert code == Exit.BROKE
    assert "has the digest" in err
    assert not (tmp_path / "pulled.db").exists()


def test_a_damaged_one_is_not_pushed(run: Run, tmp_path: Path, name: str):
    db = make(run, tmp_path, "A-1")
    db.write_bytes(db.read_bytes()[:-4096])
    code, _, err = run("db", "push", name, "--db", db, "--plain-http", "--key", "ours.key")
    assert (code, "bytes where" in err) == (Exit.BROKE, True)


def test_an_image_is_no_database(run: Run, server: RegistryServer, tmp_path: Path):
    made = image_of([file("a")])
    image = f"{server.host}/app:1"
    with closing(connect(ImageReference.parse(image), plain_http=True, writing=True)) as repository:
        push(repository, blobs=made.store, entries=made.entries)
    code, _, err = pull(run, image, "--allow-unsigned")
    assert (code, "is no advisory database" in err) == (Exit.NOTHING, True)


def test_something_else_is_not_written_over(run: Run, tmp_path: Path, name: str):
    pushed(run, tmp_path, name, "A-1")
    (tmp_path / "thesis.db").write_text("years of work")
    code, _, err = pull(run, name, "--key", "ours.pub", db="thesis.db")
    assert (code, "no database of advisories" in err) == (Exit.MISUSED, True)
    assert (tmp_path / "thesis.db").read_text() == "years of work"


def test_a_damaged_one_is_replaced(run: Run, tmp_path: Path, name: str):
    db = pushed(run, tmp_path, name, "A-1")
    (tmp_path / "pulled.db").write_bytes(db.read_bytes()[:-4096])
    assert pull(run, name, "--key", "ours.pub")[0] == Exit.GOOD
    assert ids(tmp_path / "pulled.db") == {"A-1"}


def test_an_older_one_is_told(run: Run, tmp_path: Path, name: str):
    """Whoever can write to the registry can put an older one there, with its signature: it holds, and is old."""
    old, _ = built(tmp_path / "old.db")
    assert run("db", "push", name, "--db", old, "--plain-http", "--key", "ours.key")[0] == Exit.GOOD
    make(run, tmp_path, "A-1", db="pulled.db")
    code, _, err = pull(run, name, "--key", "ours.pub")
    assert (code, "had newer sources" in err) == (Exit.GOOD, True)
    code, _, err = pull(run, name, "--key", "ours.pub")
    assert (code, err) == (Exit.GOOD, "")


def test_an_interrupted_pull_keeps_the_old_one_and_goes_on(run: Run, tmp_path: Path):
    texts = (
        "".join(hashlib.sha512(f"{number} {part}".encode()).hexdigest() for part in range(20)) for number in range(2000)
    )
    records = [osv(f"L-{number}", details=text) for number, text in enumerate(texts)]
    assert run("db", "import", write_zip(tmp_path / "PyPI.zip", *records), "--db", "large.db")[0] == Exit.GOOD
    data = (tmp_path / "large.db").read_bytes()
    make(run, tmp_path, "A-1", db="pulled.db")
    before = (tmp_path / "pulled.db").read_bytes()
    with MisbehavingServer() as server:
        name = f"{server.host}/advisories:1"
        assert run("db", "push", name, "--db", "large.db", "--plain-http", "--key", "ours.key")[0] == Exit.GOOD
        blob = f"GET .*/blobs/{Digest.of(data)}"
        first = [(blob, lambda handler: handler.answer(200, data, cut=len(data) - 5))]
        server.script = [*first, *[(blob, lambda handler: handler.answer(200, data, cut=0))] * 4]
        code, _, err = pull(run, name, "--key", "ours.pub")
        assert (code, "broke" in err) == (Exit.BROKE, True)
        assert (tmp_path / "pulled.db").read_bytes() == before
        server.script.clear()
        server.seen.clear()
        code, out, _ = pull(run, name, "--key", "ours.pub")
        assert (code, "were here from an attempt before" in out) == (Exit.GOOD, True)
        (asked,) = [one.range for one in server.seen if str(Digest.of(data)) in one.path]
        assert asked is not None
        assert int(asked.removeprefix("bytes=").removesuffix("-")) >= 1 << 20
    assert (tmp_path / "pulled.db").read_bytes() == data


def test_over_an_air_gap(run: Run, tmp_path: Path, name: str, server: RegistryServer):
    pushed(run, tmp_path, name, "A-1")
    assert run("copy", name, "oci-archive:db.tar", "--with-referrers", "--plain-http")[0] == Exit.GOOD
    shutil.rmtree(tmp_path / "registry" / "blobs")
    assert pull(run, "oci-archive:db.tar", "--key", "theirs.pub")[0] == Exit.NO
    assert pull(run, "oci-archive:db.tar", "--key", "ours.pub")[0] == Exit.GOOD
    assert ids(tmp_path / "pulled.db") == {"A-1"}


def test_the_older_layout_and_a_tag_that_moves(run: Run, tmp_path: Path, name: str):
    db = make(run, tmp_path, "A-1")
    words = ("--db", db, "--plain-http", "--key", "ours.key", "--layout", "legacy")
    assert run("db", "push", name, *words)[0] == Exit.GOOD
    code, out, _ = pull(run, name, "--key", "ours.pub")
    assert (code, "simple-signing" in out) == (Exit.GOOD, True)
