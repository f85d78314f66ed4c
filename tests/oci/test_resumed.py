"""Pulls that were interrupted: what came already is not fetched again, and the digest is over all of it."""

import fcntl
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from images import MadeImage, file, image_of
from prill._io.fetch_errors import ConnectionBroken
from prill.archive.codecs import Codec
from prill.model import ImageReference
from prill.oci.descriptor import Descriptor
from prill.oci.layout import open_layout
from prill.oci.push import push
from prill.oci.registry import Repository, connect
from prill.oci.resumed import ResumedRepository
from prill.oci.store import DigestMismatch
from registry_server import Handler, RegistryServer

BLOBS = "GET .*/blobs/"
MIB = 1 << 20


@pytest.fixture
def server() -> Iterator[RegistryServer]:
    with RegistryServer() as running:
        yield running


@pytest.fixture
def made(server: RegistryServer) -> MadeImage:
    made = image_of([file("a", os.urandom(3 * MIB))], codec=Codec.NONE)
    with closing(repository(server, writing=True)) as target:
        push(target, blobs=made.store, entries=made.entries)
    server.seen.clear()
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "downloads"


def repository(server: RegistryServer, *, writing: bool = False) -> Repository:
    reference = ImageReference.parse(f"{server.host}/app:1.0")
    return connect(reference, plain_http=True, writing=writing, sleep=lambda _: None)


def layer_of(made: MadeImage) -> Descriptor:
    return made.manifest.layers[0]


def break_off(server: RegistryServer, made: MadeImage, at: int) -> None:
    """Let the layer come up to byte ``at``, and no further however often it is asked for."""
    data = made.layers[0]
    first = [(BLOBS, lambda handler: handler.answer(200, data, cut=at))]
    server.script = [*first, *[(BLOBS, lambda handler: handler.answer(200, data, cut=0))] * 20]


def read(server: RegistryServer, made: MadeImage, folder: Path) -> tuple[bytes, int]:
    """Return the layer, and how much of it was there; the files stay."""
    with closing(repository(server)) as source:
        kept = ResumedRepository(source, folder)
        with kept.open(layer_of(made)) as stream:
            return stream.read(), kept.resumed


def interrupt(server: RegistryServer, made: MadeImage, folder: Path, at: int = 2 * MIB + 5) -> None:
    break_off(server, made, at)
    with pytest.raises(ConnectionBroken):
        read(server, made, folder)
    server.script = []
    server.seen.clear()


def test_the_rest_alone_is_fetched(server: RegistryServer, made: MadeImage, folder: Path):
    interrupt(server, made, folder)
    (part,) = folder.iterdir()
    there = part.stat().st_size
    assert 2 * MIB <= there <= 2 * MIB + 5
    assert read(server, made, folder) == (made.layers[0], there)
    assert [one.range for one in server.seen] == [f"bytes={there}-"]
    assert read(server, made, folder) == (made.layers[0], len(made.layers[0]))
    assert len(server.seen) == 1


def test_what_was_read_is_forgotten_when_all_is_done(server: RegistryServer, made: MadeImage, folder: Path):
    folder.mkdir()
    (old, new) = (folder / "sha256-old", folder / "sha256-new")
    old.write_bytes(b"x")
    new.write_bytes(b"x")
    os.utime(old, (0, 0))
    with closing(repository(server)) as source:
        kept = ResumedRepository(source, folder)
        with kept.open(layer_of(made)) as stream:
            stream.read()
        assert len(list(folder.iterdir())) == 3
        kept.forget(now=int(new.stat().st_mtime) + 60)
    assert list(folder.iterdir()) == [new]


def test_a_registry_without_ranges(server: RegistryServer, made: MadeImage, folder: Path):
    interrupt(server, made, folder)
    server.ranges = False
    assert read(server, made, folder)[0] == made.layers[0]


def test_what_was_kept_and_is_wrong_is_found_and_thrown_away(server: RegistryServer, made: MadeImage, folder: Path):
    interrupt(server, made, folder)
    (part,) = folder.iterdir()
    with part.open("r+b") as file:
        file.write(b"other")
    with pytest.raises(DigestMismatch):
        read(server, made, folder)
    assert part.stat().st_size == 0
    assert read(server, made, folder) == (made.layers[0], 0)


def test_what_was_kept_and_is_too_long(server: RegistryServer, made: MadeImage, folder: Path):
    interrupt(server, made, folder)
    (part,) = folder.iterdir()
    part.write_bytes(bytes(layer_of(made).size + 1))
    assert read(server, made, folder) == (made.layers[0], 0)


def test_two_at_once_do_not_share_a_file(server: RegistryServer, made: MadeImage, folder: Path):
    interrupt(server, made, folder)
    (part,) = folder.iterdir()
    before = part.read_bytes()
    with part.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert read(server, made, folder) == (made.layers[0], 0)
    assert part.read_bytes() == before


def test_nothing_can_be_kept_there(server: RegistryServer, made: MadeImage, folder: Path):
    folder.write_text("a file where the folder should be")
    assert read(server, made, folder) == (made.layers[0], 0)


def test_a_full_disk_ends_the_keeping_and_not_the_pull(server: RegistryServer, made: MadeImage, folder: Path):
    with file_size_limit(2 * MIB + 7):
        assert read(server, made, folder) == (made.layers[0], 0)
    assert [path.stat().st_size for path in folder.iterdir()] == [0]


@contextmanager
def file_size_limit(most: int) -> Iterator[None]:
    """Let no file of this process grow beyond ``most`` bytes: the system answers as for a full disk (EFBIG)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_small_blobs_and_manifests_are_not_kept(server: RegistryServer, made: MadeImage, folder: Path):
    with closing(repository(server)) as source:
        kept = ResumedRepository(source, folder)
        for one in (made.manifest.config, made.manifest.descriptor()):
            with kept.open(one) as stream:
                stream.read()
        assert kept.has(layer_of(made))
        assert kept.tags() == ("1.0",)
        assert kept.find("1.0") == kept.find("1.0")
        assert kept.referrers(made.manifest.digest) == ()
    assert not folder.exists()


def test_a_pull_that_is_killed_goes_on(server: RegistryServer, made: MadeImage, tmp_path: Path):
    data = made.layers[0]

    def hang(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data[: 2 * MIB])
        handler.wfile.flush()
        handler.connection.settimeout(60)
        handler.close_connection = True
        handler.rfile.read(1)

    server.script = [(f"GET .*/blobs/{layer_of(made).digest}", hang)]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_CONFIG_HOME": str(tmp_path)}
    words = (sys.executable, "-m", "prill", "pull", f"{server.host}/app:1.0", "-o", tmp_path / "out", "--plain-http")
    kept = tmp_path / "cache" / "prill" / "downloads" / f"sha256-{layer_of(made).digest.hex}"
    with subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL) as pulling:
        for _ in range(6000):
            if kept.exists() and kept.stat().st_size >= MIB:
                break
            time.sleep(0.01)
        pulling.send_signal(signal.SIGKILL)
    there = kept.stat().st_size
    assert there >= MIB
    server.seen.clear()
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=120, check=True)
    assert "were here from an attempt before" in done.stderr
    assert [one.range for one in server.seen if str(layer_of(made).digest) in one.path] == [f"bytes={there}-"]
    with closing(open_layout(tmp_path / "out")) as layout, layout.open(layer_of(made)) as stream:
        assert stream.read() == data
    assert not kept.exists()
