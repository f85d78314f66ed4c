"""Reading ``ar`` archives, the outer layer of a .deb (ar(5); deb(5); GNU and BSD ways to write a long name)."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from prill.archive.bodies import Body, TruncatedArchive, read_exactly, read_up_to
from prill.archive.bounds import (
    DEFAULT_LIMITS,
    FileTooLarge,
    Limits,
    MetadataTooLarge,
    NameTooLong,
    OutputTooLarge,
    TooManyEntries,
)
from prill.errors import PrillError
from prill.model.value import dataclass, field

__all__ = ["ArMember", "InvalidAr", "read_ar"]

_MAGIC = b"!<arch>\n"
_HEADER = 60
_END_OF_HEADER = b"`\n"
_NUMBER = re.compile(rb"([0-9]+) *")
_GNU_TABLE = "//"
_GNU_LONG = re.compile(r"/([0-9]+)")
_BSD_LONG = re.compile(r"#1/([0-9]+)")


class InvalidAr(PrillError):
    """Bytes that should have been an ``ar`` archive are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArMember:
    """One member; ``body`` can be read until the next member is asked for."""

    name: str
    size: int
    mtime: int
    body: BinaryIO = field(compare=False, repr=False)


def read_ar(stream: BinaryIO, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[ArMember]:
    """Yield the members in order; what is not read of a body is skipped.

    Raise `InvalidAr` for what is no ar archive or goes on after its last member, `TruncatedArchive` for one that ends
    too early, and a `prill.archive.bounds.BoundExceeded` for one that is too large.
    """
    magic = read_up_to(stream, len(_MAGIC))
    if magic != _MAGIC:
        raise InvalidAr(f"not an ar archive: it begins with {magic!r}")
    names = b""
    total = count = 0
    while header := read_up_to(stream, _HEADER):
        count += 1
        if count > limits.max_entries:
            raise TooManyEntries(f"more than {limits.max_entries} members")
        name, size, mtime = _parse(header)
        total += size
        if size > limits.max_file_size:
            raise FileTooLarge(f"ar member {name!r} has {size} bytes, {limits.max_file_size} are allowed")
        if total > limits.max_total_size:
            raise OutputTooLarge(f"ar members have {total} bytes and more, {limits.max_total_size} are allowed")
        padded = size & 1
        if name == _GNU_TABLE:
            names = _read_names(stream, size, limits)
        else:
            name, length = _long_name(stream, name, size, names, limits)
            body = Body(stream, size - length, f"ar member {name!r}")
            yield ArMember(name=name, size=size - length, mtime=mtime, body=body)
            body.skip()
        if padded and (padding := read_exactly(stream, 1, "a member's padding")) != b"\n":
            raise InvalidAr(f"ar member {name!r} is followed by {padding!r} where a line feed should pad it")


def _parse(header: bytes) -> tuple[str, int, int]:
    """Read name, size and mtime out of a 60-byte header."""
    if len(header) < _HEADER:
        raise TruncatedArchive(f"the ar archive ends inside a header: {header!r}")
    if header[58:] != _END_OF_HEADER:
        raise InvalidAr(f"not an ar header: {header!r}")
    raw = header[:16].rstrip(b" ")
    size, mtime = _NUMBER.fullmatch(header[48:58]), _NUMBER.fullmatch(header[16:28])
    if size is None:
        raise InvalidAr(f"ar member {raw!r} has the size {header[48:58]!r}")
    if mtime is None and header[16:28].strip(b" "):
        raise InvalidAr(f"ar member {raw!r} has the time {header[16:28]!r}")
    return raw.decode("utf-8", "surrogateescape"), int(size[1]), int(mtime[1]) if mtime else 0


def _read_names(stream: BinaryIO, size: int, limits: Limits) -> bytes:
    """Read GNU's table of long names."""
    if size > limits.max_metadata_size:
        raise MetadataTooLarge(f"ar's table of names has {size} bytes, {limits.max_metadata_size} are allowed")
    return read_exactly(stream, size, "ar's table of names")


def _long_name(stream: BinaryIO, name: str, size: int, names: bytes, limits: Limits) -> tuple[str, int]:
    """Return the member's real name, and how many bytes of its body that name took."""
    taken = 0
    if long := _GNU_LONG.fullmatch(name):
        start = int(long[1])
        end = names.find(b"\n", start)
        if end < 0:
            raise InvalidAr(f"ar member {name!r} points outside the table of names, which has {len(names)} bytes")
        raw = names[start:end]
        _check_length(len(raw), limits)
        name = raw.removesuffix(b"/").decode("utf-8", "surrogateescape")
    elif long := _BSD_LONG.fullmatch(name):
        taken = int(long[1])
        if taken > size:
            raise InvalidAr(f"ar member {name!r} has a name of {taken} bytes in a body of {size}")
        _check_length(taken, limits)
        raw = read_exactly(stream, taken, "an ar member's name")
        name = raw.rstrip(b"\0").decode("utf-8", "surrogateescape")
    elif not name.startswith("/"):  # "/" and "/SYM64/" are symbol tables
        name = name.removesuffix("/")
    if not name or "\0" in name:
        raise InvalidAr(f"ar member has the name {name!r}")
    return name, taken


def _check_length(length: int, limits: Limits) -> None:
    if length > limits.max_name_bytes:
        raise NameTooLong(f"an ar member's name has {length} bytes, {limits.max_name_bytes} are allowed")
