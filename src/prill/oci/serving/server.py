"""The registry as a process or a thread has it: a folder, an address, a bounded number of connections."""

import socket
import socketserver
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from prill.errors import PrillError
from prill.model.value import dataclass, field
from prill.oci.serving.api import RegistryApi
from prill.oci.serving.handler import Handler
from prill.oci.serving.limits import ServerLimits
from prill.oci.serving.storage import RegistryStorage

__all__ = ["CannotListen", "RegistryServer", "ServerOptions"]


_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class CannotListen(PrillError):
    """The registry cannot have an address, or the certificate that goes with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """How a registry is served. Port 0 takes a free one; ``logins`` are ``user:password``, none for everybody.

    With ``certificate``, a PEM file with its chain, and ``key``, TLS is spoken.
    """

    host: str = "127.0.0.1"
    port: int = 0
    read_only: bool = False
    logins: tuple[bytes, ...] = ()
    certificate: Path | None = None
    key: Path | None = None
    limits: ServerLimits = field(default_factory=ServerLimits)


class RegistryServer(ThreadingHTTPServer):
    """Serves a folder. In a ``with`` block a thread does it; `serve_forever` does it in the caller's."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(
        self, folder: Path, options: ServerOptions | None = None, *, log: Callable[[str], None] = lambda _: None
    ) -> None:
        """Open the folder and the address; raise `CannotListen`, or what `RegistryStorage` raises.

        ``log`` is told about each request, in a line.
        """
        options = options or ServerOptions()
        self.address_family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
        self.limits = options.limits
        self.logins = options.logins
        self.log = log
        self._slots = threading.BoundedSemaphore(options.limits.connections)
        self._storage = RegistryStorage(folder)
        self.api = RegistryApi(self._storage, options.limits, read_only=options.read_only)
        try:
            super().__init__((options.host, options.port), Handler)
            self._encrypt(options)
        except (OSError, OverflowError) as error:
            self._storage.close()
            raise CannotListen(f"cannot serve at {options.host}:{options.port}: {error}") from error
        port = self.server_address[1]
        shown = f"[{options.host}]" if ":" in options.host else options.host
        self.host = f"{shown}:{port}"
        self.url = f"{'https' if options.certificate else 'http'}://{self.host}"
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def server_bind(self) -> None:
        """Take the address, without asking anybody for this machine's name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def process_request(self, request: "socket.socket | tuple[bytes, socket.socket]", client_address: object) -> None:
        """Serve a connection in a thread of its own; when there are too many, tell the client to come back."""
        if self._slots.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            with suppress(OSError):
                if isinstance(request, socket.socket) and not isinstance(request, ssl.SSLSocket):
                    request.settimeout(1.0)
                    request.sendall(_BUSY)
            self.shutdown_request(request)

    def process_request_thread(
        self, request: "socket.socket | tuple[bytes, socket.socket]", client_address: object
    ) -> None:
        """Serve a connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002
        """Log what a client that went away, or a bug, has left; the other connections go on."""
        import sys  # noqa: PLC0415 - only for an error

        self.log(f"a connection ended with {sys.exc_info()[1]!r}")

    def server_close(self) -> None:
        """Let go of the address and the folder."""
        super().server_close()
        self.api.close()
        self._storage.close()

    def _encrypt(self, options: ServerOptions) -> None:
        if options.certificate is None:
            return
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.certificate, options.key)
        # The handshake happens in the connection's thread, at its first read, and so keeps nobody else waiting.
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
