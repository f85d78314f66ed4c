"""Zip archives (PKWARE's APPNOTE), by their central directory: only what is wanted is looked at and unpacked.

The stdlib's reader makes an object for every entry before anyone can say how many are too many. This one keeps the
central directory as the bytes it is, and makes entries of those that are asked for. A nested archive is opened as a
stream over the one it lies in, so nothing is unpacked to disk, and little is held in memory.
"""

import re
import zlib
from collections.abc import Iterator
from struct import Struct
from typing import BinaryIO, Self

from prill.archive.bodies import read_exactly
from prill.archive.bounds import (
    DEFAULT_LIMITS,
    FileTooLarge,
    Limits,
    MetadataTooLarge,
    RatioExceeded,
    TooManyEntries,
)
from prill.archive.zip_streams import Budget, Held, Inflating, Window
from prill.errors import PrillError
from prill.model.value import dataclass

__all__ = ["InvalidZip", "ZipArchive", "ZipEntry"]

_END = Struct("<4s4H2LH")  # 4.3.16, end of central directory record
_END64_LOCATOR = Struct("<4sLQL")  # 4.3.15
_END64 = Struct("<4sQ2H2L4Q")  # 4.3.14
_CENTRAL = Struct("<4s4B4HL2L5H2L")  # 4.3.12
_SIZES = Struct("<3H")  # of name, extra field and comment, at byte 28 of the above
_LOCAL = Struct("<4s5H3L2H")  # 4.3.7
_LONGEST_TAIL = _END.size + 0xFFFF
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x41
_ALL_ONES, _MANY = 0xFFFFFFFF, 0xFFFF
_SMALL = 8 << 20
"""Up to this size a nested archive is held in memory while it is read; a larger one is unpacked anew to go back."""


class InvalidZip(PrillError):
    """Not a zip archive, or one that contradicts itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipEntry:
    """A member as the central directory has it; ``header`` is where its local header is."""

    name: str
    method: int
    packed: int
    size: int
    crc: int
    header: int
    encrypted: bool = False


class ZipArchive:
    """A zip archive in a stream that can seek; the stream stays whoever's it was.

    ``budget`` is one for this archive and those inside it. As a context manager it lets go of what it holds.
    """

    def __init__(
        self,
        stream: BinaryIO,
        size: int,
        *,
        limits: Limits = DEFAULT_LIMITS,
        budget: Budget | None = None,
    ) -> None:
        """Read the central directory; raise `InvalidZip`, `TooManyEntries`, `MetadataTooLarge`, `TruncatedArchive`."""
        self._stream = stream
        self._size = size
        self._limits = limits
        self._budget = budget or Budget(limits.max_total_size)
        self._directory, self._shift, self.count = self._read_directory()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._budget.release(len(self._directory))
        self._directory, self.count = b"", 0

    def mentions(self, text: bytes) -> bool:
        """Say whether the directory has these bytes, as in a member's name; quicker than to ask for such members."""
        return text in self._directory

    def find(self, wanted: re.Pattern[bytes]) -> Iterator[ZipEntry]:
        """Yield the members whose whole names match, in the directory's order; raise `InvalidZip`."""
        directory, at, matches, sizes = self._directory, 0, wanted.fullmatch, _SIZES.unpack_from
        last = len(directory) - _CENTRAL.size
        for _ in range(self.count):
            if at > last or directory[at : at + 4] != b"PK\1\2":
                raise InvalidZip(f"no member of the zip's directory at its byte {at}")
            name_size, extra_size, comment_size = sizes(directory, at + 28)
            start = at + 46
            end = start + name_size
            if matches(directory, start, end):
                extra = directory[end : end + extra_size]
                yield _entry(directory[start:end], _CENTRAL.unpack_from(directory, at), extra)
            at = end + extra_size + comment_size

    def read(self, entry: ZipEntry, limit: int) -> bytes:
        """Return a member's content, checked by its CRC; raise `FileTooLarge` where it is more than ``limit``."""
        if entry.size > limit:
            raise FileTooLarge(f"{entry.name!r} has {entry.size} bytes, {limit} are read at most")
        with self._body(entry) as body:
            data = body.read()
        if len(data) != entry.size or zlib.crc32(data) != entry.crc:
            raise InvalidZip(f"{entry.name!r} is not the {entry.size} bytes that the zip's directory says")
        return data

    def open(self, entry: ZipEntry) -> BinaryIO:
        """Open a member as a stream that can seek; raise `FileTooLarge` or `RatioExceeded`."""
        small = entry.size <= _SMALL and (entry.method != _STORED or isinstance(self._stream, Inflating))
        if not small or not self._budget.hold(entry.size):
            return self._body(entry)
        try:
            return Held(self.read(entry, _SMALL), self._budget)
        except PrillError:
            self._budget.release(entry.size)
            raise

    def head(self, entry: ZipEntry, size: int) -> bytes:
        """Return the first bytes of a member, whatever its size; they are not checked."""
        with self._body(entry) as body:
            return body.read(size)

    def _body(self, entry: ZipEntry) -> BinaryIO:
        """Return a stream of a member's content, which is checked for its size alone."""
        if entry.encrypted:
            raise InvalidZip(f"{entry.name!r} is encrypted")
        if entry.size > self._limits.max_file_size:
            raise FileTooLarge(f"{entry.name!r} has {entry.size} bytes, at most {self._limits.max_file_size} are read")
        if entry.size > self._limits.ratio_floor and entry.size > entry.packed * self._limits.max_ratio:
            raise RatioExceeded(f"{entry.name!r} unpacks {entry.packed} bytes to {entry.size}")
        if entry.header + self._shift > self._size - _LOCAL.size:
            raise InvalidZip(f"{entry.name!r} would begin at {entry.header}, the zip has {self._size} bytes")
        self._stream.seek(entry.header + self._shift)
        header = _LOCAL.unpack(read_exactly(self._stream, _LOCAL.size, f"the header of {entry.name!r}"))
        if header[0] != b"PK\3\4":
            raise InvalidZip(f"{entry.name!r} is not where the zip's directory says")
        start = entry.header + self._shift + _LOCAL.size + header[9] + header[10]
        window = Window(self._stream, start, entry.packed)
        if entry.method == _STORED:
            if entry.packed != entry.size:
                raise InvalidZip(f"{entry.name!r} is stored, yet has {entry.packed} bytes for {entry.size}")
            return window
        if entry.method != _DEFLATED:
            raise InvalidZip(f"{entry.name!r} is packed by method {entry.method}", hint="methods 0 and 8 are read")
        return Inflating(window, entry.size, entry.name, self._budget)

    def _read_directory(self) -> tuple[bytes, int, int]:
        """Return the central directory, how far all offsets are off (a program may stand in front), and its length."""
        tail_size = min(self._size, _LONGEST_TAIL)
        self._stream.seek(self._size - tail_size)
        tail = read_exactly(self._stream, tail_size, "the zip's end")
        at = _find_end(tail)
        _, _, _, _, count, length, offset, _ = _END.unpack_from(tail, at)
        end = self._size - tail_size + at
        if count == _MANY or _ALL_ONES in (length, offset):
            count, length, offset, end = self._zip64_end(end) or (count, length, offset, end)
        if count > self._limits.max_entries or count * _CENTRAL.size > length:
            raise TooManyEntries(f"a zip of {count} members in a directory of {length} bytes")
        shift = end - length - offset
        if shift < 0:
            raise InvalidZip(f"a zip's directory of {length} bytes at {offset} goes past its end at {end}")
        if not self._budget.hold(length):
            raise MetadataTooLarge(f"a zip's directory of {length} bytes, more than may be held in memory")
        self._stream.seek(end - length)
        return read_exactly(self._stream, length, "the zip's directory"), shift, count

    def _zip64_end(self, end: int) -> tuple[int, int, int, int] | None:
        if end < _END64_LOCATOR.size + _END64.size:
            return None
        self._stream.seek(end - _END64_LOCATOR.size)
        magic, _, _, _ = _END64_LOCATOR.unpack(read_exactly(self._stream, _END64_LOCATOR.size, "the zip64 locator"))
        if magic != b"PK\6\7":
            return None
        at = end - _END64_LOCATOR.size - _END64.size  # it stands right before, whatever the locator says
        self._stream.seek(at)
        record = _END64.unpack(read_exactly(self._stream, _END64.size, "the zip64 end of directory"))
        if record[0] != b"PK\6\6":
            raise InvalidZip("the zip64 end of the directory is not before its locator")
        return record[7], record[8], record[9], at


def _entry(name: bytes, fields: tuple[int, ...], extra: bytes) -> ZipEntry:
    crc, packed, size, header = *fields[9:12], fields[18]
    if _ALL_ONES in (packed, size, header):
        packed, size, header = _zip64(extra, packed, size, header)
    return ZipEntry(
        name=name.decode("utf-8", "surrogateescape"),
        method=fields[6],
        packed=packed,
        size=size,
        crc=crc,
        header=header,
        encrypted=bool(fields[5] & _ENCRYPTED),
    )


def _find_end(tail: bytes) -> int:
    """Return where the end record is: the last whose comment ends where the archive does."""
    at = tail.rfind(b"PK\5\6", 0, len(tail) - _END.size + 4)
    while at >= 0:
        if at + _END.size + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail):
            return at
        at = tail.rfind(b"PK\5\6", 0, at)
    raise InvalidZip("not a zip archive: it has no end of central directory")


def _zip64(extra: bytes, packed: int, size: int, header: int) -> tuple[int, int, int]:
    """Return the sizes and the offset from the extended information (4.5.3), for those that are all ones."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = int.from_bytes(extra[at : at + 2], "little"), int.from_bytes(extra[at + 2 : at + 4], "little")
        if kind == 1:
            numbers = iter(
                int.from_bytes(extra[place : place + 8], "little")
                for place in range(at + 4, min(at + 4 + length, len(extra)) - 7, 8)
            )
            size = next(numbers, size) if size == _ALL_ONES else size
            packed = next(numbers, packed) if packed == _ALL_ONES else packed
            header = next(numbers, header) if header == _ALL_ONES else header
            break
        at += 4 + length
    return packed, size, header
