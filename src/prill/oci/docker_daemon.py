"""Images that a Docker daemon holds, by its HTTP API on a Unix socket (Docker Engine API, "Export an image").

The daemon hands out what ``docker save`` writes. It goes to a temporary file without a name, and is read from there.
"""

import socket
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from prill._io.fetch_errors import library_errors
from prill._io.nameless import nameless_file
from prill.errors import PrillError
from prill.oci.archive import open_archive_file
from prill.oci.docker_archive import DockerArchive
from prill.oci.image_limits import IMAGE_LIMITS
from prill.oci.layout import Layout

__all__ = ["DockerDaemonFailed", "NoDockerDaemon", "NotInDocker", "open_from_daemon"]

_OK, _NOT_FOUND = 200, 404
_SHOWN = 300
_CONNECT, _READ = 5.0, 300.0
_UNIX = "unix://"


class NoDockerDaemon(PrillError):
    """Nobody listens where the Docker daemon should."""


class NotInDocker(PrillError):
    """The Docker daemon has no image of that name."""


class DockerDaemonFailed(PrillError):
    """The Docker daemon does not hand out an image."""


def open_from_daemon(name: str, host: str) -> tuple[Layout | DockerArchive, str]:
    """Return the archive that has the image ``name``, and nothing as its tag, as it is the only one in it.

    ``host`` is where the daemon listens, as DOCKER_HOST says it; of a daemon elsewhere nothing is asked, and no other
    one in its place. Raise `NoDockerDaemon`, `NotInDocker`, `DockerDaemonFailed`, or what opening an archive raises.
    """
    if not host.startswith(_UNIX):
        raise NoDockerDaemon(
            f"a Docker daemon is asked by its Unix socket alone, not at {host[:160]!r}",
            hint="docker save NAME -o FILE, and docker-archive:FILE; or DOCKER_HOST=unix:///PATH",
        )
    path = Path(host.removeprefix(_UNIX))
    if not path.is_socket():
        raise NoDockerDaemon(
            f"there is no Docker daemon at {str(path)!r}", hint="start it, or set DOCKER_HOST=unix:///PATH"
        )
    _check_listening(path)
    file = nameless_file()  # it stays open as long as the image
    try:
        _save(name, path, file)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return open_archive_file(file, f"docker-daemon:{name}"), ""


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
    import httpx2  # noqa: PLC0415 - only for this source

    address = f"http://docker/images/{quote(name, safe='/:@')}/get"
    patience = httpx2.Timeout(_READ, connect=_CONNECT)
    with (
        library_errors(address),
        httpx2.Client(transport=httpx2.HTTPTransport(uds=str(path))) as client,
        client.stream("GET", address, timeout=patience) as answer,
    ):
        if answer.status_code != _OK:
            _refused(name, answer.status_code, next(answer.iter_bytes(_SHOWN), b"").decode("utf-8", "replace"))
        size = 0
        for part in answer.iter_bytes():
            size += len(part)
            if size > IMAGE_LIMITS.max_total_size:
                raise DockerDaemonFailed(f"{name!r} has more than {IMAGE_LIMITS.max_total_size} bytes")
            file.write(part)


def _refused(name: str, status: int, text: str) -> None:
    if status == _NOT_FOUND:
        raise NotInDocker(f"the Docker daemon has no image {name!r}", hint="docker images lists what it has")
    raise DockerDaemonFailed(f"the Docker daemon answers {status} for {name!r}: {text!r}")
