"""What an ELF file says to the dynamic loader: its soname, what it needs, and which machine it is for.

Read from the program headers alone (System V gABI, chapter 5), since section headers may be stripped. Every offset is
checked against the file before it is used, and only the bytes that are needed are touched.
"""

import struct
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from prill.binaries.invalid_elf import InvalidElf
from prill.model.value import dataclass, field

__all__ = ["ElfKind", "InvalidElf", "Machine", "SharedObject", "read_shared_object"]

_MAGIC: Final = b"\x7fELF"
_MAX_SEGMENTS: Final = 4096
_MAX_DYNAMIC: Final = 65536
_MAX_NOTES: Final = 1024
_MAX_NAME: Final = 4096
_MAX_NEEDED: Final = 4096

_PT_LOAD, _PT_DYNAMIC, _PT_INTERP, _PT_NOTE, _PT_GNU_PROPERTY = 1, 2, 3, 4, 0x6474E553
_DT_NULL, _DT_NEEDED, _DT_STRTAB, _DT_SONAME, _DT_RPATH, _DT_RUNPATH = 0, 1, 5, 14, 15, 29
_NT_GNU_ABI_TAG, _NT_GNU_PROPERTY = 1, 5
_X86_ISA_1_NEEDED: Final = 0xC0008002
_ABI_SYSTEMS: Final = ("Linux", "Hurd", "Solaris", "FreeBSD", "NetBSD", "Syllable")


class ElfKind(StrEnum):
    """The header's ``e_type``."""

    RELOCATABLE = "relocatable"
    EXECUTABLE = "executable"
    SHARED = "shared"
    CORE = "core"
    OTHER = "other"


class Machine:
    """The values of ``e_machine`` that Debian's architectures have (gABI, "ELF Machine values")."""

    I386: Final = 3
    ARM: Final = 40
    X86_64: Final = 62
    AARCH64: Final = 183


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedObject:
    """What the dynamic loader reads of a file.

    ``dynamic`` is false for what is linked statically. ``abi`` is the oldest kernel the file asks for, such as
    ``Linux 3.2.0``. ``isa_level`` is the highest x86-64 micro-architecture level that the file marks as needed, counted
    from 0 for the baseline, as in ``ld.so.cache``.
    """

    machine: int
    bits: int
    little_endian: bool
    kind: ElfKind
    flags: int
    dynamic: bool
    soname: str = ""
    needed: tuple[str, ...] = ()
    interpreter: str = ""
    rpath: str = ""
    runpath: str = ""
    abi: str = ""
    isa_level: int = 0


@dataclass(frozen=True, slots=True)
class _Segment:
    type: int
    offset: int
    address: int
    size: int
    alignment: int


@dataclass(slots=True)
class _Names:
    """What the dynamic section names, collected while it is read."""

    soname: str = ""
    needed: list[str] = field(default_factory=list)
    rpath: str = ""
    runpath: str = ""


def read_shared_object(data: bytes | memoryview) -> SharedObject | None:
    """Read what ``data`` says to the loader; return None where it is no ELF file at all.

    Raise `InvalidElf` where it begins like one but is truncated or inconsistent.
    """
    view = memoryview(data).cast("B")
    if bytes(view[:4]) != _MAGIC:
        return None
    return _Reader(view).read()


class _Reader:
    """One file being read. ``_order`` and ``_bits`` choose the layout of every structure in it."""

    def __init__(self, data: memoryview) -> None:
        if len(data) < 16:  # noqa: PLR2004 - e_ident
            raise InvalidElf(f"an ELF file of {len(data)} bytes")
        if data[4] not in (1, 2) or data[5] not in (1, 2):
            raise InvalidElf(f"unknown ELF class {data[4]} or byte order {data[5]}")
        self._data = data
        self._bits = 32 * data[4]
        self._order = "<" if data[5] == 1 else ">"

    def read(self) -> SharedObject:
        kind, machine, table, flags, size, count = self._header()
        segments = tuple(self._segments(table, size, count))
        names = _Names()
        dynamic = [segment for segment in segments if segment.type == _PT_DYNAMIC and segment.size]
        if dynamic:
            self._read_dynamic(dynamic[-1], segments, names)
        return SharedObject(
            machine=machine,
            bits=self._bits,
            little_endian=self._order == "<",
            kind=kind,
            flags=flags,
            dynamic=bool(dynamic),
            soname=names.soname,
            needed=tuple(names.needed),
            interpreter=self._interpreter(segments),
            rpath=names.rpath,
            runpath=names.runpath,
            abi=self._abi(segments),
            isa_level=self._isa_level(segments) if machine in (Machine.X86_64, Machine.I386) else 0,
        )

    def _unpack(self, layout: str, offset: int) -> tuple[int, ...]:
        try:
            return struct.unpack_from(self._order + layout, self._data, offset)
        except (struct.error, OverflowError) as error:
            raise InvalidElf(f"an ELF structure at {offset} of a file of {len(self._data)} bytes") from error

    def _header(self) -> tuple[ElfKind, int, int, int, int, int]:
        word = "Q" if self._bits == 64 else "I"  # noqa: PLR2004
        values = self._unpack(f"HHI{word}{word}{word}IHHH", 16)
        kinds = {1: ElfKind.RELOCATABLE, 2: ElfKind.EXECUTABLE, 3: ElfKind.SHARED, 4: ElfKind.CORE}
        kind, machine, _, _, table, _, flags, _, size, count = values
        return kinds.get(kind, ElfKind.OTHER), machine, table, flags, size, count

    def _segments(self, table: int, size: int, count: int) -> Iterator[_Segment]:
        layout, least = ("IIQQQQQQ", 56) if self._bits == 64 else ("IIIIIIII", 32)  # noqa: PLR2004
        if count > _MAX_SEGMENTS or (count and size < least):
            raise InvalidElf(f"{count} program headers of {size} bytes", hint=f"at most {_MAX_SEGMENTS} are read")
        for index in range(count):
            values = self._unpack(layout, table + index * size)
            if self._bits == 64:  # noqa: PLR2004
                kind, _, offset, address, _, length, _, alignment = values
            else:
                kind, offset, address, _, length, _, _, alignment = values
            yield _Segment(kind, offset, address, length, alignment)

    def _text(self, offset: int) -> str:
        """Return the NUL-terminated name at ``offset``."""
        if not 0 <= offset < len(self._data):
            raise InvalidElf(f"a name at {offset} of a file of {len(self._data)} bytes")
        raw = bytes(self._data[offset : offset + _MAX_NAME])
        text, end, _ = raw.partition(b"\0")
        if not end:
            raise InvalidElf(f"a name at {offset} that does not end within {_MAX_NAME} bytes")
        try:
            return text.decode()
        except UnicodeDecodeError as error:
            raise InvalidElf(f"a name that is not UTF-8: {text[:80]!r}") from error

    def _interpreter(self, segments: tuple[_Segment, ...]) -> str:
        return next((self._text(one.offset) for one in segments if one.type == _PT_INTERP), "")

    def _read_dynamic(self, dynamic: _Segment, segments: tuple[_Segment, ...], names: _Names) -> None:
        """Read the dynamic section's names; without a string table there are none."""
        entries = tuple(self._dynamic_entries(dynamic))
        address = next((value for tag, value in entries if tag == _DT_STRTAB), None)
        if address is None:
            return
        strings = _file_offset(address, segments)
        for tag, value in entries:
            if tag == _DT_NEEDED:
                if len(names.needed) == _MAX_NEEDED:
                    raise InvalidElf(f"more than {_MAX_NEEDED} needed libraries")
                names.needed.append(self._text(strings + value))
            elif tag == _DT_SONAME:
                names.soname = names.soname or self._text(strings + value)
            elif tag == _DT_RPATH:
                names.rpath = self._text(strings + value)
            elif tag == _DT_RUNPATH:
                names.runpath = self._text(strings + value)

    def _dynamic_entries(self, dynamic: _Segment) -> Iterator[tuple[int, int]]:
        layout, size = ("QQ", 16) if self._bits == 64 else ("II", 8)  # noqa: PLR2004
        for index in range(min(dynamic.size // size, _MAX_DYNAMIC + 1)):
            if index == _MAX_DYNAMIC:
                raise InvalidElf(f"more than {_MAX_DYNAMIC} dynamic entries")
            tag, value = self._unpack(layout, dynamic.offset + index * size)
            if tag == _DT_NULL:
                return
            yield tag, value

    def _notes(self, segment: _Segment) -> Iterator[tuple[int, memoryview]]:
        """Yield type and description of the segment's notes named ``GNU``."""
        alignment = 8 if segment.alignment == 8 else 4  # noqa: PLR2004
        offset, end = segment.offset, segment.offset + segment.size
        if end > len(self._data):
            raise InvalidElf(f"notes up to {end} of a file of {len(self._data)} bytes")
        for _ in range(_MAX_NOTES):
            if offset + 12 >= end:
                return
            name_size, size, kind = self._unpack("III", offset)
            start = offset + 12 + _aligned(name_size, 4)
            start = offset + _aligned(start - offset, alignment)
            if start + size > end:
                return
            if name_size == 4 and bytes(self._data[offset + 12 : offset + 16]) == b"GNU\0":  # noqa: PLR2004
                yield kind, self._data[start : start + size]
            offset = start + _aligned(size, alignment)

    def _abi(self, segments: tuple[_Segment, ...]) -> str:
        for segment in segments:
            if segment.type != _PT_NOTE:
                continue
            for kind, body in self._notes(segment):
                if kind == _NT_GNU_ABI_TAG and len(body) >= 16:  # noqa: PLR2004 - four words
                    system, major, minor, patch = struct.unpack_from(self._order + "IIII", body)
                    name = _ABI_SYSTEMS[system] if system < len(_ABI_SYSTEMS) else f"system {system}"
                    return f"{name} {major}.{minor}.{patch}"
        return ""

    def _isa_level(self, segments: tuple[_Segment, ...]) -> int:
        """Return the level in the note that x86-64 psABI, "Program Property Note Section", describes."""
        word = self._bits // 8
        for segment in segments:
            if segment.type != _PT_GNU_PROPERTY or segment.alignment != word:
                continue
            body = next((body for kind, body in self._notes(segment) if kind == _NT_GNU_PROPERTY), b"")
            offset = 0
            while offset + 8 <= len(body):
                kind, size = struct.unpack_from(self._order + "II", body, offset)
                if kind == _X86_ISA_1_NEEDED and size == 4 and offset + 12 <= len(body):  # noqa: PLR2004
                    needed: int = struct.unpack_from(self._order + "I", body, offset + 8)[0]
                    return max(needed.bit_length() - 1, 0)
                offset += 8 + _aligned(size, word)
        return 0


def _aligned(size: int, alignment: int) -> int:
    return -(-size // alignment) * alignment


def _file_offset(address: int, segments: tuple[_Segment, ...]) -> int:
    """Return where the file holds what will be loaded at ``address``."""
    for one in segments:
        if one.type == _PT_LOAD and one.address <= address < one.address + one.size:
            return address - one.address + one.offset
    return address
