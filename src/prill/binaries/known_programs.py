"""Recognises programs by what stands in their data; see `program_rules`.

Only the sections of data are read, a window at a time, of programs and of the shared libraries that a rule names. A
program of hundreds of megabytes is never held.
"""

import struct
from collections.abc import Iterator

import msgspec

from prill.binaries.program_rules import PROGRAM_RULES, ProgramRule
from prill.binaries.sections import ElfSections

__all__ = ["MAX_DATA", "Linkage", "Recognised", "linkage_of", "recognise"]

MAX_DATA = 12 << 20
"""Programs with more data than this are looked at only for the rules that expect it."""

_MAX_LARGE = 256 << 20
_WINDOW = 4 << 20
_OVERLAP = 4096
_MAX_DYNAMIC = 64 << 10
_MAX_SONAME = 256
_ET_EXEC, _ET_DYN = 2, 3
_PT_DYNAMIC, _PT_INTERP = 2, 3
_DT_SONAME, _DT_FLAGS_1 = 14, 0x6FFFFFFB
_DF_1_PIE = 0x08000000


class Linkage(msgspec.Struct, frozen=True, kw_only=True):
    """What kind of file it is: a program, ``static`` or not, or a shared library with a ``soname``."""

    program: bool
    static: bool = False
    soname: str = ""


class Recognised(msgspec.Struct, frozen=True, order=True):
    """A program; ``version`` is empty where its mark stands in the file, but no version or more than one."""

    name: str
    version: str


def linkage_of(elf: ElfSections) -> Linkage | None:
    """Return how a file is linked; None for what is neither a program nor a library, as object files."""
    if elf.kind not in (_ET_EXEC, _ET_DYN):
        return None
    if _PT_INTERP in elf.segment_kinds:
        return Linkage(program=True)
    if _PT_DYNAMIC not in elf.segment_kinds:
        return Linkage(program=True, static=True) if elf.kind == _ET_EXEC else None
    soname, flags = _dynamic(elf)
    if flags & _DF_1_PIE or elf.kind == _ET_EXEC:
        return Linkage(program=True, static=True)
    return Linkage(program=False, soname=soname)


def _dynamic(elf: ElfSections) -> tuple[str, int]:
    """Return the soname and the flags of the dynamic section."""
    data = elf.read(".dynamic", _MAX_DYNAMIC)
    entry = struct.Struct(elf.order + ("qQ" if elf.bits == 64 else "iI"))  # noqa: PLR2004 - bits
    soname, flags = "", 0
    for tag, value in entry.iter_unpack(data[: len(data) - len(data) % entry.size]):
        if tag == _DT_SONAME:
            soname = elf.read_part(".dynstr", value, _MAX_SONAME).partition(b"\0")[0].decode("utf-8", "replace")
        elif tag == _DT_FLAGS_1:
            flags = value
    return soname, flags


def recognise(elf: ElfSections, linkage: Linkage, rules: tuple[ProgramRule, ...] = PROGRAM_RULES) -> list[Recognised]:
    """Return what the file is, or has inside, sorted by name; raise `InvalidElf`.

    It is read once for the rules' marks, and once more where there is any for their versions.
    """
    wanted = [one for one in rules if linkage.program or (linkage.soname and linkage.soname.startswith(one.libraries))]
    places = _places(elf) if wanted else []
    size = sum(length for _, length in places)
    if size > MAX_DATA:
        wanted = [one for one in wanted if one.large]
    if not wanted or size > _MAX_LARGE:
        return []
    marked: set[ProgramRule] = set()
    for window in _windows(elf, places):
        marked.update(one for one in wanted if one not in marked and one.mark in window)
    versions: dict[ProgramRule, tuple[set[str], set[str]]] = {one: (set(), set()) for one in marked}
    for window in _windows(elf, places) if marked else ():
        for one, (found, builds) in versions.items():
            found.update(one.versions(window, cut=len(window) == _WINDOW))
            builds.update(one.builds(window))
    return sorted(Recognised(one.name, _only(one.own(*found))) for one, found in versions.items())


def _only(versions: set[str]) -> str:
    return versions.pop() if len(versions) == 1 else ""


def _places(elf: ElfSections) -> list[tuple[int, int]]:
    """Return where texts lie; of a file without section headers, everything that is loaded."""
    known = elf.sections
    sections = [(one.offset, one.size) for one in known if one.name == ".data" or one.name.startswith(".rodata")]
    return sections or ([] if known else [(one.offset, one.size) for one in elf.segments])


def _windows(elf: ElfSections, places: list[tuple[int, int]]) -> Iterator[bytes]:
    """Yield the data in pieces that overlap, so that no text is cut in all of them."""
    for offset, size in places:
        for at in range(0, size, _WINDOW - _OVERLAP):
            yield elf.read_range(offset + at, min(_WINDOW, size - at))
