"""One request and its answer, without the HTTP around them."""

from typing import BinaryIO

from prill.model.value import dataclass, field
from prill.oci.serving.problems import Problem
from prill.oci.serving.uploads import Reading

__all__ = ["Answer", "Request", "Span"]

_LONGEST_NUMBER = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client asks. ``path`` has no query and nothing percent-encoded; header names are in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Reading

    def read(self, most: int) -> bytes:
        """Return the whole body; raise `Problem` where it has more than ``most`` bytes."""
        parts: list[bytes] = []
        left = most + 1
        while left and (data := self.body.read(left)):
            parts.append(data)
            left -= len(data)
        if not left:
            raise Problem(413, "SIZE_INVALID", f"more than {most} bytes")
        return b"".join(parts)

    def number(self, name: str, default: int) -> int:
        """Return a number of the query; what is none counts as ``default``."""
        text = self.query.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < _LONGEST_NUMBER else default


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a file: from ``start``, ``length`` bytes."""

    start: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a client gets: bytes, or a part of a file, which whoever sends it closes."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    file: BinaryIO | None = field(default=None, repr=False)
    span: Span = Span(0, 0)

    @property
    def length(self) -> int:
        """Return how many bytes the body has."""
        return len(self.body) if self.file is None else self.span.length
