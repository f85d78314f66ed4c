r"""Records of pax extended headers, read and written (POSIX.1-2017, pax, "pax Extended Header").

A record is ``length key=value\n``, its length in decimal and counting itself.
"""

import binascii
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from prill.errors import PrillError
from prill.model.regex import regex

__all__ = [
    "MAX_NUMBER",
    "SCHILY_XATTR",
    "XATTR_PREFIXES",
    "InvalidPax",
    "format_records",
    "parse_integer",
    "parse_records",
    "parse_time",
    "parse_xattrs",
]

MAX_NUMBER = 10**18 - 1
SCHILY_XATTR = b"SCHILY.xattr."
_LIBARCHIVE_XATTR = b"LIBARCHIVE.xattr."
XATTR_PREFIXES = (SCHILY_XATTR, _LIBARCHIVE_XATTR)
_LENGTH = regex(rb"([1-9][0-9]{0,9}) ")
_INTEGER = regex(rb"[0-9]{1,18}")
_TIME = regex(rb"(-?)([0-9]{1,18})(?:\.([0-9]*))?")


class InvalidPax(PrillError):
    """An extended header does not hold what the standard says."""


def parse_records(data: bytes) -> dict[bytes, bytes]:
    """Read an extended header's body; of a key that is there twice the last one counts. Raise `InvalidPax`."""
    records = {}
    at = 0
    while at < len(data):
        length = _LENGTH.match(data, at)
        if length is None:
            raise InvalidPax(f"a pax record begins with {data[at : at + 16]!r} where its length should stand")
        end = at + int(length[1])
        key, equals, value = data[length.end() : end - 1].partition(b"=")
        if end > len(data) or end <= length.end() or data[end - 1 : end] != b"\n" or not equals or not key:
            raise InvalidPax(f"a pax record of length {int(length[1])} reads {data[at : min(end, at + 80)]!r}")
        records[key] = value
        at = end
    return records


def format_records(records: Mapping[bytes, bytes]) -> bytes:
    """Write an extended header's body, sorted by key."""
    return b"".join(_format_record(key, records[key]) for key in sorted(records))


def _format_record(key: bytes, value: bytes) -> bytes:
    rest = len(key) + len(value) + 3
    length = rest + len(str(rest))
    length = rest + len(str(length))
    return b"%d %b=%b\n" % (length, key, value)


def parse_integer(key: str, value: bytes) -> int:
    """Read a value that is a decimal number; raise `InvalidPax`."""
    if not _INTEGER.fullmatch(value):
        raise InvalidPax(f"pax record {key!r} has the value {value[:80]!r}, not a number")
    return int(value)


def parse_time(value: bytes) -> int:
    """Read seconds since 1970 with an optional fraction, rounded down; raise `InvalidPax`."""
    time = _TIME.fullmatch(value)
    if time is None:
        raise InvalidPax(f"pax record 'mtime' has the value {value[:80]!r}, not a time")
    seconds = int(time[2])
    if not time[1]:
        return seconds
    return -seconds - 1 if (time[3] or b"").strip(b"0") else -seconds


def parse_xattrs(records: Mapping[bytes, bytes]) -> tuple[tuple[str, bytes], ...]:
    """Return the extended attributes among ``records``, sorted by name; raise `InvalidPax`.

    Star's ``SCHILY.xattr.`` holds a value as it is; libarchive's ``LIBARCHIVE.xattr.`` holds it in base64 under a name
    in URL encoding. Where both tell the same name, star's counts.
    """
    found = {}
    for key, value in records.items():
        if key.startswith(_LIBARCHIVE_XATTR):
            name = unquote_to_bytes(key.removeprefix(_LIBARCHIVE_XATTR))
            try:
                found[name] = binascii.a2b_base64(value + b"=" * (-len(value) % 4), strict_mode=True)
            except binascii.Error as error:
                raise InvalidPax(f"pax record {key!r} is not base64: {value[:80]!r}") from error
    for key, value in records.items():
        if key.startswith(SCHILY_XATTR):
            found[key.removeprefix(SCHILY_XATTR)] = value
    for name in found:
        if not name or b"\0" in name:
            raise InvalidPax(f"an extended attribute has the name {name!r}")
    return tuple((name.decode("utf-8", "surrogateescape"), found[name]) for name in sorted(found))
