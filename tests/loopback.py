"""An HTTP server on loopback that serves a dict, and misbehaves where it is told to."""

import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class Handler(BaseHTTPRequestHandler):
    """Answers GET from ``server.files``, or as ``server.behaviour`` says."""

    protocol_version = "HTTP/1.1"
    server: "Loopback"

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers)))
        behave = self.server.behaviour.get(self.path) or self.server.behaviour.get("*")
        if behave:
            behave(self)
        else:
            self.send_file(self.server.files.get(self.path))

    def send_file(self, data: bytes | None, *, status: int = 200, length: int | None = None) -> None:
        body = b"" if data is None else data
        self.send_response(404 if data is None else status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def redirect(self, location: str, status: int = 302) -> None:
        self.send_response(status)
        self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def cut(self) -> None:
        """End the connection at once."""
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class Loopback(ThreadingHTTPServer):
    """Use in a ``with`` block; ``url`` is its address. ``waiting`` ends what hangs when the block is left."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, files: dict[str, bytes] | None = None, host: str = "127.0.0.1") -> None:
        super().__init__((host, 0), Handler)
        self.files = files or {}
        self.behaviour: dict[str, Callable[[Handler], None]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.waiting = threading.Event()
        self.url = f"http://{host}:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no error."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.waiting.set()
        self.shutdown()
        self._thread.join()
        self.server_close()
