"""One tar header block after the other, turned into entries.

ustar and pax as POSIX.1-2017 defines them (pax, "ustar Interchange Format" and "pax Extended Header"), GNU's long
names and base-256 numbers (GNU tar manual, "Basic Tar Format"), and the older v7 form. What readers are known to
understand in different ways is refused.
"""

import struct
import zlib
from dataclasses import dataclass

from prill.archive.bounds import (
    FileTooLarge,
    Limits,
    MetadataTooLarge,
    NameTooLong,
    OutputTooLarge,
    TooDeep,
    TooManyEntries,
)
from prill.archive.paths import Absolute, UnsafePath, clean_path
from prill.archive.pax import MAX_NUMBER, XATTR_PREFIXES, parse_integer, parse_records, parse_time, parse_xattrs
from prill.errors import PrillError
from prill.model import FileKind, FileStat

__all__ = ["BLOCK", "HeaderReader", "InvalidTar", "TarEntry", "UnexpectedBody", "UnsupportedEntry", "checksum"]

BLOCK = 512

# name mode uid gid size mtime checksum type link magic+version (uname gname) devmajor devminor prefix
_FIELDS = struct.Struct("100s8s8s8s12s12s8sc100s8s64x8s8s155s12x")
_POSIX = b"ustar\0"
_KINDS = {
    b"0": FileKind.FILE,
    b"\0": FileKind.FILE,
    b"7": FileKind.FILE,
    b"1": FileKind.HARDLINK,
    b"2": FileKind.SYMLINK,
    b"3": FileKind.CHARACTER_DEVICE,
    b"4": FileKind.BLOCK_DEVICE,
    b"5": FileKind.DIRECTORY,
    b"6": FileKind.FIFO,
}
_DEVICES = frozenset({FileKind.CHARACTER_DEVICE, FileKind.BLOCK_DEVICE})
_LINKS = frozenset({FileKind.SYMLINK, FileKind.HARDLINK})
_PAX, _PAX_GLOBAL = b"x", b"g"
# GNU's types for a long name or link, and the pax records that say the same.
_LONG = {b"L": b"path", b"K": b"linkpath"}
# What a global pax header may and may not set for all entries that follow; what is in neither set says nothing here.
_OF_ALL_ENTRIES = frozenset({b"mtime", b"uid", b"gid"})
_OF_ONE_ENTRY = frozenset({b"path", b"linkpath", b"size"})
_BASE_256 = b"\x80\xff"  # the first byte of a positive and of a negative number
_Numbers = tuple[int, int, int, int]
_Xattrs = tuple[tuple[str, bytes], ...]
_SPARSE = "it is a sparse file"
_UNSUPPORTED = {
    b"S": _SPARSE,
    b"M": "it continues another volume",
    b"V": "it names a volume",
    b"D": "it lists a directory for an incremental backup",
    b"N": "it uses GNU's oldest form of long names",
    b"X": "it is Solaris's form of an extended header",
}


class InvalidTar(PrillError):
    """Bytes that should have been a tar archive are none."""


class UnsupportedEntry(PrillError):
    """A tar archive holds an entry that an image cannot hold."""


class UnexpectedBody(PrillError):
    """An entry that has no content says it has some; readers disagree about what would follow."""


@dataclass(frozen=True, slots=True)
class TarEntry:
    """One entry: ``stat.path`` is clean, ``name`` is the path as stored, ``offset`` is where its content begins."""

    stat: FileStat
    offset: int
    name: str


def checksum(block: bytes) -> int:
    """Return the sum of a header's bytes, its own checksum field counted as spaces.

    Adler-32 begins with such a sum, modulo 65521, from one; half a block cannot reach that modulus.
    """
    sums = (zlib.adler32(block[:256]) & 0xFFFF) + (zlib.adler32(block[256:]) & 0xFFFF) - 2
    return sums - sum(block[148:156]) + 8 * 0x20


class HeaderReader:
    """Reads header blocks in the order of the archive, and carries long names and pax records to their entry."""

    def __init__(self, limits: Limits, absolute: Absolute) -> None:
        self._limits = limits
        self._absolute: Absolute = absolute
        self._entries = 0
        self._total = 0
        self._flag = b""
        self._names: dict[bytes, bytes] = {}
        self._records: dict[bytes, bytes] = {}
        self._global: dict[bytes, bytes] = {}
        self.metadata = 0

    def read(self, block: bytes, offset: int) -> TarEntry | None:
        """Return the entry, whose content is at ``offset``.

        None says that the block announces ``metadata`` bytes, which are to be given to `add`. Raise `InvalidTar`,
        `InvalidPax`, `UnsupportedEntry`, `UnexpectedBody`, `UnsafePath` or a `BoundExceeded`.
        """
        name, mode, uid, gid, size, mtime, stated, flag, link, magic, major, minor, prefix = _FIELDS.unpack(block)
        name = name.partition(b"\0")[0]
        if _number(stated) != checksum(block):
            _check_signed(stated, block, name)
        self._entries += 1
        if self._entries > self._limits.max_entries:
            raise TooManyEntries(f"more than {self._limits.max_entries} tar entries")
        kind = _KINDS.get(flag)
        if kind is None:
            self._announce(flag, name, _number(size))
            return None
        if prefix[0] and magic[:6] == _POSIX:
            name = prefix.partition(b"\0")[0] + b"/" + name
        link = link.partition(b"\0")[0]
        numbers = _number(size), _number(uid), _number(gid), _number(mtime)
        xattrs: tuple[tuple[str, bytes], ...] = ()
        if self._names or self._records or self._global:
            name, link, numbers, xattrs = self._override(name, link, numbers)
        text = name.decode("utf-8", "surrogateescape")
        if kind is FileKind.FILE and text[-1:] == "/":  # how v7 wrote directories, and how every reader takes it
            kind = FileKind.DIRECTORY
        stat = FileStat(
            path=self._path(name, text),
            kind=kind,
            mode=_number(mode) & 0o7777,
            uid=numbers[1],
            gid=numbers[2],
            size=numbers[0],
            mtime=numbers[3],
            link=self._link(link, kind, text) if kind in _LINKS else "",
            device=(_number(major), _number(minor)) if kind in _DEVICES else (0, 0),
            xattrs=xattrs,
        )
        self._check(stat, text)
        return TarEntry(stat, offset, text)

    def add(self, body: bytes) -> None:
        """Take the metadata that the last block announced."""
        if self._flag in _LONG:
            self._names[_LONG[self._flag]] = body.partition(b"\0")[0]
            return
        records = parse_records(body)
        for key in records:
            if key.startswith(b"GNU.sparse."):
                raise UnsupportedEntry(f"tar entry cannot be read: {_SPARSE} (pax record {key!r})")
        if self._flag == _PAX:
            self._records = records
            return
        for key in records:
            if key in _OF_ONE_ENTRY or key.startswith(XATTR_PREFIXES):
                raise UnsupportedEntry(f"a global pax header gives every entry the same {key[:80]!r}")
        self._global |= {key: records[key] for key in _OF_ALL_ENTRIES & records.keys()}

    def finish(self) -> None:
        """Say that the archive is at its end; raise `InvalidTar` where an entry should have come."""
        if self._names or self._records:
            raise InvalidTar("the tar archive ends with an extended header and without its entry")

    def _announce(self, flag: bytes, name: bytes, size: int) -> None:
        """Prepare for the body of a block that is no entry."""
        if flag not in _LONG and flag not in (_PAX, _PAX_GLOBAL):
            raise UnsupportedEntry(f"tar entry {name!r} has the type {flag!r}: {_UNSUPPORTED.get(flag, 'not known')}")
        if flag in _LONG and size > self._limits.max_name_bytes + 1:
            raise NameTooLong(f"a name in a tar archive has {size} bytes, {self._limits.max_name_bytes} are allowed")
        if size < 0:
            raise InvalidTar(f"an extended tar header has {size} bytes")
        if size > self._limits.max_metadata_size:
            raise MetadataTooLarge(
                f"an extended tar header has {size} bytes, {self._limits.max_metadata_size} are allowed"
            )
        self._count(size)
        self._flag = flag
        self.metadata = size

    def _override(self, name: bytes, link: bytes, numbers: _Numbers) -> tuple[bytes, bytes, _Numbers, _Xattrs]:
        """Put what came before an entry in place of what its own header says; an empty value changes nothing."""
        records = {**self._global, **self._records}
        for key in self._names.keys() & self._records.keys():
            raise InvalidTar(f"tar entry {name!r} has two long names, {self._names[key]!r} and {records[key]!r}")
        records |= self._names
        self._names, self._records = {}, {}
        size, uid, gid, mtime = numbers
        if value := records.get(b"size"):
            size = parse_integer("size", value)
        if value := records.get(b"uid"):
            uid = parse_integer("uid", value)
        if value := records.get(b"gid"):
            gid = parse_integer("gid", value)
        if value := records.get(b"mtime"):
            mtime = parse_time(value)
        name = records.get(b"path") or name
        link = records.get(b"linkpath") or link
        return name, link, (size, uid, gid, mtime), parse_xattrs(records)

    def _path(self, name: bytes, text: str) -> str:
        if len(name) > self._limits.max_name_bytes:
            raise NameTooLong(f"a tar entry's name has {len(name)} bytes, {self._limits.max_name_bytes} are allowed")
        path = clean_path(text, absolute=self._absolute)
        if path.count("/") >= self._limits.max_depth:
            raise TooDeep(f"tar entry {text!r} is more than {self._limits.max_depth} folders deep")
        return path

    def _link(self, link: bytes, kind: FileKind, text: str) -> str:
        if len(link) > self._limits.max_name_bytes:
            raise NameTooLong(f"the link {text!r} has {len(link)} bytes, {self._limits.max_name_bytes} are allowed")
        target = link.decode("utf-8", "surrogateescape")
        if not target or "\0" in target:
            raise UnsafePath(f"the link {text!r} leads to {target!r}")
        if kind is FileKind.SYMLINK:
            return target
        if not (target := clean_path(target, absolute=self._absolute)):
            raise UnsafePath(f"{text!r} is a hard link to the root itself")
        return target

    def _check(self, stat: FileStat, text: str) -> None:
        """Hold the entry against the limits, and against what its kind can have."""
        if stat.kind is not FileKind.DIRECTORY and not stat.path:
            raise UnsafePath(f"tar entry {text!r} puts a {stat.kind} in place of the root")
        if min(stat.size, stat.uid, stat.gid) < 0:
            raise InvalidTar(f"tar entry {text!r} has a negative size or owner")
        if stat.size:
            if stat.kind is not FileKind.FILE:
                raise UnexpectedBody(f"tar entry {text!r} is a {stat.kind}, and claims {stat.size} bytes of content")
            if stat.size > self._limits.max_file_size:
                raise FileTooLarge(
                    f"tar entry {text!r} has {stat.size} bytes, {self._limits.max_file_size} are allowed"
                )
            self._count(stat.size)

    def _count(self, size: int) -> None:
        self._total += size
        if self._total > self._limits.max_total_size:
            raise OutputTooLarge(
                f"tar entries have {self._total} bytes and more, {self._limits.max_total_size} are allowed"
            )


def _number(field: bytes) -> int:
    """Read an octal number, or GNU's base-256 where the first bit is set."""
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
        return _number(first)
    raise InvalidTar(f"not a number in a tar header: {field!r}")


def _check_signed(stated: bytes, block: bytes, name: bytes) -> None:
    """Accept the checksum of old writers that summed signed characters."""
    counted = block[:148] + block[156:]
    signed = sum(counted) - 256 * sum(byte > 0x7F for byte in counted) + 8 * 0x20  # noqa: PLR2004 - a sign bit
    if _number(stated) != signed:
        raise InvalidTar(f"not a tar header, its checksum {stated!r} is wrong: {name!r}")
