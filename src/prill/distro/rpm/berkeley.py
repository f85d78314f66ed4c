"""Berkeley DB's hash files, as far as rpm used them: large values on chains of overflow pages (db_page.h of BDB 5.3).

1. Page 0 says the byte order, by its magic number, the size of pages, and how many there are.
2. A hash page has, behind its header of 26 bytes, the offsets of its items, keys and values in turn.
3. A value is kept on the page, or is a page number and a length: the first of a chain of overflow pages.
"""

import struct
from collections.abc import Iterator

from prill.errors import PrillError

__all__ = ["MAGIC", "InvalidBerkeleyDatabase", "read_values"]

MAGIC = 0x061561
_HEADER = 26
_OVERFLOW = 7
_HASH_PAGES = (2, 13)
_ON_PAGE, _OFF_PAGE = 1, 3
_MAX_VALUE = 256 << 20


class InvalidBerkeleyDatabase(PrillError):
    """A file begins like a hash of Berkeley DB's and does not go on like one."""


def read_values(data: bytes) -> Iterator[bytes]:
    """Yield every value; raise `InvalidBerkeleyDatabase`."""
    order = "<" if data[12:16] == struct.pack("<I", MAGIC) else ">"  # 1
    if len(data) < 72:  # noqa: PLR2004 - the part of the meta page that all versions share
        raise InvalidBerkeleyDatabase(f"a Berkeley DB file of {len(data)} bytes")
    (size,) = struct.unpack_from(f"{order}I", data, 20)
    (last,) = struct.unpack_from(f"{order}I", data, 32)
    if data[24]:
        raise InvalidBerkeleyDatabase("the Berkeley DB file is encrypted")
    if not 512 <= size <= 65536 or size & (size - 1) or (last + 1) * size > len(data):  # noqa: PLR2004 - BDB's bounds
        raise InvalidBerkeleyDatabase(f"{last + 1} pages of {size} bytes in a Berkeley DB file of {len(data)}")
    for number in range(1, last + 1):
        page = data[number * size : (number + 1) * size]
        if page[25] in _HASH_PAGES:
            yield from _values(data, page, size, last, order)


def _values(data: bytes, page: bytes, size: int, last: int, order: str) -> Iterator[bytes]:
    (count,) = struct.unpack_from(f"{order}H", page, 20)  # 2
    if _HEADER + 2 * count > size:
        raise InvalidBerkeleyDatabase(f"{count} items on a page of {size} bytes")
    offsets = struct.unpack_from(f"{order}{count}H", page, _HEADER)
    for index in range(1, count, 2):
        at = offsets[index]
        if at >= size:
            raise InvalidBerkeleyDatabase(f"an item at {at} of a page of {size} bytes")
        if page[at] == _OFF_PAGE and at + 12 <= size:  # 3
            first, length = struct.unpack_from(f"{order}II", page, at + 4)
            yield _chain(data, first, length, size, last, order)
        elif page[at] == _ON_PAGE:
            yield page[at + 1 : offsets[index - 1]]


def _chain(data: bytes, first: int, length: int, size: int, last: int, order: str) -> bytes:
    """Collect a value from its overflow pages; a chain cannot be longer than the file has pages."""
    if length > min(_MAX_VALUE, len(data)):
        raise InvalidBerkeleyDatabase(f"a value of {length} bytes in a Berkeley DB file of {len(data)}")
    pieces: list[bytes] = []
    left, number = length, first
    for _ in range(last + 1):
        if not left:
            return b"".join(pieces)
        if not 0 < number <= last:
            break
        page = data[number * size : (number + 1) * size]
        if page[25] != _OVERFLOW:
            break
        piece = page[_HEADER : _HEADER + min(left, size - _HEADER)]
        pieces.append(piece)
        left -= len(piece)
        (number,) = struct.unpack_from(f"{order}I", page, 16)
    if left:
        raise InvalidBerkeleyDatabase(f"a value's chain of pages ends {left} bytes too early, at page {number}")
    return b"".join(pieces)
