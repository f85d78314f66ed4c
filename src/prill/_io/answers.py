"""Reading the answers of HTTP/1.1 (RFC 9112): strictly, and bounded in all but the body, whose reader counts.

What frames a body in chunks is bounded by the body's size: a byte of body does not bring kilobytes of extensions.
What two programs could understand in two ways is refused: folded headers, two different lengths, a coding that is not
``chunked``.
"""

from collections.abc import Iterator
from typing import BinaryIO

from prill._io.fields import InvalidMessage, list_of, read_fields, read_line
from prill.model.value import dataclass

__all__ = ["Head", "read_body", "read_head"]

_MAX_CHUNK_LINE = 256
_FRAMING_AT_FIRST, _FRAMING_A_BYTE = 1 << 16, 8
_MAX_INTERIM = 8
_MAX_DIGITS = 19
_LINE_SIZE = 100
_EMPTY = frozenset({204, 304})
_INTERIM, _SWITCHING, _FINAL = 100, 101, 200
_HEX = frozenset(b"0123456789abcdefABCDEF")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """An answer's status and headers, names in lower case; those that came twice are joined by commas.

    ``length`` is the body's, in bytes; without one it is ``chunked``, or ends with the connection. ``persistent`` says
    whether another request may follow on the connection.
    """

    status: int
    headers: dict[str, str]
    length: int | None
    chunked: bool
    persistent: bool


def read_head(reader: BinaryIO, method: str) -> Head:
    """Read the head of the answer to a ``method``, passing over interim ones (RFC 9110, section 15.2)."""
    for _ in range(_MAX_INTERIM):
        version, status = _status(read_line(reader))
        headers = read_fields(reader)
        if status >= _FINAL or status == _SWITCHING:
            return _framed(version, status, headers, method)
    raise InvalidMessage(f"more than {_MAX_INTERIM} interim answers")


def read_body(reader: BinaryIO, head: Head, piece: int) -> Iterator[bytes]:
    """Yield a body in pieces of at most ``piece`` bytes; raise `InvalidMessage` where it ends too early."""
    if head.chunked:
        framing = body = 0
        while size := _chunk_size(line := read_line(reader, _MAX_CHUNK_LINE)):
            framing, body = framing + len(line), body + size
            if framing > _FRAMING_AT_FIRST + _FRAMING_A_BYTE * body:
                raise InvalidMessage(f"{framing} bytes only to say how long {body} bytes are")
            yield from _exactly(reader, size, piece)
            if reader.read(2) != b"\r\n":
                raise InvalidMessage("a chunk does not end where it should")
        read_fields(reader)  # the trailer
    elif head.length is not None:
        yield from _exactly(reader, head.length, piece)
    else:
        while part := reader.read(piece):
            yield part


def _exactly(reader: BinaryIO, left: int, piece: int) -> Iterator[bytes]:
    while left:
        part = reader.read(min(left, piece))
        if not part:
            raise InvalidMessage(f"{left} bytes are missing")
        left -= len(part)
        yield part


def _status(line: bytes) -> tuple[bytes, int]:
    version, _, rest = line.partition(b" ")
    code = rest[:3]
    if version not in (b"HTTP/1.1", b"HTTP/1.0") or not code.isdigit() or rest[3:4] not in (b"", b" ") or code < b"100":
        raise InvalidMessage(f"this is no HTTP/1.1: {line[:_LINE_SIZE]!r}")
    return version, int(code)


def _framed(version: bytes, status: int, headers: dict[str, str], method: str) -> Head:
    """Find where the body ends (RFC 9112, section 6.3)."""
    coding = headers.get("transfer-encoding")
    if coding is not None and coding.lower() != "chunked":
        raise InvalidMessage(f"an unknown transfer coding: {coding[:_LINE_SIZE]!r}")
    length = _length(headers.get("content-length"))
    closes = version == b"HTTP/1.0" or status == _SWITCHING or "close" in list_of(headers.get("connection"))
    if method in ("HEAD", "CONNECT") or status in _EMPTY or status < _FINAL:
        length, coding = 0, None
    elif coding is not None:
        closes = closes or length is not None  # somebody on the way may see another end
        length = None
    return Head(
        status=status,
        headers=headers,
        length=length,
        chunked=coding is not None,
        persistent=not closes and (coding is not None or length is not None),
    )


def _length(text: str | None) -> int | None:
    if text is None:
        return None
    several = {part.strip(" \t") for part in text.split(",")}
    (one, *others) = several
    if others or not (one.isascii() and one.isdecimal() and len(one) <= _MAX_DIGITS):
        raise InvalidMessage(f"this is no length: {text[:_LINE_SIZE]!r}")
    return int(one)


def _chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip(b" \t")
    if not digits or len(digits) > _MAX_DIGITS or not _HEX.issuperset(digits):
        raise InvalidMessage(f"this is no chunk's size: {digits[:_LINE_SIZE]!r}")
    return int(digits, 16)
