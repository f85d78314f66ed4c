"""Images that a Docker daemon holds, by its HTTP API on a Unix socket (Docker Engine API, "Export" and "Import").

The daemon hands out what ``docker save`` writes, and takes what ``docker load`` reads. Either goes through a temporary
file without a name.
"""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote

from prill._io.fetch_errors import library_errors
from prill._io.nameless import nameless_file
from prill.errors import PrillError
from prill.oci.archive import open_archive_file
from prill.oci.docker_archive import DockerArchive
from prill.oci.image_limits import IMAGE_LIMITS
from prill.oci.layout import Layout

if TYPE_CHECKING:
    import httpx2

__all__ = [
    "DockerDaemonFailed",
    "NoDockerDaemon",
    "NotInDocker",
    "check_daemon",
    "load_into_daemon",
    "open_from_daemon",
]

_OK, _NOT_FOUND = 200, 404
_SHOWN = 300
_MAX_ANSWER = 1 << 20
_CONNECT, _READ = 5.0, 300.0
_UNIX = "unix://"
_LOADED_BY_HAND = "docker-archive:FILE, and docker load -i FILE"


class NoDockerDaemon(PrillError):
    """Nobody listens where the Docker daemon should."""


class NotInDocker(PrillError):
    """The Docker daemon has no image of that name."""


class DockerDaemonFailed(PrillError):
    """The Docker daemon does not hand out an image, or does not take one."""


def open_from_daemon(name: str, host: str) -> tuple[Layout | DockerArchive, str]:
    """Return the archive that has the image ``name``, and nothing as its tag, as it is the only one in it.

    ``host`` is where the daemon listens, as DOCKER_HOST says it; of a daemon elsewhere nothing is asked, and no other
    one in its place. Raise `NoDockerDaemon`, `NotInDocker`, `DockerDaemonFailed`, or what opening an archive raises.
    """
    path = _socket_of(host, instead="docker save NAME -o FILE, and docker-archive:FILE")
    file = nameless_file()  # it stays open as long as the image
    try:
        _save(name, path, file)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return open_archive_file(file, f"docker-daemon:{name}"), ""


def check_daemon(host: str) -> None:
    """Raise `NoDockerDaemon` where nobody listens at ``host`` who could be handed an image."""
    _socket_of(host, instead=_LOADED_BY_HAND)


def load_into_daemon(host: str, name: str, write: Callable[[BinaryIO], None]) -> None:
    """Hand the archive that ``write`` writes, as ``docker load`` reads it, to the daemon at ``host``.

    ``name`` is what the image is called in messages. Raise `NoDockerDaemon` before anything is written,
    `DockerDaemonFailed` where the daemon does not take it, a `FetchFailed`, or what ``write`` raises.
    """
    path = _socket_of(host, instead=_LOADED_BY_HAND)
    with nameless_file() as file:
        write(file)
        file.seek(0)
        _load(name, path, file)


def _socket_of(host: str, *, instead: str) -> Path:
    """Return the socket that somebody listens at; raise `NoDockerDaemon`. ``instead`` does without a daemon."""
    if not host.startswith(_UNIX):
        raise NoDockerDaemon(
            f"a Docker daemon is asked by its Unix socket alone, not at {host[:160]!r}",
            hint=f"{instead}; or DOCKER_HOST=unix:///PATH",
        )
    path = Path(host.removeprefix(_UNIX))
    if not path.is_socket():
        raise NoDockerDaemon(
            f"there is no Docker daemon at {str(path)!r}", hint="start it, or set DOCKER_HOST=unix:///PATH"
        )
    _check_listening(path)
    return path


def _check_listening(path: Path) -> None:
    """Raise `NoDockerDaemon` where nobody answers; the HTTP library would leave its socket open then."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_CONNECT)
        try:
            probe.connect(str(path))
        except OSError as error:
            raise NoDockerDaemon(
                f"nobody answers at {str(path)!r}: {error.strerror or error}",
                hint="is the Docker daemon running, and may you use it?",
            ) from error


def _save(name: str, path: Path, file: BinaryIO) -> None:
    address = f"http://docker/images/{quote(name, safe='/:@')}/get"
    with _asked(path, "GET", address) as answer:
        if answer.status_code != _OK:
            _refused(name, answer.status_code, next(answer.iter_bytes(_SHOWN), b"").decode("utf-8", "replace"))
        size = 0
        for part in answer.iter_bytes():
            size += len(part)
            if size > IMAGE_LIMITS.max_total_size:
                raise DockerDaemonFailed(f"{name!r} has more than {IMAGE_LIMITS.max_total_size} bytes")
            file.write(part)


def _load(name: str, path: Path, file: BinaryIO) -> None:
    with _asked(path, "POST", "http://docker/images/load?quiet=1", file) as answer:
        told = b""
        for part in answer.iter_bytes():
            told = (told + part)[:_MAX_ANSWER]
    if answer.status_code != _OK:
        _refused(name, answer.status_code, told[:_SHOWN].decode("utf-8", "replace"))
    for line in told.splitlines():
        if b'"error"' in line:  # it comes after the status, as the image is unpacked by then
            raise DockerDaemonFailed(f"the Docker daemon does not take {name!r}: {_error(line)[:_SHOWN]!r}")


def _error(line: bytes) -> str:
    """Return what a message of the daemon's says is wrong (Docker Engine API, "errorDetail" and "error")."""
    try:
        return str(json.loads(line)["error"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return line.decode("utf-8", "replace")


@contextmanager
def _asked(path: Path, method: str, address: str, body: BinaryIO | None = None) -> "Iterator[httpx2.Response]":
    """Ask the daemon at the socket ``path``; what the library raises is a `FetchFailed` then."""
    import httpx2  # noqa: PLC0415 - only for this source

    headers = {} if body is None else {"Content-Type": "application/x-tar"}
    patience = httpx2.Timeout(_READ, connect=_CONNECT)
    with (
        library_errors(address),
        httpx2.Client(transport=httpx2.HTTPTransport(uds=str(path))) as client,
        client.stream(method, address, timeout=patience, headers=headers, content=body) as answer,
    ):
        yield answer


def _refused(name: str, status: int, text: str) -> None:
    if status == _NOT_FOUND:
        raise NotInDocker(f"the Docker daemon has no image {name!r}", hint="docker images lists what it has")
    raise DockerDaemonFailed(f"the Docker daemon answers {status} for {name!r}: {text!r}")
