"""HTTP/1.1 to registries (RFC 9112), over connections that are kept.

A verification asks five small questions, and a copy moves gigabytes: the first cannot wait for a library that brings
asynchronous networking and HTTP/2 along, nor the second for one that copies each byte twice (docs/adr/0010). Whoever
uses this follows redirects, tries again, and bounds the bodies that it reads.

1. A connection that the server has closed in the meantime is not used again.
2. A request goes out whole, unless the server answers before: then its answer counts, and the connection is closed.
   This is looked at before each piece, since such a server may read nothing more, nor close its end.
3. An answer ends where its length or its last chunk says; one that ends before raises. `prill._io.answers` reads it.
   One that ends with the connection is whole only if TLS, where it is spoken, was told that this is the end.
4. A connection is kept only if its answer was read to the end, the server did not say that it closes it, and nothing
   came after that end: it would pass for the answer to the next request. This is looked at again before that goes out.
5. An answer that has begun goes on at a least pace, whatever of it is on its way.
6. A connection serves one origin, even where a proxy would take requests to others over it.
"""

import _socket
import os
import time
from _thread import allocate_lock
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast
from urllib.parse import SplitResult, quote, urlsplit

from prill._io.answers import Head, read_body, read_head
from prill._io.connection import Connection, paced_reader
from prill._io.fetch_errors import TooSlow, UnexpectedAnswer, Unreachable, socket_errors
from prill._io.fields import InvalidMessage
from prill._io.urls import redact
from prill.model.value import dataclass, field

if TYPE_CHECKING:
    import ssl
    from socket import socket

    from prill._io.proxies import Proxy

__all__ = ["Answer", "Connections", "Received", "Request", "Transport"]

_CONNECT_TIMEOUT = 10.0
_PIECE = 1 << 18
_KEPT_AS_THEY_ARE = "!#$%&'()*+,/:;=?@[]~"
_PORTS = {"http": 80, "https": 443}
_OK = 200
_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"})
"""What OpenSSL makes of an answer in plain HTTP."""
_NOBODY_VOUCHES = (
    "nobody whom this machine trusts vouches for that name; for registries, registries.ca in the settings names others"
)

_Origin = tuple[str, str, int]
_Route = tuple[_Origin, "Proxy | None"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request to a whole address. A ``body`` is as long as the header ``Content-Length`` says."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    body: Iterable[bytes] | None = field(default=None, repr=False)


class Received(Protocol):
    """The beginning of an answer: its status, and its headers with names in lower case."""

    status: int
    headers: dict[str, str]

    def parts(self) -> Iterator[bytes]:
        """Yield the body as it is, once; raise `ConnectionBroken` where it ends too early, or `TimedOut`."""

    def close(self) -> None:
        """Be done with it; may be called again."""


class Transport(Protocol):
    """What carries requests; tests have others."""

    def send(self, request: Request) -> Received:
        """Send a request and wait for the beginning of its answer; raise a `FetchFailed`."""

    def close(self) -> None:
        """Close what is open."""


class Connections:
    """A `Transport` over sockets, from several threads. ``tls`` is asked for its context when TLS is first spoken.

    ``clock`` counts seconds, for answers that are too slow.
    """

    def __init__(self, tls: "Callable[[], ssl.SSLContext]", *, clock: Callable[[], float] = time.monotonic) -> None:
        self._tls = tls
        self._clock = clock
        self._guard = allocate_lock()
        self._idle: dict[_Route, list[Connection]] = {}

    def send(self, request: Request) -> "Answer":
        """Send a request and wait for the beginning of its answer; raise a `FetchFailed` or `UnsupportedURL`."""
        shown = redact(request.url)
        with socket_errors(shown):
            parts = urlsplit(request.url)
            origin: _Origin = (parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme])
            proxy = _proxy(parts.scheme, f"{origin[1]}:{origin[2]}")
            head = _head(request, parts, proxy)
        route: _Route = (origin, proxy)  # 6
        connection = self._kept(route) or self._connect(origin, proxy, shown)
        try:
            whole = connection.put(head, request.body or (), shown)
            with socket_errors(shown):
                answered = connection.answer(request.method, shown)
        except BaseException:
            connection.close()
            raise
        keep = whole and answered.persistent
        return Answer(connection, answered, shown, lambda: self._give_back(route, connection, keep=keep))

    def close(self) -> None:
        """Close the connections that nobody uses."""
        with self._guard:
            idle = [connection for several in self._idle.values() for connection in several]
            self._idle.clear()
        for connection in idle:
            connection.close()

    def _kept(self, route: _Route) -> "Connection | None":
        while True:
            with self._guard:
                several = self._idle.get(route)
                if not several:
                    return None
                connection = several.pop()
            if not connection.heard():  # 1, 4
                return connection
            connection.close()

    def _give_back(self, route: _Route, connection: "Connection", *, keep: bool) -> None:
        if not keep or connection.heard():
            connection.close()
            return
        with self._guard:
            self._idle.setdefault(route, []).append(connection)

    def _connect(self, origin: _Origin, proxy: "Proxy | None", shown: str) -> "Connection":
        scheme, host, port = origin
        link = None
        try:
            link = _dial(*((proxy.host, proxy.port) if proxy else (host, port)))
            if scheme == "https":
                if proxy is not None:
                    _open_tunnel(link, f"{_bracketed(host)}:{port}", proxy, self._clock)
                link = plain = _whole(link)
                link = self._tls().wrap_socket(plain, server_hostname=host, suppress_ragged_eofs=False)  # 3
        except (OSError, UnicodeError, InvalidMessage) as error:
            if link is not None:
                link.close()
            raise Unreachable(f"cannot connect to {shown}: {error}", hint=_advice(error)) from error
        except TooSlow:
            if link is not None:
                link.close()
            raise
        return Connection(link, self._clock)


class Answer:
    """An answer over a connection, which is given back once the answer was read to its end, and else closed."""

    def __init__(self, connection: "Connection", head: Head, shown: str, give_back: Callable[[], None]) -> None:
        self.status = head.status
        self.headers = head.headers
        self._connection = connection
        self._head = head
        self._shown = shown
        self._give_back = give_back
        self._open = True
        if head.length == 0:
            self._finish()

    def parts(self) -> Iterator[bytes]:
        """Yield the body as it is, once; raise `ConnectionBroken` where it ends too early, or `TimedOut`."""
        if not self._open:
            return
        pieces = read_body(self._connection.reader, self._head, _PIECE)
        while True:
            with socket_errors(self._shown):
                piece = next(pieces, None)  # 3
            if piece is None:
                break
            yield piece
        self._finish()

    def close(self) -> None:
        """Be done with it: what was not read is not waited for, and the connection is closed."""
        if self._open:
            self._open = False
            self._connection.close()

    def _finish(self) -> None:
        self._open = False
        self._give_back()  # 4


def _advice(error: Exception) -> str:
    if getattr(error, "reason", None) in _NO_TLS:
        return "it does not speak TLS there; --plain-http, if the network on the way is trusted"
    if getattr(error, "reason", None) == "CERTIFICATE_VERIFY_FAILED":
        return _NOBODY_VOUCHES
    return "check the address, the network and the proxy settings"


def _proxy(scheme: str, host: str) -> "Proxy | None":
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    from prill._io.proxies import proxy_for  # noqa: PLC0415 - few have proxies

    return proxy_for(scheme, host)


def _head(request: Request, parts: SplitResult, proxy: "Proxy | None") -> bytes:
    """Return a request's line and headers; raise `UnexpectedAnswer` where one of them is two lines."""
    target = quote(f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", safe=_KEPT_AS_THEY_ARE)
    host = parts.netloc.rpartition("@")[2].encode("idna" if not parts.netloc.isascii() else "ascii").decode()
    lines = {"Host": host, **request.headers}
    if proxy is not None and parts.scheme == "http":
        target = f"http://{host}{target}"
        lines |= {"Proxy-Authorization": proxy.authorization} if proxy.authorization else {}
    head = [f"{request.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in lines.items())]
    if any(not line.isprintable() for line in head):
        raise UnexpectedAnswer(f"{redact(request.url)} cannot be asked for: there are control characters in it")
    return "\r\n".join((*head, "", "")).encode("latin-1")


def _dial(host: str, port: int) -> _socket.socket:
    """Connect to the first of a host's addresses that answers; raise `OSError`.

    The socket is the interpreter's own: what the library puts around it takes as long to load as five requests.
    """
    # As bytes: a name in ASCII needs no table of international ones.
    name = host.encode("ascii" if host.isascii() else "idna")
    failed: OSError | None = None
    for family, kind, protocol, _, address in _socket.getaddrinfo(name, port, type=_socket.SOCK_STREAM):
        link = _socket.socket(family, kind, protocol)
        try:
            link.settimeout(_CONNECT_TIMEOUT)
            link.connect(address)
            link.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        except OSError as error:
            link.close()
            failed = error
        else:
            return link
    raise failed or OSError("the host has no address")


def _whole(link: _socket.socket) -> "socket":
    """Return the same connection as the library's socket, which TLS wants."""
    from socket import socket  # noqa: PLC0415 - TLS brings it along

    return socket(fileno=link.detach())


def _open_tunnel(link: _socket.socket, host: str, proxy: "Proxy", clock: Callable[[], float]) -> None:
    """Ask a proxy for a connection to ``host`` (RFC 9110, section 9.3.6).

    Raise `OSError`, `InvalidMessage`, or `TooSlow`.
    """
    login = f"Proxy-Authorization: {proxy.authorization}\r\n" if proxy.authorization else ""
    link.sendall(f"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n{login}\r\n".encode("latin-1"))
    # What follows the answer's head belongs to TLS.
    reader = cast("BinaryIO", paced_reader(link, clock, f"the proxy {proxy.host}:{proxy.port}"))
    status = read_head(reader, "CONNECT").status
    if status != _OK:
        raise InvalidMessage(f"the proxy answers {status}")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
