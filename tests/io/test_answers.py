"""Reading HTTP/1.1's answers: where each ends, and what is refused (RFC 9112)."""

import io

import pytest

from prill._io.answers import Head, read_body, read_head
from prill._io.fields import InvalidMessage

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def read(answer: bytes, method: str = "GET", piece: int = 4) -> tuple[Head, bytes, bytes]:
    """Return the head, the body, and what is left for the next answer."""
    reader = io.BytesIO(answer)
    head = read_head(reader, method)
    parts = list(read_body(reader, head, piece))
    assert all(0 < len(part) <= piece for part in parts)
    return head, b"".join(parts), reader.read()


def test_a_length():
    head, body, rest = read(
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nDocker-Content-Digest:  a:b \r\n\r\n123456789next"
    )
    assert (head.status, body, rest, head.persistent) == (200, b"123456789", b"next", True)
    assert head.headers == {"content-length": "9", "docker-content-digest": "a:b"}


def test_chunks_with_extensions_and_a_trailer():
    head, body, rest = read(
        b"HTTP/1.1 206 Partial Content\r\nTransfer-Encoding: chunked\r\n\r\n5;a=1\r\n12345\r\nA\r\n6789012345\r\n0\r\nX: y\r\n\r\nnext"
    )
    assert (body, rest, head.persistent) == (b"123456789012345", b"next", True)


def test_without_either_it_ends_with_the_connection():
    head, body, _ = read(b"HTTP/1.1 200 OK\r\n\r\nall there is")
    assert (body, head.persistent) == (b"all there is", False)


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", "200 OK"), ("GET", "204 No Content"), ("GET", "304 Not Modified")]
)
def test_no_body_whatever_is_announced(method: str, status: str):
    head, body, rest = read(f"HTTP/1.1 {status}\r\nContent-Length: 5\r\n\r\nnext".encode(), method)
    assert (body, rest, head.persistent) == (b"", b"next", True)


def test_interim_answers_are_passed_over():
    head, body, _ = read(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201\r\ncontent-length: 0\r\n\r\n"
    )
    assert (head.status, body, head.headers) == (201, b"", {"content-length": "0"})


@pytest.mark.parametrize(
    "lines", ["HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0", "HTTP/1.0 200 OK\r\nContent-Length: 0"]
)
def test_what_is_not_asked_again(lines: str):
    assert not read(f"{lines}\r\n\r\n".encode())[0].persistent


@pytest.mark.parametrize(
    ("value", "persistent"),
    [
        ("close", False),
        ("keep-alive, Close", False),
        ("x ,\tclose ,", False),
        ("closed", True),
        ("disclose", True),
        ("close-notify, keep-alive", True),
        ("", True),
    ],
)
def test_what_a_connection_is_told_are_whole_words(value: str, persistent: bool):  # noqa: FBT001
    answer = f"HTTP/1.1 200 OK\r\nConnection: {value}\r\nContent-Length: 0\r\n\r\n"
    assert read(answer.encode())[0].persistent == persistent


def test_connection_may_stand_there_twice():
    answer = b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    assert not read(answer)[0].persistent


def test_chunks_count_more_than_a_length_and_nothing_may_follow():
    head, body, _ = read(
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    )
    assert (body, head.persistent) == (b"abc", False)


def test_headers_that_come_twice_are_joined():
    head, _, _ = read(
        b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nwww-authenticate: Bearer\r\nContent-Length: 0\r\n\r\n"
    )
    assert head.headers["www-authenticate"] == "Basic, Bearer"


def test_chunks_of_a_byte():
    assert read(CHUNKED + b"1\r\nx\r\n" * 100_000 + b"0\r\n\r\n")[1] == b"x" * 100_000


BAD = {
    "nothing": b"",
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "HTTP/2": b"HTTP/2 200\r\n\r\n",
    "a status in words": b"HTTP/1.1 yes OK\r\n\r\n",
    "a status of two digits": b"HTTP/1.1 20 OK\r\n\r\n",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\n\r\n",
    "an end within the headers": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n",
    "a folded header": b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
    "a space before the colon": b"HTTP/1.1 200 OK\r\nContent-Length : 3\r\n\r\nabc",
    "no colon": b"HTTP/1.1 200 OK\r\nabc\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabc",
    "a length in other digits": "HTTP/1.1 200 OK\r\nContent-Length: \u00b2\r\n\r\nab".encode("latin-1"),
    "an endless length": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\n",
    "a coding that is not known": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "a body that is cut": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc",
    "a chunk that is cut": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
    "no last chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    "a chunk that is longer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
    "a chunk of a negative size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nab\r\n0\r\n\r\n",
    "a chunk's size with a sign": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\nab\r\n0\r\n\r\n",
    "too many headers": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 300 + b"\r\n",
    "a line that is too long": b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000 + b"\r\n\r\n",
    "headers that are too long together": b"HTTP/1.1 200 OK\r\n" + (b"A: " + b"b" * 60_000 + b"\r\n") * 5 + b"\r\n",
    "a chunk's extension that is too long": CHUNKED + b"1;a=" + b"b" * 300 + b"\r\nx\r\n0\r\n\r\n",
    "chunks that are extensions above all": CHUNKED + (b"1;a=" + b"b" * 200 + b"\r\nx\r\n") * 400 + b"0\r\n\r\n",
    "a line that ends with LF alone": b"HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n",
    "a head that ends with LF alone": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\n",
    "a CR too many": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\r\nabc",
    "a chunk's size that ends with LF alone": CHUNKED + b"1\nx\r\n0\r\n\r\n",
    "a length and a space that is none": b"HTTP/1.1 200 OK\r\nContent-Length: 4\xa0\r\n\r\nabcd",
    "a coding without a name": b"HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\nContent-Length: 4\r\n\r\nabcd",
    "endless interim answers": b"HTTP/1.1 100 Continue\r\n\r\n" * 100,
}


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD.keys())
def test_what_could_be_understood_in_two_ways_or_ends_too_early(answer: bytes):
    with pytest.raises(InvalidMessage):
        read(answer)
