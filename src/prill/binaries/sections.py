"""An ELF file's sections, found through the section headers and read only when asked for (gABI, chapter 4).

A program of hundreds of megabytes is never held: the headers are read, and then the sections somebody wants.
"""

import io
import struct
from typing import BinaryIO

import msgspec

from prill.archive.bodies import read_up_to
from prill.binaries.invalid_elf import InvalidElf

__all__ = ["GO_SECTION", "RUST_SECTION", "ElfSections", "Section", "Segment"]

GO_SECTION = ".go.buildinfo"
"""Where Go's programs say what they were built from."""
RUST_SECTION = ".dep-v0"
"""Where programs say it that cargo-auditable built."""

_MAX_SECTIONS = 20_000
_MAX_SEGMENTS = 4096
_MAX_NAMES = 4 << 20
_IDENT = 16
_PT_LOAD = 1
_SHT_NOBITS = 8
_64_BIT = 64


class Section(msgspec.Struct, frozen=True):
    """Where a section lies in the file, in bytes, and where it will be loaded."""

    name: str
    offset: int
    size: int
    address: int


class Segment(msgspec.Struct, frozen=True):
    """A loadable part of the file: ``size`` bytes from ``offset`` come to ``address``."""

    offset: int
    size: int
    address: int


class ElfSections:
    """The sections of one file. ``stream`` must stay open, and is left wherever reading took it."""

    def __init__(self, stream: BinaryIO) -> None:
        """Read the headers; raise `InvalidElf` for what is none, or points outside itself."""
        self._stream = stream
        self._length = stream.seek(0, io.SEEK_END)
        ident = self._read(0, _IDENT)
        if ident[:4] != b"\x7fELF" or ident[4] not in (1, 2) or ident[5] not in (1, 2):
            raise InvalidElf(f"not an ELF file: it begins with {ident[:8]!r}")
        self.bits = 32 * ident[4]
        self.order = "<" if ident[5] == 1 else ">"
        word = "Q" if self.bits == _64_BIT else "I"
        header = self._unpack(f"HHI{word}{word}{word}IHHHHHH", _IDENT)
        self.kind, self.machine = header[:2]
        self.segments, self.segment_kinds = self._read_segments(header[4], header[8], header[9])
        self._names = b""
        self._headers: list[tuple[int, ...]] = []
        self._read_headers(header[5], header[10], header[11], header[12])

    def over(self, stream: BinaryIO) -> "ElfSections":
        """Read sections from another stream of the same file from now on; the headers are known."""
        self._stream = stream
        return self

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections that have bytes in the file."""
        return tuple(
            Section(_name(self._names, header[0]), header[4], header[5], header[3])
            for header in self._headers
            if header[1] not in (0, _SHT_NOBITS)
        )

    def read(self, name: str, limit: int) -> bytes:
        """Return up to ``limit`` bytes of the first section ``name``; nothing where there is none."""
        return self.read_part(name, 0, limit)

    def read_part(self, name: str, offset: int, limit: int) -> bytes:
        """Return up to ``limit`` bytes from ``offset`` of the first section ``name``; nothing where there is none."""
        header = self._find(name)
        if header is None or offset >= header[5]:
            return b""
        return self._read(header[4] + offset, min(header[5] - offset, limit))

    def has(self, name: str) -> bool:
        """Say whether there is a section ``name`` with bytes in the file."""
        return self._find(name) is not None

    def _find(self, name: str) -> tuple[int, ...] | None:
        wanted = name.encode() + b"\0"
        if wanted not in self._names:  # as of most programs
            return None
        for header in self._headers:
            if self._names.startswith(wanted, header[0]) and header[1] not in (0, _SHT_NOBITS):
                return header
        return None

    def read_range(self, offset: int, size: int) -> bytes:
        """Return ``size`` bytes of the file; raise `InvalidElf` where it has fewer."""
        return self._read(offset, size)

    def read_address(self, address: int, size: int) -> bytes:
        """Return what will be loaded at ``address``; raise `InvalidElf` where no part of the file is."""
        for one in self.segments:
            if one.address <= address and address + size <= one.address + one.size:
                return self._read(one.offset + address - one.address, size)
        raise InvalidElf(f"{size} bytes at the address {address:#x}, which no part of the file is loaded to")

    def _read(self, offset: int, size: int) -> bytes:
        if offset < 0 or size < 0 or offset + size > self._length:
            raise InvalidElf(f"{size} bytes at {offset} of a file of {self._length} bytes")
        self._stream.seek(offset)
        data = read_up_to(self._stream, size)
        if len(data) < size:
            raise InvalidElf(f"the file ends {size - len(data)} bytes before {offset + size}")
        return data

    def _unpack(self, layout: str, offset: int) -> tuple[int, ...]:
        shape = struct.Struct(self.order + layout)
        return shape.unpack(self._read(offset, shape.size))

    def _read_segments(self, table: int, size: int, count: int) -> tuple[tuple[Segment, ...], frozenset[int]]:
        """Return what is loaded, and the types of all program headers."""
        shape = struct.Struct(self.order + ("IIQQQQQQ" if self.bits == _64_BIT else "IIIIIIII"))
        if count > _MAX_SEGMENTS or (count and size < shape.size):
            raise InvalidElf(f"{count} program headers of {size} bytes")
        data = self._read(table, size * count) if count else b""
        headers = _unpacked(shape, data, size)
        places = (2, 3, 5) if self.bits == _64_BIT else (1, 2, 4)
        offset, address, length = places
        found = (Segment(one[offset], one[length], one[address]) for one in headers if one[0] == _PT_LOAD)
        return tuple(found), frozenset(one[0] for one in headers)

    def _read_headers(self, table: int, size: int, count: int, names_at: int) -> None:
        if not table or not count:
            return
        word = "Q" if self.bits == _64_BIT else "I"
        shape = struct.Struct(f"{self.order}II{word}{word}{word}{word}II{word}{word}")
        if count > _MAX_SECTIONS or size < shape.size:
            raise InvalidElf(f"{count} section headers of {size} bytes")
        data = self._read(table, size * count)
        headers = _unpacked(shape, data, size)
        if names_at >= count:
            raise InvalidElf(f"section names are in section {names_at} of {count}")
        self._names = self._read(headers[names_at][4], min(headers[names_at][5], _MAX_NAMES))
        self._headers = headers


def _unpacked(shape: struct.Struct, data: bytes, size: int) -> list[tuple[int, ...]]:
    """Return the entries of a table, each of ``size`` bytes, of which ``shape`` describes the first."""
    if size == shape.size:  # as in every file that a linker made
        return list(shape.iter_unpack(data))
    return [shape.unpack_from(data, at) for at in range(0, len(data), size or 1)]


def _name(names: bytes, at: int) -> str:
    end = names.find(b"\0", at)
    return names[at : end if end >= 0 else len(names)][:256].decode("ascii", "replace") if at < len(names) else ""
