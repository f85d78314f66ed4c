"""Reading tar archives: in memory without copies, or as a stream.

Layers and packages hold regular files, directories, links and devices; what else tar can say is refused. Nothing is
ever unpacked to disk here.
"""

from collections.abc import Iterator
from typing import BinaryIO

from prill.archive.bodies import Body, TruncatedArchive, read_exactly, read_up_to
from prill.archive.bounds import DEFAULT_LIMITS, Limits, OutputTooLarge
from prill.archive.paths import Absolute, UnsafePath
from prill.archive.pax import InvalidPax
from prill.archive.tar_entry import TarEntry, entry_of
from prill.archive.tar_header import BLOCK, HeaderReader, UnexpectedBody, UnsupportedEntry
from prill.archive.tar_numbers import InvalidTar

__all__ = [
    "InvalidPax",
    "InvalidTar",
    "TarEntry",
    "UnexpectedBody",
    "UnsafePath",
    "UnsupportedEntry",
    "read_stream",
    "walk",
]

_ZEROS = bytes(BLOCK)
_CHUNK = 1 << 20


def walk(
    data: bytes | memoryview, *, limits: Limits = DEFAULT_LIMITS, absolute: Absolute = "refuse"
) -> Iterator[TarEntry]:
    """Yield the entries of an uncompressed tar; a regular file's content is ``data[offset : offset + stat.size]``.

    Raise `InvalidTar`, `InvalidPax`, `UnsafePath`, `UnsupportedEntry`, `UnexpectedBody`, a `TruncatedArchive`, or a
    `BoundExceeded`, each when the walk comes to it: no entry is whole before the walk has ended.
    """
    view = memoryview(data).cast("B")
    end = len(view)
    headers = HeaderReader(limits, absolute)
    at = 0
    while True:
        block = bytes(view[at : at + BLOCK])
        at += BLOCK
        if at > end:
            raise _truncated(len(block), at - BLOCK)
        if block == _ZEROS:
            _check_end(bytes(view[at : at + BLOCK]))
            headers.finish()
            return
        row = headers.read(block)
        size = headers.metadata if row is None else row.size
        if at + size > end:
            what = "an extended header" if row is None else repr(row.name)
            raise TruncatedArchive(f"{what} should have {size} bytes, the tar archive ends after {end - at}")
        if row is None:
            headers.add(bytes(view[at : at + size]))
        else:
            yield entry_of(row, at)
        at += size + -size % BLOCK


def read_stream(
    stream: BinaryIO, *, limits: Limits = DEFAULT_LIMITS, absolute: Absolute = "refuse"
) -> Iterator[tuple[TarEntry, BinaryIO]]:
    """Yield the entries of an uncompressed tar with their content, which can be read until the next one is asked for.

    What nobody reads is skipped. The stream is read to its end, so that a digest or a checksum behind the last entry is
    seen by whoever verifies it. Raise what `walk` does.
    """
    headers = HeaderReader(limits, absolute)
    at = 0
    while True:
        block = read_up_to(stream, BLOCK)
        if len(block) < BLOCK:
            raise _truncated(len(block), at)
        at += BLOCK
        if block == _ZEROS:
            _check_end(read_up_to(stream, BLOCK))
            headers.finish()
            _drain(stream, limits)
            return
        row = headers.read(block)
        if row is None:
            size = headers.metadata
            headers.add(read_exactly(stream, size, "an extended header"))
        else:
            size = row.size
            body = Body(stream, size, f"tar entry {row.name!r}")
            yield entry_of(row, at), body
            body.skip()
        read_exactly(stream, -size % BLOCK, "a tar entry's padding")
        at += size + -size % BLOCK


def _truncated(seen: int, at: int) -> TruncatedArchive:
    if not seen:
        return TruncatedArchive(f"the tar archive ends after {at} bytes, without the two blocks that mark its end")
    return TruncatedArchive(f"the tar archive ends inside a header, after {at + seen} bytes")


def _check_end(block: bytes) -> None:
    """Check what follows the first block of zeros: a second one, or nothing at all."""
    if block.strip(b"\0"):
        raise InvalidTar(f"the tar archive goes on after a block of zeros with {block[:16]!r}")


def _drain(stream: BinaryIO, limits: Limits) -> None:
    """Read what follows the end of the archive: padding, which is nobody's."""
    drained = 0
    while part := stream.read(_CHUNK):
        drained += len(part)
        if drained > limits.max_total_size:
            raise OutputTooLarge(f"more than {limits.max_total_size} bytes follow the end of the tar archive")
