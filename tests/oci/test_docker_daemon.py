"""Images out of a Docker daemon and into it, by a small one of our own on a Unix socket."""

import io
import socketserver
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import unquote

import pytest

from images import file, image_of
from prill._io.fetch_errors import FetchFailed
from prill.errors import PrillError
from prill.model import ImageReference
from prill.oci.destinations import Destination, write_image
from prill.oci.docker_daemon import DockerDaemonFailed, NoDockerDaemon, NotInDocker
from prill.oci.layout import UnreadableImage
from prill.oci.registry_access import RegistryAccess
from prill.oci.rootfs import ImageTree
from prill.oci.sources import open_image

NAME = "example.org/app:1.0"
Answer = Callable[[BaseHTTPRequestHandler], None]


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


@contextmanager
def daemon(socket: Path, answer: Answer) -> Iterator[RegistryAccess]:
    """Serve Docker's API at ``socket``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer(self)

        def do_POST(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

        def address_string(self) -> str:
            return "unix"

    with _Server(str(socket), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield RegistryAccess(docker_host=f"unix://{socket}")
        finally:
            server.shutdown()
            thread.join()


def saved(tmp_path: Path) -> bytes:
    """Return what ``docker save`` writes since version 25."""
    made = image_of([file("etc/motd", "hello")])
    path = tmp_path / "saved.tar"
    write_image(
        Destination.parse(f"docker-archive:{path}"),
        blobs=made.store,
        entries=made.entries,
        name=ImageReference.parse(NAME),
    )
    return path.read_bytes()


def saved_before_25(tmp_path: Path) -> bytes:
    """Return the same without an OCI layout in it."""
    out = io.BytesIO()
    with (
        tarfile.TarFile(fileobj=io.BytesIO(saved(tmp_path))) as old,
        tarfile.TarFile(fileobj=out, mode="w") as new,
    ):
        for member in old.getmembers():
            if member.name not in ("index.json", "oci-layout"):
                new.addfile(member, old.extractfile(member) if member.isfile() else None)
    return out.getvalue()


def image_with(data: bytes, *, chunked: bool) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        asked = unquote(request.path)
        found = asked == f"/images/{NAME}/get"
        body = data if found else b'{"message":"reference does not exist"}'
        request.send_response(200 if found else 404)
        if not chunked or not found:
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)
            return
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        for at in range(0, len(body), 1000):
            part = body[at : at + 1000]
            request.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        request.wfile.write(b"0\r\n\r\n")

    return answer


@pytest.mark.parametrize("save", [saved, saved_before_25])
def test_an_image_is_read_from_what_the_daemon_saves(tmp_path: Path, save: Callable[[Path], bytes]):
    with daemon(tmp_path / "docker.sock", image_with(save(tmp_path), chunked=True)) as access:
        with open_image(f"docker-daemon:{NAME}", access=access) as opened, ImageTree(opened.image) as tree:
            assert tree.open("etc/motd").read() == b"hello"
            assert opened.name == f"docker-daemon:{NAME}"
        with pytest.raises(NotInDocker, match="no image 'other:1'"):
            open_image("docker-daemon:other:1", access=access)


def test_what_the_daemon_says_is_told(tmp_path: Path):
    def refuse(request: BaseHTTPRequestHandler) -> None:
        request.send_error(500, "disk on fire")

    with (
        daemon(tmp_path / "docker.sock", refuse) as access,
        pytest.raises(DockerDaemonFailed, match=r"500(.|\n)*disk on fire"),
    ):
        open_image(f"docker-daemon:{NAME}", access=access)


def test_an_answer_that_ends_early(tmp_path: Path):
    data = saved(tmp_path)

    def cut(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data[: len(data) // 2])
        request.close_connection = True

    with daemon(tmp_path / "docker.sock", cut) as access, pytest.raises((FetchFailed, UnreadableImage)):
        open_image(f"docker-daemon:{NAME}", access=access)


def test_an_answer_that_is_no_image(tmp_path: Path):
    with (
        daemon(tmp_path / "docker.sock", image_with(b"nothing" * 400, chunked=False)) as access,
        pytest.raises(PrillError, match="holds no image"),
    ):
        open_image(f"docker-daemon:{NAME}", access=access)


def test_a_daemon_elsewhere_is_not_asked_and_neither_is_this_machines():
    access = RegistryAccess(docker_host="tcp://docker.example.test:2375")
    with pytest.raises(NoDockerDaemon, match=r"Unix socket alone, not at 'tcp://docker\.example\.test:2375'"):
        open_image(f"docker-daemon:{NAME}", access=access)


def test_a_socket_that_nobody_listens_at(tmp_path: Path):
    with daemon(tmp_path / "docker.sock", image_with(b"", chunked=False)) as access:
        pass
    with pytest.raises(NoDockerDaemon, match="nobody answers"):
        open_image(f"docker-daemon:{NAME}", access=access)


@dataclass
class Loader:
    """Takes what is loaded, and answers as it was told to."""

    status: int = 200
    says: bytes = b'{"stream":"Loaded image: example.org/app:1.0\\n"}\r\n'
    seen: list[tuple[str, str]] = field(default_factory=list)
    taken: bytes = b""

    def __call__(self, request: BaseHTTPRequestHandler) -> None:
        self.seen.append((request.command, request.path.partition("?")[0]))
        self.taken = request.rfile.read(int(request.headers["Content-Length"]))
        request.send_response(self.status)
        request.send_header("Content-Length", str(len(self.says)))
        request.end_headers()
        request.wfile.write(self.says)


def load(access: RegistryAccess) -> None:
    made = image_of([file("etc/motd", "hello")])
    write_image(
        Destination.parse(f"docker-daemon:{NAME}"),
        blobs=made.store,
        entries=made.entries,
        name=ImageReference.parse("localhost/image:latest"),
        access=access,
    )


def test_the_daemon_gets_what_docker_load_reads(tmp_path: Path):
    loader = Loader()
    with daemon(tmp_path / "docker.sock", loader) as access:
        load(access)
    assert loader.seen == [("POST", "/images/load")]
    assert loader.taken == saved(tmp_path), "the same image by the destination's name"


@pytest.mark.parametrize(
    ("status", "says", "told"),
    [
        (500, b'{"message":"no space left"}', r"answers 500(.|\n)*no space left"),
        (200, b'{"errorDetail":{"message":"bad layer"},"error":"bad layer"}\r\n', "does not take .*: 'bad layer'"),
        (200, b'{"stream":"half"}\n{"error":', "does not take"),
        (200, b'{"error":' + b"[" * 100_000, "does not take"),
    ],
)
def test_an_image_that_the_daemon_does_not_take(tmp_path: Path, status: int, says: bytes, told: str):
    """It unpacks while it answers: what goes wrong then comes after the good status."""
    with (
        daemon(tmp_path / "docker.sock", Loader(status, says)) as access,
        pytest.raises(DockerDaemonFailed, match=told),
    ):
        load(access)


def test_a_daemon_elsewhere_gets_nothing():
    with pytest.raises(NoDockerDaemon, match="Unix socket alone") as caught:
        load(RegistryAccess(docker_host="tcp://docker.example.test:2375"))
    assert "docker load -i FILE" in str(caught.value.hint)
