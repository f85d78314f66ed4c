"""The lines and fields that HTTP/1.1's messages begin with (RFC 9112, sections 2.2 and 5): strictly, and bounded.

Requests and answers have the same: what two programs could understand in two ways is refused, such as folded fields, a
space before a colon, a line that ends with LF alone.
"""

from typing import BinaryIO

from prill.errors import PrillError

__all__ = ["InvalidMessage", "list_of", "read_fields", "read_line"]

_MAX_LINE = 1 << 16
_MAX_FIELDS, _MAX_SIZE = 200, 1 << 18
_SHOWN = 100
_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")


class InvalidMessage(PrillError):
    """A message is not HTTP/1.1, or ends before its end."""


def read_line(reader: BinaryIO, most: int = _MAX_LINE) -> bytes:
    """Return a line of at most ``most`` bytes without its CRLF; raise `InvalidMessage`."""
    line = reader.readline(most)
    if not line.endswith(b"\n"):
        raise InvalidMessage("a line is too long" if len(line) == most else "the connection was closed")
    if not line.endswith(b"\r\n") or b"\r" in line[:-2]:
        raise InvalidMessage(f"a line that does not end with CR and LF: {line[:_SHOWN]!r}")
    return line[:-2]


def read_fields(reader: BinaryIO) -> dict[str, str]:
    """Read header fields and the empty line after them, names in lower case; raise `InvalidMessage`.

    Those that came twice are joined by commas.
    """
    found: dict[str, str] = {}
    size = 0
    for _ in range(_MAX_FIELDS):
        line = read_line(reader)
        if not line:
            return found
        size += len(line)
        if size > _MAX_SIZE:
            raise InvalidMessage(f"headers of more than {_MAX_SIZE} bytes")
        name, colon, value = line.decode("latin-1").partition(":")
        name, value = name.lower(), value.strip(" \t")
        if not colon or not name or not _TOKEN.issuperset(name) or "\0" in value:
            raise InvalidMessage(f"this is no header: {line[:_SHOWN]!r}")
        known = found.get(name)
        found[name] = value if known is None else f"{known}, {value}"
    raise InvalidMessage(f"more than {_MAX_FIELDS} headers")


def list_of(value: str | None) -> frozenset[str]:
    """Return a field's elements in lower case, as in ``Connection: keep-alive, Close`` (RFC 9110, section 5.6.1)."""
    return frozenset(element.strip(" \t").lower() for element in (value or "").split(",")) - {""}
