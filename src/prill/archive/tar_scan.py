"""One walk over a tar that lies anywhere: in a file, of which only headers are read, or in a stream of pieces."""

from collections.abc import Iterator
from typing import Protocol

from prill.archive.bodies import TruncatedArchive
from prill.archive.tar_entry import TarRow
from prill.archive.tar_header import BLOCK, HeaderReader
from prill.archive.tar_numbers import InvalidTar
from prill.archive.tar_tolerant import TolerantHeaders

__all__ = ["FIRST", "PieceCursor", "Scanned", "TarCursor", "scan"]

FIRST = 4
"""How many bytes of each file's content are looked at in passing: enough for a magic number."""
_ZEROS = bytes(BLOCK)
_SPARSE_MAP_GOES_ON = 504

Scanned = tuple[TarRow, int, bytes]
"""An entry, where its content begins in the unpacked tar, and the content's first bytes."""


class TarCursor(Protocol):
    """Where the walk is in the unpacked tar."""

    at: int

    def look(self, size: int) -> bytes:
        """Return the next bytes, fewer at the end; the place stays."""

    def take(self, size: int) -> bytes:
        """Return the next bytes, fewer at the end, and go on behind them."""

    def go(self, needed: int, wanted: int) -> None:
        """Go on to ``wanted``, or to the end if that comes first; raise `TruncatedArchive` if it is before ``needed``.

        Both are places in the unpacked tar, and not before the place now.
        """


class PieceCursor:
    """A cursor over what a decompression yields, without copying what nobody wants."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._piece = b""
        self._begin = 0
        self.at = 0

    def look(self, size: int) -> bytes:
        """Return the next bytes, fewer at the end; the place stays."""
        begin = self.at - self._begin
        data = self._piece[begin : begin + size]
        if len(data) < size and self._join(begin, size):
            return self._piece[:size]
        return data

    def take(self, size: int) -> bytes:
        """Return the next bytes, fewer at the end, and go on behind them."""
        data = self.look(size)
        self.at += len(data)
        return data

    def go(self, needed: int, wanted: int) -> None:
        """Go on to ``wanted``, or to the end; raise `TruncatedArchive` if the end comes before ``needed``."""
        while self._begin + len(self._piece) < wanted:
            if not self._next():
                if self.at < needed:
                    raise TruncatedArchive(f"the tar archive ends after {self.at} bytes, inside an entry")
                return
        self.at = wanted

    def parts(self, size: int) -> Iterator[memoryview]:
        """Yield the next bytes as they lie in the pieces; raise `TruncatedArchive`."""
        target = self.at + size
        while self.at < target:
            end = self._begin + len(self._piece)
            if self.at == end:
                if not self._next():
                    raise TruncatedArchive(f"the tar archive ends after {end} bytes, inside an entry")
                continue
            begin = self.at
            self.at = min(target, end)
            yield memoryview(self._piece)[begin - self._begin : self.at - self._begin]

    def _next(self) -> bool:
        self._begin += len(self._piece)
        self._piece = next(self._pieces, b"")
        self.at = max(self.at, self._begin)
        return bool(self._piece)

    def _join(self, begin: int, size: int) -> bool:
        """Put together what lies in two pieces or more; return whether the piece begins at the place now."""
        rest = [self._piece[begin:]]
        have = len(rest[0])
        while have < size and (piece := next(self._pieces, b"")):
            rest.append(piece)
            have += len(piece)
        self._piece = b"".join(rest)
        self._begin = self.at
        return True


def scan(cursor: TarCursor, headers: HeaderReader) -> Iterator[Scanned]:
    """Yield the entries; whoever asks for the next one may have moved the cursor within the content.

    A tar may end without its end mark: whoever hands out the bytes knows that they are all there. Raise what
    ``headers`` raises, `InvalidTar` and `TruncatedArchive`.
    """
    look, go, glance, seen = cursor.look, cursor.go, headers.glance, BLOCK + FIRST
    while True:
        block = look(seen)
        row = glance(block)
        if row is not None:
            offset = cursor.at + BLOCK
            size = row.size
            yield row, offset, block[BLOCK : BLOCK + size]
            end = offset + size
            go(end, end + -end % BLOCK)
            continue
        if len(block) < BLOCK:
            if block:
                raise TruncatedArchive(f"the tar archive ends inside a header, after {cursor.at + len(block)} bytes")
            return
        if not block[0] and block[:BLOCK] == _ZEROS:
            _check_end(cursor)
            headers.finish()
            return
        row = headers.read(block)
        offset = cursor.at + BLOCK
        if row is None:
            go(offset, offset)
            _read_metadata(cursor, headers)
            continue
        if not row.whole:
            go(offset, offset)
            offset = _content_of_sparse(cursor, headers)
        if row.kind is not None:
            yield row, offset, block[BLOCK : BLOCK + row.size] if row.whole else b""
        end = offset + row.stored
        go(end, end + -end % BLOCK)


def _read_metadata(cursor: TarCursor, headers: HeaderReader) -> None:
    size = headers.metadata
    body = cursor.take(size)
    if len(body) < size:
        raise TruncatedArchive(f"an extended header should have {size} bytes, the tar archive ends after {len(body)}")
    headers.add(body)
    cursor.take(-size % BLOCK)


def _content_of_sparse(cursor: TarCursor, headers: HeaderReader) -> int:
    """Go on behind the maps of a sparse file; return where what is stored of its content begins."""
    more = isinstance(headers, TolerantHeaders) and headers.more_maps
    while more:
        block = cursor.take(BLOCK)
        more = len(block) == BLOCK and block[_SPARSE_MAP_GOES_ON] != 0
    return cursor.at


def _check_end(cursor: TarCursor) -> None:
    cursor.take(BLOCK)
    block = cursor.take(BLOCK)
    if block.strip(b"\0"):
        raise InvalidTar(f"the tar archive goes on after a block of zeros with {block[:16]!r}")
