"""One tar header block after the other, turned into entries.

ustar and pax as POSIX.1-2017 defines them (pax, "ustar Interchange Format" and "pax Extended Header"), GNU's long
names and base-256 numbers (GNU tar manual, "Basic Tar Format"), and the older v7 form. What readers are known to
understand in different ways is refused.
"""

import struct

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
from prill.archive.pax import XATTR_PREFIXES, parse_integer, parse_records, parse_time, parse_xattrs
from prill.archive.tar_entry import TarRow
from prill.archive.tar_glance import BLOCK, GlancingReader
from prill.archive.tar_numbers import (
    InvalidTar,
    block_sum,
    check_signed,
    parse_common,
    parse_number,
    parse_owner,
    stated_sum,
)
from prill.errors import PrillError
from prill.model import FileKind

__all__ = ["BLOCK", "KINDS", "HeaderReader", "UnexpectedBody", "UnsupportedEntry"]

# name (mode uid gid) size mtime checksum type link magic+version (uname gname) devmajor devminor prefix
_UNPACK = struct.Struct("100s24s12s12s8sc100s8s64x8s8s155s12x").unpack_from
_NO_DEVICE = (0, 0)
_POSIX = b"ustar\0"
KINDS = {
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
_FILE = FileKind.FILE
_DIRECTORY = FileKind.DIRECTORY
_DEVICES = frozenset({FileKind.CHARACTER_DEVICE, FileKind.BLOCK_DEVICE})
_LINKS = frozenset({FileKind.SYMLINK, FileKind.HARDLINK})
_PAX, _PAX_GLOBAL = b"x", b"g"
# GNU's types for a long name or link, and the pax records that say the same.
_LONG = {b"L": b"path", b"K": b"linkpath"}
# What a global pax header may and may not set for all entries that follow; what is in neither set says nothing here.
_OF_ALL_ENTRIES = frozenset({b"mtime", b"uid", b"gid"})
_OF_ONE_ENTRY = frozenset({b"path", b"linkpath", b"size"})
_Numbers = tuple[int, int, int, int]
_Xattrs = tuple[tuple[str, bytes], ...]
_SPARSE_RECORDS = b"GNU.sparse."
_SPARSE = "it is a sparse file"
_UNSUPPORTED = {
    b"S": _SPARSE,
    b"M": "it continues another volume",
    b"V": "it names a volume",
    b"D": "it lists a directory for an incremental backup",
    b"N": "it uses GNU's oldest form of long names",
    b"X": "it is Solaris's form of an extended header",
}


class UnsupportedEntry(PrillError):
    """A tar archive holds an entry that an image cannot hold."""


class UnexpectedBody(PrillError):
    """An entry that has no content says it has some; readers disagree about what would follow."""


class HeaderReader(GlancingReader):
    """Reads header blocks in the order of the archive, and carries long names and pax records to their entry."""

    def __init__(self, limits: Limits, absolute: Absolute) -> None:
        super().__init__(limits, absolute)
        self._kinds = KINDS
        self._flag = b""
        self._names: dict[bytes, bytes] = {}
        self._records: dict[bytes, bytes] = {}
        self._global: dict[bytes, bytes] = {}
        self.metadata = 0
        self.stored = 0
        """How many bytes follow the block that was read last, also where it was refused."""

    def read(self, block: bytes) -> TarRow | None:
        """Return what ``block``, a header and maybe some bytes of what follows it, says.

        None says that the block announces ``metadata`` bytes, which are to be given to `add`. Raise `InvalidTar`,
        `InvalidPax`, `UnsupportedEntry`, `UnexpectedBody`, `UnsafePath` or a `BoundExceeded`.
        """
        self._count_entry()
        name, owner, digits, time, stated, flag, link, magic, major, minor, prefix = _UNPACK(block)
        if stated_sum(stated) != block_sum(block):
            check_signed(block, stated)
        size = self.stored = parse_number(digits)
        name = name.partition(b"\0")[0]
        kind = self._kinds.get(flag)
        if kind is None:
            self._announce(flag, name, size)
            return None
        if prefix[0] and magic[:6] == _POSIX:
            name = prefix.partition(b"\0")[0] + b"/" + name
        link = link.partition(b"\0")[0]
        mode, uid, gid = parse_owner(owner)
        mtime = parse_common(time)
        xattrs: _Xattrs = ()
        if self._names or self._records or self._global:
            name, link, (size, uid, gid, mtime), xattrs = self._override(name, link, (size, uid, gid, mtime))
            self.stored = size
        self._remember(block, alone=not (self._global or prefix[0] or link))
        text = name.decode("utf-8", "surrogateescape")
        if kind is _FILE and text[-1:] == "/":  # how v7 wrote directories, and how every reader takes it
            kind = _DIRECTORY
        path = clean_path(text, absolute=self._absolute)
        if len(path) >= self._shallow:
            self._check_name(name, path, text)
        row = TarRow(path, kind, mode, uid, gid, size, mtime, "", _NO_DEVICE, xattrs, text, size)
        if kind is not _FILE and kind is not _DIRECTORY:
            if kind in _LINKS:
                row.link = self._link(link, kind, text)
            elif kind in _DEVICES:
                row.device = parse_number(major), parse_number(minor)
        self._check(row)
        return row

    def _count_entry(self) -> None:
        self._entries += 1
        if self._entries > self._limits.max_entries:
            raise TooManyEntries(f"more than {self._limits.max_entries} tar entries")

    def add(self, body: bytes) -> None:
        """Take the metadata that the last block announced."""
        if self._flag in _LONG:
            self._names[_LONG[self._flag]] = body.partition(b"\0")[0]
            return
        records = parse_records(body)
        for key in records:
            if key.startswith(_SPARSE_RECORDS):
                self._sparse(key)
        if self._flag == _PAX:
            self._records = records
            return
        for key in records:
            if key in _OF_ONE_ENTRY or key.startswith(XATTR_PREFIXES):
                self._global_record(key)
        self._global |= {key: records[key] for key in _OF_ALL_ENTRIES & records.keys()}

    def finish(self) -> None:
        """Say that the archive is at its end; raise `InvalidTar` where an entry should have come."""
        if self._names or self._records:
            raise InvalidTar("the tar archive ends with an extended header and without its entry")

    def _sparse(self, key: bytes) -> None:
        raise UnsupportedEntry(f"tar entry cannot be read: {_SPARSE} (pax record {key!r})")

    def _global_record(self, key: bytes) -> None:
        raise UnsupportedEntry(f"a global pax header gives every entry the same {key[:80]!r}")

    def _announce(self, flag: bytes, name: bytes, size: int) -> None:
        """Prepare for the body of a block that is no entry."""
        self._back = None
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
            self._two_names(name, self._names[key], records[key])
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

    def _two_names(self, name: bytes, first: bytes, second: bytes) -> None:
        raise InvalidTar(f"tar entry {name!r} has two long names, {first!r} and {second!r}")

    def _check_name(self, name: bytes, path: str, text: str) -> None:
        if len(name) > self._limits.max_name_bytes:
            raise NameTooLong(f"a tar entry's name has {len(name)} bytes, {self._limits.max_name_bytes} are allowed")
        if path.count("/") >= self._limits.max_depth:
            raise TooDeep(f"tar entry {text!r} is more than {self._limits.max_depth} folders deep")

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

    def _check(self, row: TarRow) -> None:
        """Hold the entry against the limits, and against what its kind can have."""
        if not row.path and row.kind is not _DIRECTORY:
            raise UnsafePath(f"tar entry {row.name!r} puts a {row.kind} in place of the root")
        if row.size < 0 or row.uid < 0 or row.gid < 0:
            raise InvalidTar(f"tar entry {row.name!r} has a negative size or owner")
        if row.size:
            if row.kind is not _FILE:
                self._unexpected_body(row)
            elif row.size > self._limits.max_file_size:
                raise FileTooLarge(
                    f"tar entry {row.name!r} has {row.size} bytes, {self._limits.max_file_size} are allowed"
                )
            self._count(row.size)

    def _unexpected_body(self, row: TarRow) -> None:
        raise UnexpectedBody(f"tar entry {row.name!r} is a {row.kind}, and claims {row.size} bytes of content")

    def _count(self, size: int) -> None:
        self._total += size
        if self._total > self._limits.max_total_size:
            raise OutputTooLarge(
                f"tar entries have {self._total} bytes and more, {self._limits.max_total_size} are allowed"
            )
