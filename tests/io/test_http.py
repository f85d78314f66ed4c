import base64
import gzip
import io
import socket
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from loopback import Handler, Loopback
from prill._io.fetch_errors import (
    AccessDenied,
    ConnectionBroken,
    FetchFailed,
    NotFound,
    ServerFailed,
    TimedOut,
    TooSlow,
    UnexpectedAnswer,
    Unreachable,
)
from prill._io.http import Fetcher, Patience
from prill._io.urls import RedirectRefused, Redirects, UnsupportedURL
from prill._io.verified import DigestMismatch, SizeMismatch, Truncated
from prill.model import Digest

BODY = bytes(range(256)) * 1000
SHORT = Patience(connect=2, read=0.3, window=0.2, min_rate=1000, attempts=2, pause=0.01)


class Naps(list[float]):
    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
def fetcher(naps: Naps):
    with Fetcher(patience=SHORT, sleep=naps) as running:
        yield running


def test_a_file_is_fetched_and_verified(server: Loopback, fetcher: Fetcher):
    server.files["/a"] = BODY
    sink, seen = io.BytesIO(), []
    fetched = fetcher.fetch(
        f"{server.url}/a",
        sink,
        max_size=1 << 20,
        expected_size=len(BODY),
        expected=Digest.of(BODY),
        on_bytes=seen.append,
    )
    assert sink.getvalue() == BODY
    assert (fetched.url, fetched.size, sum(seen)) == (f"{server.url}/a", len(BODY), len(BODY))


def test_one_connection_serves_many_files(server: Loopback, fetcher: Fetcher):
    server.files["/a"] = BODY
    ports = set()
    server.behaviour["*"] = lambda handler: (ports.add(handler.client_address[1]), handler.send_file(BODY))[1]
    for _ in range(5):
        assert fetcher.fetch_bytes(f"{server.url}/a", max_size=len(BODY)) == BODY
    assert len(ports) == 1


def test_several_threads_share_a_fetcher(server: Loopback, fetcher: Fetcher):
    server.files["/a"] = BODY
    results: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: results.append(fetcher.fetch_bytes(f"{server.url}/a", max_size=len(BODY))))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results == [BODY] * 8


def test_bytes_are_taken_as_they_are(server: Loopback, fetcher: Fetcher):
    packed = gzip.compress(BODY)

    def answer(handler: Handler) -> None:
        assert handler.headers["Accept-Encoding"] == "identity"
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(packed)))
        handler.end_headers()
        handler.wfile.write(packed)

    server.behaviour["/a"] = answer
    assert fetcher.fetch_bytes(f"{server.url}/a", max_size=1 << 20) == packed


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, NotFound),
        (410, NotFound),
        (401, AccessDenied),
        (403, AccessDenied),
        (204, UnexpectedAnswer),
        (418, UnexpectedAnswer),
    ],
)
def test_what_will_not_pass_is_not_tried_again(
    server: Loopback, fetcher: Fetcher, naps: Naps, status: int, error: type[FetchFailed]
):
    server.behaviour["/a"] = lambda handler: handler.send_file(b"", status=status)
    with pytest.raises(error, match=str(status)):
        fetcher.fetch_bytes(f"{server.url}/a", max_size=9)
    assert (len(server.requests), naps) == (1, [])


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_what_may_pass_is_tried_again_after_a_longer_and_longer_pause(server: Loopback, naps: Naps, status: int):
    server.behaviour["/a"] = lambda handler: handler.send_file(b"", status=status)
    patience = Patience(attempts=4, pause=0.5)
    with Fetcher(patience=patience, sleep=naps) as fetcher, pytest.raises(ServerFailed, match=str(status)):
        fetcher.fetch_bytes(f"{server.url}/a", max_size=9)
    assert naps == [0.5, 1.0, 2.0]
    assert len(server.requests) == 4


def test_the_next_attempt_begins_anew(server: Loopback, fetcher: Fetcher):
    def answer(handler: Handler) -> None:
        if len(server.requests) == 1:
            handler.send_file(BODY[:1000], length=len(BODY))
            handler.cut()
        else:
            handler.send_file(BODY)

    server.behaviour["/a"] = answer
    sink, seen = io.BytesIO(), []
    fetcher.fetch(f"{server.url}/a", sink, max_size=1 << 20, expected=Digest.of(BODY), on_bytes=seen.append)
    assert sink.getvalue() == BODY
    assert sum(seen) == len(BODY)
    assert min(seen) == -1000


def test_a_body_that_ends_too_early(server: Loopback, fetcher: Fetcher):
    def answer(handler: Handler) -> None:
        handler.send_file(BODY[:1000], length=len(BODY))
        handler.cut()

    server.behaviour["/a"] = answer
    with pytest.raises(ConnectionBroken, match="broke"):
        fetcher.fetch_bytes(f"{server.url}/a", max_size=1 << 20)
    assert len(server.requests) == 2


def test_a_body_without_a_length_that_ends_too_early(server: Loopback, fetcher: Fetcher):
    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(BODY[:1000])
        handler.cut()

    server.behaviour["/a"] = answer
    with pytest.raises(Truncated, match="ends after 1000 bytes"):
        fetcher.fetch_bytes(f"{server.url}/a", max_size=1 << 20, expected_size=len(BODY))
    assert len(server.requests) == 2


def test_other_bytes_are_refused_at_once(server: Loopback, fetcher: Fetcher):
    server.files["/a"] = BODY[::-1]
    with pytest.raises(DigestMismatch, match="/a has the digest"):
        fetcher.fetch_bytes(f"{server.url}/a", max_size=1 << 20, expected=Digest.of(BODY))
    assert len(server.requests) == 1


def test_an_announced_length_that_is_too_large_is_refused_before_the_body(server: Loopback, fetcher: Fetcher):
    server.behaviour["/a"] = lambda handler: handler.send_file(b"", length=1 << 40)
    with pytest.raises(SizeMismatch, match=f"announced with {1 << 40} bytes"):
        fetcher.fetch_bytes(f"{server.url}/a", max_size=1 << 20)


def test_an_endless_body_is_cut(server: Loopback, fetcher: Fetcher):
    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(BODY)

    server.behaviour["/a"] = answer
    sink = io.BytesIO()
    with pytest.raises(SizeMismatch, match="longer than the 1000000 bytes"):
        fetcher.fetch(f"{server.url}/a", sink, max_size=1_000_000)
    assert len(sink.getvalue()) <= 1_000_000


def test_a_server_that_says_nothing(server: Loopback, fetcher: Fetcher):
    server.behaviour["/a"] = lambda handler: handler.server.waiting.wait(20)
    with pytest.raises(TimedOut, match="stopped answering"):
        fetcher.fetch_bytes(f"{server.url}/a", max_size=9)


def test_a_server_that_says_nothing_is_asked_twice_at_most(server: Loopback, naps: Naps):
    """Each time costs the whole patience; by default it is over within a minute."""
    server.behaviour["/f"] = lambda _: server.waiting.wait()
    with Fetcher(patience=replace(SHORT, read=0.1, attempts=5), sleep=naps.append) as fetcher, pytest.raises(TimedOut):
        fetcher.fetch_bytes(f"{server.url}/f", max_size=100)
    assert server.paths == ["/f"] * 2
    default = Patience()
    assert default.silences * max(default.read, default.connect) + default.pause < 60


def test_a_server_that_stops_in_the_middle(server: Loopback, fetcher: Fetcher):
    def answer(handler: Handler) -> None:
        handler.send_file(BODY[:10], length=len(BODY))
        handler.server.waiting.wait(20)

    server.behaviour["/a"] = answer
    with pytest.raises(TimedOut):
        fetcher.fetch_bytes(f"{server.url}/a", max_size=1 << 20)


def test_a_server_that_sends_a_byte_now_and_then(server: Loopback, fetcher: Fetcher):
    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        while not handler.server.waiting.wait(0.05):
            handler.wfile.write(b"x")

    server.behaviour["/a"] = answer
    with pytest.raises(TooSlow, match=r"sent [0-9]+ bytes in"):
        fetcher.fetch_bytes(f"{server.url}/a", max_size=1 << 20)


def test_nobody_listens(fetcher: Fetcher, naps: Naps):
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    with pytest.raises(Unreachable, match=f"cannot connect to http://127.0.0.1:{port}/a"):
        fetcher.fetch_bytes(f"http://127.0.0.1:{port}/a", max_size=9)
    assert len(naps) == 1


def test_what_is_not_http(fetcher: Fetcher):
    with Loopback() as server:
        server.behaviour["/a"] = lambda handler: (handler.wfile.write(b"220 mail.example ESMTP\r\n"), handler.cut())[1]
        with pytest.raises(ConnectionBroken):
            fetcher.fetch_bytes(f"{server.url}/a", max_size=9)


def test_a_redirect_on_the_same_host_is_followed(server: Loopback, fetcher: Fetcher):
    server.behaviour["/a"] = lambda handler: handler.redirect("/b", 301)
    server.files["/b"] = BODY
    sink = io.BytesIO()
    assert fetcher.fetch(f"{server.url}/a", sink, max_size=1 << 20).url == f"{server.url}/b"
    assert sink.getvalue() == BODY


def test_a_redirect_to_another_host_is_refused_unless_allowed(server: Loopback, fetcher: Fetcher):
    with Loopback({"/b": BODY}) as other:
        server.behaviour["/a"] = lambda handler: handler.redirect(f"{other.url}/b")
        with pytest.raises(RedirectRefused, match="another host"):
            fetcher.fetch_bytes(f"{server.url}/a", max_size=1 << 20)
        assert other.requests == []
        url, any_host = f"{server.url}/a", Redirects.ANY_HOST
        assert fetcher.fetch_bytes(url, max_size=1 << 20, redirects=any_host) == BODY


def test_a_circle_of_redirects_ends(server: Loopback, fetcher: Fetcher):
    server.behaviour["/a"] = lambda handler: handler.redirect("/a")
    with pytest.raises(RedirectRefused, match="more than 5 times"):
        fetcher.fetch_bytes(f"{server.url}/a", max_size=9)
    assert len(server.requests) == 6


def test_credentials_go_to_the_first_host_only(server: Loopback, fetcher: Fetcher):
    expected = "Basic " + base64.b64encode(b"me:p@ss").decode()
    with Loopback({"/b": b"there"}) as other:
        server.behaviour["/a"] = lambda handler: handler.redirect("/c")
        server.behaviour["/c"] = lambda handler: handler.redirect(f"http://me:p%40ss@127.0.0.1:{other.server_port}/b")
        url = f"http://me:p%40ss@127.0.0.1:{server.server_port}/a"
        assert fetcher.fetch_bytes(url, max_size=9, redirects=Redirects.ANY_HOST) == b"there"
        assert [headers.get("Authorization") for _, headers in server.requests] == [expected, expected]
        assert [headers.get("Authorization") for _, headers in other.requests] == [None]


@pytest.mark.parametrize("path", ["/missing", "/broken", "/elsewhere", "/changed"])
def test_no_error_shows_a_password(server: Loopback, fetcher: Fetcher, path: str):
    server.behaviour["/broken"] = lambda handler: handler.cut()
    server.behaviour["/elsewhere"] = lambda handler: handler.redirect("http://you:secret@elsewhere.invalid/?k=secret")
    server.files["/changed"] = BODY
    url = f"http://me:secret@127.0.0.1:{server.server_port}{path}?token=secret"
    server.behaviour[f"{path}?token=secret"] = server.behaviour.get(
        path, lambda handler: handler.send_file(server.files.get(path))
    )
    with pytest.raises((FetchFailed, RedirectRefused, DigestMismatch)) as caught:
        fetcher.fetch_bytes(url, max_size=1 << 20, expected=Digest.of(b"other"))
    assert "127.0.0.1" in str(caught.value)
    assert "secret" not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/a", "nonsense", "http:///a"])
def test_addresses_of_another_kind(fetcher: Fetcher, url: str):
    with pytest.raises(UnsupportedURL):
        fetcher.fetch_bytes(url, max_size=9)


def test_local_files_are_fetched_with_the_same_checks(tmp_path: Path, fetcher: Fetcher):
    (tmp_path / "a b").write_bytes(BODY)
    url = f"file://{tmp_path}/a%20b"
    assert fetcher.fetch_bytes(url, max_size=1 << 20, expected=Digest.of(BODY)) == BODY
    with pytest.raises(SizeMismatch):
        fetcher.fetch_bytes(url, max_size=1000)
    with pytest.raises(DigestMismatch):
        fetcher.fetch_bytes(url, max_size=1 << 20, expected=Digest.of(b""))
    with pytest.raises(NotFound):
        fetcher.fetch_bytes(f"file://{tmp_path}/absent", max_size=9)
    with pytest.raises(UnexpectedAnswer):
        fetcher.fetch_bytes(f"file://{tmp_path}", max_size=9)


def test_a_proxy_is_asked_where_one_is_given(server: Loopback):
    server.behaviour["*"] = lambda handler: handler.send_file(b"by proxy")
    with Fetcher(proxy=server.url) as fetcher:
        assert fetcher.fetch_bytes("http://archive.invalid/a", max_size=9) == b"by proxy"
    assert server.paths == ["http://archive.invalid/a"]
