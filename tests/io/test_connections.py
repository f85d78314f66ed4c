"""Connections that are kept, given up, sent through proxies, and answered before a request is whole."""

import itertools
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Self

import pytest

from certificates import certificates
from loopback import Handler, Loopback
from prill._io.connections import Connections, Request
from prill._io.fetch_errors import ConnectionBroken, TooSlow, UnexpectedAnswer, Unreachable
from prill._io.proxies import Proxy, proxy_for
from prill._io.tls import trusting
from prill._io.urls import UnsupportedURL

WORDS = "told:to:nobody"


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connections]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with closing(Connections(trusting)) as made:
        yield made


def get(connections: Connections, url: str) -> bytes:
    with closing(connections.send(Request(method="GET", url=url))) as answer:
        assert answer.status == 200
        return b"".join(answer.parts())


class Raw:
    """A server that answers each connection with given bytes, after it read ``first`` bytes, and closes it."""

    def __init__(self, *answers: bytes, first: int = 1) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.asked: list[bytes] = []
        self.said = threading.Event()
        """Set when an answer and the connection's end are out."""
        self._thread = threading.Thread(target=self._serve, args=(answers, first))
        self._thread.start()

    def _serve(self, answers: tuple[bytes, ...], first: int) -> None:
        for answer in answers:
            link, _ = self._listening.accept()
            with link:
                asked = b""
                while len(asked) < first or b"\r\n\r\n" not in asked:
                    asked += link.recv(65536)
                self.asked.append(asked)
                with suppress(OSError):  # whoever has read enough may be gone
                    link.sendall(answer)
                    link.shutdown(socket.SHUT_WR)
                self.said.set()

    def close(self) -> None:
        self._thread.join(20)
        self._listening.close()


class Keeping:
    """A server that answers each connection's first request with given bytes, and says nothing more on any."""

    def __init__(self, *answers: bytes) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(20)
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.links: list[socket.socket] = []
        self.said = threading.Event()
        """Set when the first answer is out."""
        self._thread = threading.Thread(target=self._serve, args=(answers,))
        self._thread.start()

    def _serve(self, answers: tuple[bytes, ...]) -> None:
        try:
            for answer in answers:
                link, _ = self._listening.accept()
                self.links.append(link)
                link.recv(65536)
                link.sendall(answer)
                self.said.set()
        except TimeoutError:
            pass  # the client did not come back

    def close(self) -> None:
        self._thread.join(30)
        for link in self.links:
            link.close()
        self._listening.close()


def test_a_connection_is_kept(server: Loopback, connections: Connections):
    seen: list[object] = []

    def note(handler: Handler) -> None:
        seen.append(handler.connection)
        handler.send_file(b"x" * 1_000_000)

    server.behaviour["*"] = note
    assert {len(get(connections, f"{server.url}/{number}")) for number in range(3)} == {1_000_000}
    assert len(set(map(id, seen))) == 1


def test_a_connection_whose_answer_was_not_read_is_not_kept(server: Loopback, connections: Connections):
    server.files = {"/a": b"a" * 100, "/b": b"b"}
    with closing(connections.send(Request(method="GET", url=f"{server.url}/a"))) as answer:
        assert answer.headers["content-length"] == "100"
    assert get(connections, f"{server.url}/b") == b"b"


def test_a_connection_that_the_server_closed_is_not_used_again(connections: Connections):
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    with closing(Raw(whole, whole)) as server:
        assert get(connections, server.url) == b"ok"
        assert server.said.wait(20)
        assert get(connections, server.url) == b"ok"


SURPLUS = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
WITH_SURPLUS = {
    "a length": ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
    "chunks": ("GET", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
    "HEAD": ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 51\r\n\r\n"),
    "204": ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
    "304": ("GET", b"HTTP/1.1 304 Not Modified\r\n\r\n"),
    "101": ("GET", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"),
}


@pytest.mark.parametrize(("method", "first"), WITH_SURPLUS.values(), ids=WITH_SURPLUS.keys())
def test_what_follows_an_answer_is_not_the_next_one(connections: Connections, method: str, first: bytes):
    second = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"
    with closing(Keeping(first + SURPLUS, second)) as server:
        with closing(connections.send(Request(method=method, url=server.url))) as answer:
            list(answer.parts())
        assert get(connections, f"{server.url}/second") == b"good"


def test_what_follows_later_is_not_the_next_one(connections: Connections):
    """Looked at again before a request goes out: the surplus came while the connection was idle."""
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    with closing(Keeping(ok, ok)) as server:
        assert get(connections, server.url) == b"ok"
        server.links[0].sendall(SURPLUS)
        assert get(connections, server.url) == b"ok"


DRIPPING = {
    "a body": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n",
    "a body that ends with the connection": b"HTTP/1.1 200 OK\r\n\r\n",
    "a head": b"HTTP/1.1 200 OK\r\nA: ",
}


@pytest.mark.parametrize("begin", DRIPPING.values(), ids=DRIPPING.keys())
def test_a_byte_now_and_then_is_not_waited_for(begin: bytes):
    """Each look at the clock lets the server send a byte, and twenty seconds pass."""
    now = 0.0
    with closing(Keeping(begin)) as server:

        def clock() -> float:
            nonlocal now
            now += 20.0
            if server.said.wait(20):
                server.links[0].sendall(b"x")
            return now

        with closing(Connections(trusting, clock=clock)) as connections, pytest.raises(TooSlow, match="bytes in"):
            get(connections, server.url)


def test_an_answer_before_the_request_is_whole(connections: Connections):
    refusal = b"HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nmuch"

    def body() -> Iterator[bytes]:
        for _ in range(200):
            yield bytes(1 << 16)

    link = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        accepted, _ = link.accept()
        accepted.recv(1000)
        accepted.sendall(refusal)
        accepted.close()  # with unread bytes: what the client still sends is answered by a reset

    serving = threading.Thread(target=serve)
    serving.start()
    url = f"http://127.0.0.1:{link.getsockname()[1]}/"
    request = Request(method="PUT", url=url, headers={"Content-Length": str(200 << 16)}, body=body())
    try:
        with closing(connections.send(request)) as answer:
            assert (answer.status, b"".join(answer.parts())) == (413, b"much")
    finally:
        serving.join(20)
        link.close()


@pytest.fixture(params=["plain", "TLS"])
def deaf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Connections, list[bytes]]]:
    """An address whose server reads a request's head, says what is in the list, and reads no more."""
    says: list[bytes] = []
    done = threading.Event()
    authority, certificate, key = certificates(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        link, _ = listening.accept()
        if request.param == "TLS":
            link = context.wrap_socket(link, server_side=True)
        with link:
            link.recv(1000)
            link.sendall(says[0])
            done.wait(30)

    serving = threading.Thread(target=serve)
    serving.start()
    scheme = "https" if request.param == "TLS" else "http"
    with closing(Connections(lambda: trusting(authority))) as made:
        yield f"{scheme}://127.0.0.1:{listening.getsockname()[1]}/", made, says
    done.set()
    serving.join(30)
    listening.close()


def test_an_answer_is_heard_though_nothing_more_is_taken(deaf: tuple[str, Connections, list[bytes]]):
    url, connections, says = deaf
    says.append(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
    body = (bytes(1 << 20) for _ in range(100))
    request = Request(method="PUT", url=url, headers={"Content-Length": str(100 << 20)}, body=body)
    with closing(connections.send(request)) as answer:
        assert (answer.status, b"".join(answer.parts())) == (403, b"no")
    assert next(body, None) is not None, "all was sent"


@pytest.mark.parametrize("scheme", ["http:", "https:"])
def test_a_body_is_sent_whole(server: Loopback, tmp_path: Path, scheme: str):
    """An interim answer, or what TLS 1.3 sends after its handshake, does not end a request."""
    authority, certificate, key = certificates(tmp_path)
    if scheme == "https:":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    came: list[bytes] = []

    def take(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        came.append(handler.rfile.read(int(handler.headers["Content-Length"])))
        handler.send_file(b"")

    server.behaviour["*"] = take
    parts = [bytes([number]) * 700_001 for number in range(20)]
    url = f"{server.url.replace('http:', scheme)}/x"
    request = Request(method="GET", url=url, headers={"Content-Length": str(700_001 * 20)}, body=iter(parts))
    with closing(Connections(lambda: trusting(authority))) as connections, closing(connections.send(request)) as answer:
        assert answer.status == 200
    assert came == [b"".join(parts)]


def test_what_is_wrong_with_the_source_is_raised_as_it_is(server: Loopback, connections: Connections):
    def body() -> Iterator[bytes]:
        yield b"ab"
        raise OSError(5, "the disk is broken")

    server.behaviour["*"] = lambda handler: handler.rfile.read(4)  # and does not answer before
    request = Request(method="GET", url=f"{server.url}/x", headers={"Content-Length": "4"}, body=body())
    with pytest.raises(OSError, match="the disk is broken"):
        connections.send(request)


def test_an_answer_that_is_cut(connections: Connections):
    with (
        closing(Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")) as server,
        pytest.raises(ConnectionBroken, match="3 bytes are missing"),
    ):
        get(connections, server.url)


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "\0"])
def test_a_header_is_one_line(server: Loopback, connections: Connections, value: str):
    with pytest.raises(UnexpectedAnswer, match="control characters"):
        connections.send(Request(method="GET", url=server.url, headers={"X": value}))
    assert server.requests == []


def test_an_address_is_escaped_once(server: Loopback, connections: Connections):
    server.behaviour["*"] = lambda handler: handler.send_file(b"")
    get(connections, f"{server.url}/a b/%2F/\u00e9?x=%20&y=z z")
    assert server.paths == ["/a%20b/%2F/%C3%A9?x=%20&y=z%20z"]


def test_nobody_listens(connections: Connections):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Unreachable, match="cannot connect"):
        get(connections, f"http://127.0.0.1:{port}/")


class TestTls:
    @pytest.fixture
    def secure(self, server: Loopback, tmp_path: Path) -> Iterator[tuple[Loopback, Connections]]:
        """A server with a certificate for 127.0.0.1, and connections that trust its authority."""
        authority, certificate, key = certificates(tmp_path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        with closing(Connections(lambda: trusting(authority))) as made:
            yield server, made

    def test_a_connection_is_kept(self, secure: tuple[Loopback, Connections]):
        """What TLS 1.3 sends after its handshake is not taken for the connection's end."""
        server, connections = secure
        seen: list[object] = []

        def note(handler: Handler) -> None:
            seen.append(handler.connection)
            handler.send_file(b"x" * 300_000)

        server.behaviour["*"] = note
        url = server.url.replace("http:", "https:")
        assert [len(get(connections, f"{url}/{number}")) for number in range(3)] == [300_000] * 3
        assert len(set(map(id, seen))) == 1

    def test_a_certificate_for_another_name(self, secure: tuple[Loopback, Connections]):
        server, connections = secure
        url = server.url.replace("http://127.0.0.1", "https://localhost")
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            get(connections, url)
        assert server.requests == []

    def test_an_authority_that_is_not_trusted(self, secure: tuple[Loopback, Connections]):
        server, _ = secure
        with (
            closing(Connections(trusting)) as connections,
            pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED") as caught,
        ):
            get(connections, server.url.replace("http:", "https:"))
        assert server.requests == []
        assert "registries.ca in the settings" in (caught.value.hint or "")

    @pytest.mark.parametrize("told", [True, False], ids=["told", "cut"])
    def test_a_body_that_ends_with_the_connection(self, tmp_path: Path, *, told: bool):
        """Whoever sits between can end the connection, but not say in TLS that this was all."""
        authority, certificate, key = certificates(tmp_path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        listening = socket.create_server(("127.0.0.1", 0))

        def serve() -> None:
            accepted, _ = listening.accept()
            with context.wrap_socket(accepted, server_side=True) as link:
                link.recv(1000)
                link.sendall(b"HTTP/1.1 200 OK\r\n\r\nthe first half")
                if told:
                    with suppress(OSError):  # the client need not say it, too
                        link.unwrap()

        serving = threading.Thread(target=serve)
        serving.start()
        url = f"https://127.0.0.1:{listening.getsockname()[1]}/"
        try:
            with closing(Connections(lambda: trusting(authority))) as connections:
                if told:
                    assert get(connections, url) == b"the first half"
                else:
                    with pytest.raises(ConnectionBroken, match="EOF"):
                        get(connections, url)
        finally:
            serving.join(20)
            listening.close()


class TestProxies:
    def test_plain_http_goes_through_with_its_whole_address(
        self, connections: Connections, monkeypatch: pytest.MonkeyPatch
    ):
        with closing(Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) as proxy:
            monkeypatch.setenv("http_proxy", proxy.url.replace("//", f"//me:{WORDS}@"))
            assert get(connections, "http://registry.example.test/v2/?a=b") == b"ok"
        line, *headers = proxy.asked[0].decode().split("\r\n")
        assert line == "GET http://registry.example.test/v2/?a=b HTTP/1.1"
        assert "Proxy-Authorization: Basic " + b64encode(f"me:{WORDS}".encode()).decode() in headers
        assert "Host: registry.example.test" in headers

    def test_a_connection_to_a_proxy_serves_one_origin(self, connections: Connections, monkeypatch: pytest.MonkeyPatch):
        ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
        with closing(Keeping(ok + b"aa", ok + b"bb")) as proxy:
            monkeypatch.setenv("http_proxy", proxy.url)
            assert get(connections, "http://a.example.test/") == b"aa"
            assert get(connections, "http://b.example.test/") == b"bb"
            assert len(proxy.links) == 2

    def test_tls_goes_through_a_tunnel(self, server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        authority, certificate, key = certificates(tmp_path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.files = {"/a": b"through"}
        with Tunnel(server.server_address[1]) as tunnel, closing(Connections(lambda: trusting(authority))) as made:
            monkeypatch.setenv("https_proxy", tunnel.url)
            monkeypatch.delenv("no_proxy", raising=False)
            assert get(made, "https://registry.example.test/a") == b"through"
        assert tunnel.asked == ["CONNECT registry.example.test:443 HTTP/1.1"]

    def test_a_proxy_that_refuses(self, connections: Connections, monkeypatch: pytest.MonkeyPatch):
        with closing(Raw(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")) as proxy:
            monkeypatch.setenv("https_proxy", proxy.url.replace("//", f"//me:{WORDS}@"))
            with pytest.raises(Unreachable, match="the proxy answers 407") as caught:
                get(connections, "https://registry.example.test/")
        assert WORDS not in str(caught.value)

    def test_a_proxy_that_drips(self, monkeypatch: pytest.MonkeyPatch):
        """Its answer comes at the pace that a registry's has to have: each byte takes twenty seconds here."""
        clock = itertools.count(step=20).__next__
        with closing(Raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100)) as proxy:
            monkeypatch.setenv("https_proxy", proxy.url)
            says = r"the proxy 127\.0\.0\.1:[0-9]+ sent 4 bytes in 80 s"
            with closing(Connections(trusting, clock=clock)) as made, pytest.raises(TooSlow, match=says):
                get(made, "https://registry.example.test/")

    @pytest.mark.parametrize("host", ["localhost:5000", "127.0.0.1:5000", "::1:5000", "in.example.test:443"])
    def test_whom_one_reaches_without(self, monkeypatch: pytest.MonkeyPatch, host: str):
        monkeypatch.setenv("https_proxy", "http://proxy.example.test:3128")
        monkeypatch.setenv("no_proxy", "in.example.test")
        monkeypatch.delenv("http_proxy", raising=False)
        assert proxy_for("https", host) is None
        assert proxy_for("https", "out.example.test:443") == Proxy(host="proxy.example.test", port=3128)
        assert proxy_for("http", "out.example.test:80") is None

    @pytest.mark.parametrize(
        ("rules", "host", "passed"),
        [
            ("", "127.9.9.9:80", True),
            ("", "LOCALHOST:80", True),
            ("10.0.0.0/8", "10.1.2.3:443", True),
            ("10.0.0.0/8", "11.1.2.3:443", False),
            ("10.0.0.0/8", "10.example.test:443", False),
            ("10.0.0.0/99", "10.1.2.3:443", False),
            ("fd00::/8, 192.0.2.1", "fd00::1:443", True),
            ("fd00::/8, 192.0.2.1", "192.0.2.1:443", True),
            ("[2001:db8::1]", "2001:db8::1:443", True),
            ("[2001:db8::1]:5000", "2001:db8::1:5000", True),
            ("[2001:db8::1]:5000", "2001:db8::1:443", False),
            ("2001:db8:0::1", "2001:db8::1:443", True),
            ("*.example.test", "a.example.test:443", True),
            (".Example.test ", "a.b.example.test:443", True),
            ("example.test", "example.test:443", True),
            ("example.test", "otherexample.test:443", False),
            ("example.test:5000", "example.test:5000", True),
            ("example.test:5000", "example.test:443", False),
            ("a,*", "b.test:443", True),
            (".,,", "b.test:443", False),
        ],
    )
    def test_what_no_proxy_lists(self, monkeypatch: pytest.MonkeyPatch, rules: str, host: str, *, passed: bool):
        monkeypatch.setenv("https_proxy", "http://proxy.example.test:3128")
        monkeypatch.setenv("no_proxy", rules)
        assert (proxy_for("https", host) is None) == passed

    @pytest.mark.parametrize("address", ["socks5://a:1", "http://a:port", "http://"])
    def test_an_address_that_is_no_proxy(self, connections: Connections, monkeypatch: pytest.MonkeyPatch, address: str):
        monkeypatch.setenv("all_proxy", address)
        with pytest.raises(UnsupportedURL):
            connections.send(Request(method="GET", url="http://registry.example.test/"))


class Tunnel:
    """A proxy that opens one tunnel, to a port of loopback, whatever it is asked for."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.asked: list[str] = []
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(20)
        self._listening.close()

    def _serve(self) -> None:
        link, _ = self._listening.accept()
        asked = b""
        while b"\r\n\r\n" not in asked:
            asked += link.recv(1)
        self.asked.append(asked.decode().split("\r\n")[0])
        there = socket.create_connection(("127.0.0.1", self._port))
        link.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=_pump, args=(there, link))
        back.start()
        _pump(link, there)
        back.join(20)
        link.close()
        there.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass
