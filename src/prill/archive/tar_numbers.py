"""The numbers in a tar header: octal, or GNU's base-256; and the header's checksum."""

from functools import lru_cache
from zlib import adler32

from prill.archive.pax import MAX_NUMBER
from prill.errors import PrillError

__all__ = [
    "InvalidTar",
    "block_sum",
    "check_signed",
    "checksum",
    "parse_common",
    "parse_number",
    "parse_owner",
    "stated_sum",
]

_BASE_256 = b"\x80\xff"  # the first byte of a positive and of a negative number
_BLOCK = 512
_HALF = 256
_BLANK = 8 * 0x20


class InvalidTar(PrillError):
    """Bytes that should have been a tar archive are none."""


def parse_number(field: bytes) -> int:
    """Read an octal number, or GNU's base-256 where the first bit is set; raise `InvalidTar`."""
    text = field.strip(b" \0")
    if text.isdigit():
        try:
            return int(text, 8)
        except ValueError as error:
            raise InvalidTar(f"not a number in a tar header: {field!r}") from error
    if not text:
        return 0
    if field[0] in _BASE_256:
        number = int.from_bytes(field, "big", signed=True) if field[0] & 0x40 else int.from_bytes(field[1:], "big")
        if abs(number) > MAX_NUMBER:
            raise InvalidTar(f"too large a number in a tar header: {field!r}")
        return number
    first = text.partition(b"\0")[0].rstrip(b" ")
    if first != text and first.isdigit():
        return parse_number(first)
    raise InvalidTar(f"not a number in a tar header: {field!r}")


@lru_cache(maxsize=1024)
def parse_owner(fields: bytes) -> tuple[int, int, int]:
    """Read the mode's twelve bits, the user and the group, which stand beside each other; few are ever different."""
    return parse_number(fields[:8]) & 0o7777, parse_number(fields[8:16]), parse_number(fields[16:])


def checksum(block: bytes) -> int:
    """Return the sum of a header's bytes, its own checksum field counted as spaces."""
    return block_sum(block) - sum(block[148:156]) + _BLANK


@lru_cache(maxsize=1024)
def parse_common(field: bytes) -> int:
    """Read a number that many headers have in common, such as a time; raise `InvalidTar`."""
    return parse_number(field)


@lru_cache(maxsize=8192)
def stated_sum(field: bytes) -> int:
    """Return what `block_sum` is where the checksum ``field`` is right; raise `InvalidTar`."""
    return parse_number(field) + sum(field) - _BLANK


def block_sum(block: bytes) -> int:
    """Return the sum of a header's bytes.

    Adler-32 begins with such a sum, modulo 65521, from one; half a block cannot reach that modulus.
    """
    return (adler32(block[:_HALF]) & 0xFFFF) + (adler32(block[_HALF:_BLOCK]) & 0xFFFF) - 2


def check_signed(block: bytes, stated: bytes) -> None:
    """Accept a checksum of old writers, that summed signed characters; raise `InvalidTar` for any other."""
    counted = block[:148] + block[156:_BLOCK]
    signed = sum(counted) - _HALF * sum(byte > 0x7F for byte in counted) + _BLANK  # noqa: PLR2004 - a sign bit
    if parse_number(stated) != signed:
        name = block[:100].partition(b"\0")[0]
        raise InvalidTar(f"not a tar header, its checksum {stated!r} is wrong: {name!r}")
