"""Writing tar entries to the same bytes that Go's archive/tar writes, as apko and most image builders do.

ustar with empty user and group names, directories without a slash at the end, and a pax header only where ustar cannot
say it: text that is not ASCII, names that do not split, numbers that do not fit, extended attributes.
"""

import struct

from prill.archive.paths import UnsafePath, clean_path
from prill.archive.pax import MAX_NUMBER, SCHILY_XATTR, format_records
from prill.archive.tar_header import BLOCK
from prill.archive.tar_numbers import checksum
from prill.errors import PrillError
from prill.model import FileKind, FileStat

__all__ = ["END", "UnwritableEntry", "entry_header", "padding"]

END = bytes(2 * BLOCK)
"""What ends an archive; no padding to 10 KiB follows it."""

# name mode uid gid size mtime checksum type link magic version uname gname devmajor devminor prefix
_FIELDS = struct.Struct("100s8s8s8s12s12s8sc100s6s2s32s32s8s8s155s12x")
_TYPES = {
    FileKind.FILE: b"0",
    FileKind.HARDLINK: b"1",
    FileKind.SYMLINK: b"2",
    FileKind.CHARACTER_DEVICE: b"3",
    FileKind.BLOCK_DEVICE: b"4",
    FileKind.DIRECTORY: b"5",
    FileKind.FIFO: b"6",
}
_LINKS = frozenset({FileKind.SYMLINK, FileKind.HARDLINK})
_DEVICES = frozenset({b"3", b"4"})
_PAX = b"x"
_NAME, _PREFIX = 100, 155
_MAX_MODE = 0o7777
_MAX_SHORT = 0o7777777
_MAX_LONG = 0o77777777777


class UnwritableEntry(PrillError):
    """An entry cannot be written: it is none that a reader would accept."""


def padding(size: int) -> bytes:
    """Return the zeros that follow ``size`` bytes of content."""
    return bytes(-size % BLOCK)


def entry_header(stat: FileStat) -> bytes:
    """Return the header blocks of an entry; a regular file's content and its `padding` follow them.

    Raise `UnwritableEntry` for what no reader would take: a path that is not clean, a number out of range.
    """
    _check(stat)
    path, link = _encode(stat, stat.path), _encode(stat, stat.link)
    size = stat.size if stat.kind is FileKind.FILE else 0
    name, prefix = path or b"./", b""
    if len(path) > _NAME and path.isascii():
        name, prefix = _split(path)
    records = _records(stat, size)
    if len(name) > _NAME or not name.isascii() or len(link) > _NAME or not link.isascii() or records:
        return _pax_headers(stat, path, link, size, records)
    return _block(stat, name, prefix, link, _TYPES[stat.kind], (stat.mode, stat.uid, stat.gid, size, stat.mtime))


def _records(stat: FileStat, size: int) -> dict[bytes, bytes]:
    """Return the pax records for numbers that do not fit, and for extended attributes."""
    if 0 <= stat.mtime <= _MAX_LONG and max(stat.uid, stat.gid) <= _MAX_SHORT and size <= _MAX_LONG:
        records = {}
    else:
        limits = {b"uid": _MAX_SHORT, b"gid": _MAX_SHORT, b"size": _MAX_LONG, b"mtime": _MAX_LONG}
        numbers = {b"uid": stat.uid, b"gid": stat.gid, b"size": size, b"mtime": stat.mtime}
        records = {key: b"%d" % number for key, number in numbers.items() if not 0 <= number <= limits[key]}
    for name, value in stat.xattrs:
        records[SCHILY_XATTR + _encode(stat, name)] = value
    return records


def _pax_headers(stat: FileStat, path: bytes, link: bytes, size: int, records: dict[bytes, bytes]) -> bytes:
    """Return an extended header and the entry's own, in which what did not fit is cut or zero."""
    if len(path) > _NAME or not path.isascii():
        records[b"path"] = path
    if len(link) > _NAME or not link.isascii():
        records[b"linkpath"] = link
    body = format_records(records)
    folder, slash, last = path.rpartition(b"/")
    pax_name = _ascii(folder + slash + b"PaxHeaders.0/" + last)[:_NAME].rstrip(b"/")
    numbers = (
        stat.mode,
        stat.uid if b"uid" not in records else 0,
        stat.gid if b"gid" not in records else 0,
        size if b"size" not in records else 0,
        stat.mtime if b"mtime" not in records else 0,
    )
    return b"".join(
        (
            _block(stat, pax_name, b"", b"", _PAX, (0, 0, 0, len(body), 0)),
            body,
            padding(len(body)),
            _block(
                stat, _ascii(path or b"./")[:_NAME].rstrip(b"/"), b"", _ascii(link)[:_NAME], _TYPES[stat.kind], numbers
            ),
        )
    )


def _block(
    stat: FileStat, name: bytes, prefix: bytes, link: bytes, flag: bytes, numbers: tuple[int, int, int, int, int]
) -> bytes:
    """Return one header block."""
    mode, uid, gid, size, mtime = numbers
    major, minor = stat.device if flag in _DEVICES else (0, 0)
    block = _FIELDS.pack(
        name,
        b"%07o" % mode,
        b"%07o" % uid,
        b"%07o" % gid,
        b"%011o" % size,
        b"%011o" % mtime,
        b"",
        flag,
        link,
        b"ustar",
        b"00",
        b"",
        b"",
        b"%07o" % major,
        b"%07o" % minor,
        prefix,
    )
    return b"%b%06o\0 %b" % (block[:148], checksum(block), block[156:])


def _split(path: bytes) -> tuple[bytes, bytes]:
    """Split a path between ustar's name and prefix, as far to the right as the prefix reaches.

    A path that cannot be split comes back whole.
    """
    at = path.rfind(b"/", 0, _PREFIX + 1)
    if at <= 0 or not 0 < len(path) - at - 1 <= _NAME:
        return path, b""
    return path[at + 1 :], path[:at]


def _ascii(text: bytes) -> bytes:
    """Return what is left of ``text`` for readers that know no pax."""
    return text if text.isascii() else bytes(byte for byte in text if byte < 0x80)  # noqa: PLR2004 - ASCII


def _encode(stat: FileStat, text: str) -> bytes:
    try:
        return text.encode() if text.isascii() else text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise UnwritableEntry(f"entry {stat.path!r}: {text!r} has no bytes") from error


def _check(stat: FileStat) -> None:
    """Refuse what the reader of this room would not give back the same."""
    try:
        clean = clean_path(stat.path or "./")
        target = clean_path(stat.link) if stat.kind is FileKind.HARDLINK else stat.link
    except UnsafePath as error:
        raise UnwritableEntry(f"entry {stat.path!r}: {error}") from error
    if clean != stat.path or (not clean and stat.kind is not FileKind.DIRECTORY):
        raise UnwritableEntry(f"entry {stat.path!r} is a {stat.kind} at a path that is not clean")
    linked = stat.kind in _LINKS
    if target != stat.link or bool(target) is not linked or "\0" in target:
        raise UnwritableEntry(f"entry {stat.path!r} is a {stat.kind} with the link {stat.link!r}")
    if not 0 <= stat.mode <= _MAX_MODE:
        raise UnwritableEntry(f"entry {stat.path!r} has the mode {stat.mode:#o}")
    if min(stat.uid, stat.gid, stat.size) < 0 or max(stat.uid, stat.gid, stat.size, abs(stat.mtime)) > MAX_NUMBER:
        raise UnwritableEntry(f"entry {stat.path!r} has a size, an owner or a time out of range")
    if not 0 <= min(stat.device) <= max(stat.device) <= _MAX_SHORT:
        raise UnwritableEntry(f"entry {stat.path!r} has the device numbers {stat.device!r}")
    for name, _ in stat.xattrs:
        if not name or "=" in name or "\0" in name:
            raise UnwritableEntry(f"entry {stat.path!r} has an extended attribute named {name!r}")
