"""HTTP/1.1 around the API: what comes over a connection becomes a `Request`, an `Answer` goes back.

Bodies are bounded by what the API reads of them. A request whose body was not read to its end, or whose length is not
clear, ends its connection: what follows on it could be anything (RFC 9112, section 6.3). A proxy in front may read a
head that is not strictly HTTP/1.1 in another way, and see another request: such a one is refused (sections 5.1, 6.1).
"""

import base64
import binascii
import hmac
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from io import BufferedIOBase
from socket import SHUT_WR
from time import monotonic
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from prill._io.fields import InvalidMessage, list_of, read_fields
from prill.oci.serving.exchange import Answer, Request
from prill.oci.serving.problems import Problem

if TYPE_CHECKING:
    from prill.oci.serving.server import RegistryServer

__all__ = ["Handler"]

_PIECE = 1 << 20
_LONGEST_LINE = 128
_LONGEST_CHUNK = 15
_SMALL = 1 << 16
_WORDS = 3
_LONGEST_LINGER = 2.0
_MOST_UNREAD = 64 << 20
_NOT_IN_HOSTS = frozenset(' ,/?#@\\"')


class _Fixed:
    """A body whose length was announced."""

    def __init__(self, stream: BufferedIOBase, length: int) -> None:
        self._stream = stream
        self.left = length

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(min(size, self.left))
        if self.left and size and not data:
            raise ConnectionError("the request's body ends too early")
        self.left -= len(data)
        return data


class _Chunked:
    """A body in chunks (RFC 9112, section 7.1); trailers are read, to the bound that a head has, and ignored."""

    def __init__(self, stream: BufferedIOBase) -> None:
        self._stream = stream
        self._chunk = 0
        self.left = 1

    def read(self, size: int, /) -> bytes:
        if not self.left or not size:
            return b""
        if not self._chunk:
            self._chunk = self._next()
            if not self._chunk:
                self._trailer()
                self.left = 0
                return b""
        data = self._stream.read(min(size, self._chunk))
        if not data:
            raise ConnectionError("the request's body ends too early")
        self._chunk -= len(data)
        if not self._chunk and self._line():
            raise ConnectionError("a chunk is longer than it says")
        return data

    def _next(self) -> int:
        text = self._line().partition(b";")[0].strip()
        if not text or len(text) > _LONGEST_CHUNK or set(text) - set(b"0123456789abcdefABCDEF"):
            raise ConnectionError("not a chunk's length")
        return int(text, 16)

    def _trailer(self) -> None:
        try:
            read_fields(cast("BinaryIO", self._stream))
        except InvalidMessage as error:
            raise ConnectionError(f"the request's trailer cannot be read: {error}") from error

    def _line(self) -> bytes:
        line = self._stream.readline(_LONGEST_LINE)
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the request's body ends too early")
        return line[:-2]


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "prill"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = _SMALL
    server: "RegistryServer"
    raw_requestline: bytes

    def setup(self) -> None:
        """Give up on a client that says nothing."""
        super().setup()
        self.connection.settimeout(self.server.limits.silence)

    def parse_request(self) -> bool:
        """Read a request's head, which the base class would let pass in several readings; answer one that is none."""
        self.close_connection = True
        self.command, self.request_version = "", "HTTP/1.1"
        line = self.raw_requestline
        self.requestline = line.rstrip(b"\r\n").decode("latin-1")
        try:
            method, target, version = _request_line(line)
            self._fields = read_fields(cast("BinaryIO", self.rfile))
            _check_host(self._fields.get("host"), version)
        except InvalidMessage as error:
            self._send(_refusal(Problem(400, "UNSUPPORTED", str(error))))
            return False
        self.command, self.path, self.request_version = method, target, version
        self.close_connection = version == "HTTP/1.0" or "close" in list_of(self._fields.get("connection"))
        if version == "HTTP/1.1" and self._fields.get("expect", "").lower() == "100-continue":
            return self.handle_expect_100()
        return True

    def handle_any(self) -> None:
        """Answer one request."""
        body: _Fixed | _Chunked | None = None
        try:
            body = self._body()
            answer = self.server.api.answer(self._request(body)) if self._is_known() else _unauthorized()
        except Problem as problem:
            answer = _refusal(problem)
        except (ConnectionError, TimeoutError):
            self.close_connection = True
            return
        unread = body is None or body.left > 0
        if unread:
            self.close_connection = True
        self._send(answer)
        if unread:
            self._linger()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815 - the base class's names

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Answer what the base class refuses, such as another method, as everything else is."""
        self.close_connection = True
        self._send(_refusal(Problem(code, "UNSUPPORTED", message or "this is not done here")))

    def _request(self, body: _Fixed | _Chunked) -> Request:
        try:
            address = urlsplit(self.path)
            query = dict(parse_qsl(address.query, max_num_fields=20))
        except ValueError as error:
            raise Problem(400, "UNSUPPORTED", f"not an address: {error}") from error
        return Request(method=self.command, path=unquote(address.path), query=query, headers=self._fields, body=body)

    def _body(self) -> _Fixed | _Chunked:
        coding, length = self._fields.get("transfer-encoding"), self._fields.get("content-length")
        if coding is not None and length is None and coding.lower() == "chunked":
            return _Chunked(self.rfile)
        if coding is not None:
            raise Problem(400, "UNSUPPORTED", "the length of the request's body is not clear")
        text = "0" if length is None else length
        if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_CHUNK):
            raise Problem(400, "UNSUPPORTED", "not a length of a request's body")
        return _Fixed(self.rfile, int(text))

    def _is_known(self) -> bool:
        """Check the user and password (RFC 7617), where the registry asks for them."""
        logins = self.server.logins
        if not logins:
            return True
        scheme, _, value = self._fields.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(value, validate=True) if scheme.lower() == "basic" else b""
        except binascii.Error:
            given = b""
        return sum(hmac.compare_digest(given, known) for known in logins) > 0

    def _send(self, answer: Answer) -> None:
        try:
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Docker-Distribution-API-Version", "registry/2.0")
            if answer.status != 204:  # noqa: PLR2004 - it has no body and no length (RFC 9110, section 8.6)
                self.send_header("Content-Length", str(answer.length))
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self._send_body(answer)
            self.wfile.flush()
        except (OSError, ValueError):
            self.close_connection = True
        finally:
            if answer.file is not None:
                answer.file.close()

    def _linger(self) -> None:
        """Read on for a moment before closing: what still comes would end the connection, and the answer with it.

        RFC 9112, section 9.6.
        """
        end, left = monotonic() + _LONGEST_LINGER, _MOST_UNREAD
        with suppress(OSError, ValueError):
            self.connection.shutdown(SHUT_WR)
            self.connection.settimeout(_LONGEST_LINGER)
            while left > 0 and monotonic() < end and (data := self.rfile.read1(min(_SMALL, left))):
                left -= len(data)

    def _send_body(self, answer: Answer) -> None:
        if answer.file is None:
            self.wfile.write(answer.body)
        elif answer.length:
            self.wfile.flush()
            self.connection.sendfile(answer.file, answer.span.start, answer.span.length)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Tell the registry's owner about a request."""
        self.server.log((format % args).encode("unicode_escape").decode())


def _request_line(line: bytes) -> tuple[str, str, str]:
    """Return a request's method, target and version (RFC 9112, section 3); raise `InvalidMessage`."""
    parts = line.removesuffix(b"\r\n").decode("latin-1").split(" ")
    if not line.endswith(b"\r\n") or len(parts) != _WORDS or parts[2] not in ("HTTP/1.0", "HTTP/1.1"):
        raise InvalidMessage("this is no request of HTTP/1.1")
    method, target, version = parts
    if not (method.isascii() and method.isalpha()) or not target:
        raise InvalidMessage("this is no request of HTTP/1.1")
    # Two slashes would begin the name of a host.
    return method, f"/{target.lstrip('/')}" if target.startswith("//") else target, version


def _check_host(host: str | None, version: str) -> None:
    """Refuse a request of HTTP/1.1 that names no host, or more than one (RFC 9112, section 3.2)."""
    if host is None:
        if version == "HTTP/1.1":
            raise InvalidMessage("a request without Host")
    elif not host.isascii() or not host.isprintable() or _NOT_IN_HOSTS.intersection(host):
        raise InvalidMessage(f"this is no host: {host[:160]!r}")


def _refusal(problem: Problem) -> Answer:
    headers = (("Content-Type", "application/json"), *problem.headers)
    return Answer(status=problem.status, headers=headers, body=problem.body())


def _unauthorized() -> Answer:
    return _refusal(Problem(401, "UNAUTHORIZED", "log in", (("WWW-Authenticate", 'Basic realm="prill"'),)))
