"""The bytes of ``/etc/ld.so.cache``: format ``glibc-ld.so.cache1.1`` with extensions, as written since glibc 2.33.

Facts from glibc's ``sysdeps/generic/dl-cache.h``, ``elf/cache.c`` and ``elf/stringtable.c``: a header, the entries in
descending order, one table of strings in which a string that ends another shares its place, and extensions that name
the generator and the folders for more capable processors. The loader searches by bisection, so the order is part of
the format.
"""

import functools
import struct
from collections.abc import Iterable
from typing import Final

from prill.model.value import dataclass

__all__ = ["CacheEntry", "compare_names", "encode_cache"]

_HEADER: Final = struct.Struct("<17s3sIIB3xI12x")
_ENTRY: Final = struct.Struct("<iIIIQ")
_LITTLE_ENDIAN: Final = 2
_EXTENSION_MAGIC: Final = 0xEAA42174
_TAG_GENERATOR, _TAG_HWCAPS = 0, 1
_HWCAP_EXTENSION: Final = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheEntry:
    """``soname`` is found at ``path``. ``hwcaps`` names the folder below ``glibc-hwcaps`` that it is in."""

    soname: str
    path: str
    flags: int
    hwcaps: str = ""
    isa_level: int = 0


def compare_names(left: bytes, right: bytes) -> int:
    """Compare two names as the loader does: character by character, but runs of digits by their value.

    A digit is more than any other character. Values are 32-bit and wrap around, as they do in the loader.
    """
    i = j = 0
    while i < len(left):
        mine, other = left[i], right[j] if j < len(right) else 0
        if _is_digit(mine) and _is_digit(other):
            first, i = _number(left, i)
            second, j = _number(right, j)
            if first != second:
                return _wrapped(first - second)
        elif _is_digit(mine):
            return 1
        elif _is_digit(other):
            return -1
        elif mine != other:
            return mine - other
        else:
            i, j = i + 1, j + 1
    return -right[j] if j < len(right) else 0


def encode_cache(entries: Iterable[CacheEntry], *, folders: Iterable[str] = (), generator: str = "prill") -> bytes:
    """Write a cache; of equal entries the first stays first.

    ``folders`` are all names below ``glibc-hwcaps``, also of those without a library.
    """
    ordered = sorted(entries, key=functools.cmp_to_key(_compare))
    used = sorted({_raw(entry.hwcaps) for entry in ordered if entry.hwcaps})
    names = {_raw(text) for entry in ordered for text in (entry.soname, entry.path)} | {_raw(name) for name in folders}
    table, offsets = _string_table(names | set(used))
    start = _HEADER.size + len(ordered) * _ENTRY.size
    extension = -(-(start + len(table)) // 4) * 4
    parts = [_HEADER.pack(b"glibc-ld.so.cache", b"1.1", len(ordered), len(table), _LITTLE_ENDIAN, extension)]
    for entry in ordered:
        hwcap = 0
        if entry.hwcaps:
            hwcap = _HWCAP_EXTENSION | entry.isa_level << 32 | used.index(_raw(entry.hwcaps))
        key, value = start + offsets[_raw(entry.soname)], start + offsets[_raw(entry.path)]
        parts.append(_ENTRY.pack(entry.flags, key, value, 0, hwcap))
    parts += [table, bytes(extension - start - len(table))]
    parts.append(_extensions(extension, [start + offsets[name] for name in used], generator.encode()))
    return b"".join(parts)


def _extensions(offset: int, hwcaps: list[int], generator: bytes) -> bytes:
    """Write the extension directory that begins at ``offset``, and what it points to."""
    count = 2 if hwcaps else 1
    after = offset + 8 + 16 * count
    array = struct.pack(f"<{len(hwcaps)}I", *hwcaps)
    out = struct.pack("<II", _EXTENSION_MAGIC, count)
    out += struct.pack("<IIII", _TAG_GENERATOR, 0, after + len(array), len(generator))
    if hwcaps:
        out += struct.pack("<IIII", _TAG_HWCAPS, 0, after, len(array))
    return out + array + generator


def _string_table(strings: set[bytes]) -> tuple[bytes, dict[bytes, int]]:
    """Lay out strings in descending order of their ends, so that one can share the end of the one before it."""
    out = bytearray()
    offsets: dict[bytes, int] = {}
    previous, place = b"", 0
    for string in sorted(strings, key=lambda one: one[::-1], reverse=True):
        if offsets and previous.endswith(string):
            place += len(previous) - len(string)
        else:
            place = len(out)
            out += string + b"\0"
        offsets[string] = place
        previous = string
    return bytes(out), offsets


def _compare(left: CacheEntry, right: CacheEntry) -> int:
    """Order entries: names and flags descending, then those for more capable processors by their folders' names."""
    by_name = compare_names(_raw(right.soname), _raw(left.soname))
    if by_name:
        return by_name
    if left.flags != right.flags:
        return right.flags - left.flags
    if bool(left.hwcaps) != bool(right.hwcaps):
        return -1 if left.hwcaps else 1
    mine, other = _raw(left.hwcaps), _raw(right.hwcaps)
    return (mine > other) - (mine < other)


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _is_digit(byte: int) -> bool:
    return 0x30 <= byte <= 0x39  # noqa: PLR2004


def _number(text: bytes, start: int) -> tuple[int, int]:
    """Return the value of the digits from ``start`` and where they end."""
    value, end = 0, start
    while end < len(text) and _is_digit(text[end]):
        value = _wrapped(value * 10 + text[end] - 0x30)
        end += 1
    return value, end


def _wrapped(value: int) -> int:
    return (value + (1 << 31)) % (1 << 32) - (1 << 31)
