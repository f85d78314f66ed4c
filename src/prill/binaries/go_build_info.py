"""The modules that a Go program was built from, as the linker leaves them in it (Go's debug/buildinfo).

1. The section ``.go.buildinfo`` begins with a magic number; its 16th byte says how the two texts that follow are kept.
2. Since Go 1.18 they stand in it, each behind its length as a varint. Before, two pointers led to string headers.
3. The first text is Go's version; the second, between two sentinels of 16 bytes, has a line a module.
"""

import struct
from typing import BinaryIO

import msgspec

from prill.binaries.invalid_elf import InvalidElf
from prill.binaries.sections import GO_SECTION, ElfSections
from prill.errors import PrillError

__all__ = ["GoBuildInfo", "GoModule", "InvalidBuildInfo", "find_go_build_info", "read_go_build_info"]

_MAGIC = b"\xff Go buildinf:"
_HEADER = 32
_INLINE = 2
_BIG_ENDIAN = 1
_SENTINEL = 16
_MAX_TEXT = 8 << 20
_MAX_MODULES = 20_000
_MAX_SEARCHED = 512 << 20
_CHUNK = 1 << 20
_ALIGNED = 16
_MAX_TRIES = 16


class InvalidBuildInfo(PrillError):
    """A program has a section with Go's build information, which cannot be read."""


class GoModule(msgspec.Struct, frozen=True):
    """A module as it was built; ``replaces`` is the path that the source imports, where that is another."""

    path: str
    version: str
    sum: str = ""
    replaces: str = ""


class GoBuildInfo(msgspec.Struct, frozen=True, kw_only=True):
    """``go_version`` as Go writes it (``go1.22.5``); ``main`` is None for programs outside of any module."""

    go_version: str
    path: str = ""
    main: GoModule | None = None
    modules: tuple[GoModule, ...] = ()
    settings: dict[str, str] = {}


def read_go_build_info(elf: ElfSections) -> GoBuildInfo | None:
    """Return what the linker left, or None for a program without it; raise `InvalidBuildInfo` or `InvalidElf`."""
    data = elf.read(GO_SECTION, _MAX_TEXT)
    if not data:
        return None
    start = data.find(_MAGIC)  # 1
    if start < 0 or start + _HEADER > len(data):
        raise InvalidBuildInfo(f"the section {GO_SECTION} has no build information in it: {data[:16]!r}")
    data = data[start:]
    if data[15] & _INLINE:  # 2
        return _inline(data)
    order = ">" if data[15] & _BIG_ENDIAN else "<"
    word = "Q" if data[14] == 8 else "I"  # noqa: PLR2004 - bytes of a pointer
    size = struct.calcsize(word)
    version, lines = (
        _pointed_text(elf, struct.unpack_from(order + word, data, 16 + number * size)[0], order + word)
        for number in (0, 1)
    )
    return _told(version, lines)


def find_go_build_info(stream: BinaryIO) -> GoBuildInfo | None:
    """Return what Go's linker left in a program of Windows or macOS, which is searched for it, or None without it.

    Those linked before Go 1.18 are not understood, and are none.
    """
    kept, start, tries = b"", 0, 0
    while start < _MAX_SEARCHED and tries < _MAX_TRIES and (chunk := stream.read(_CHUNK)):
        data = kept + chunk
        at = data.find(_MAGIC)
        while at >= 0 and tries < _MAX_TRIES:
            if not (start + at) % _ALIGNED:
                tries += 1  # a program that reads others' has the magic number, too
                while len(data) < at + _MAX_TEXT and (more := stream.read(_CHUNK)):
                    data += more
                if found := _inline_or_none(data[at : at + _MAX_TEXT]):
                    return found
            at = data.find(_MAGIC, at + 1)
        kept = data[-len(_MAGIC) :]
        start += len(data) - len(kept)
    return None


def _inline_or_none(data: bytes) -> GoBuildInfo | None:
    try:
        return _inline(data) if data[15:16] == bytes([_INLINE]) else None
    except InvalidBuildInfo:
        return None


def _inline(data: bytes) -> GoBuildInfo:
    version, rest = _varint_text(data[_HEADER:])
    return _told(version, _varint_text(rest)[0])


def _told(version: bytes, lines: bytes) -> GoBuildInfo:
    if len(lines) >= 2 * _SENTINEL + 1 and lines[-_SENTINEL - 1 : -_SENTINEL] == b"\n":  # 3
        lines = lines[_SENTINEL:-_SENTINEL]
    return _parse(version.decode("utf-8", "replace"), lines.decode("utf-8", "replace"))


def _varint_text(data: bytes) -> tuple[bytes, bytes]:
    length = shift = 0
    for at, byte in enumerate(data[:10]):
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004 - the last byte of a varint
            if at + 1 + length > len(data):
                break
            return data[at + 1 : at + 1 + length], data[at + 1 + length :]
    raise InvalidBuildInfo(f"Go's build information claims a text of {length} bytes, {len(data)} are left")


def _pointed_text(elf: ElfSections, pointer: int, word: str) -> bytes:
    if not pointer:
        return b""
    address, length = struct.unpack(
        f"{word[0]}{word[1]}{word[1]}", elf.read_address(pointer, 2 * struct.calcsize(word))
    )
    if length > _MAX_TEXT:
        raise InvalidElf(f"Go's build information claims a text of {length} bytes")
    return elf.read_address(address, length)


def _parse(version: str, text: str) -> GoBuildInfo:
    path = ""
    main: GoModule | None = None
    modules: list[GoModule] = []
    settings: dict[str, str] = {}
    for line in text.split("\n"):
        kind, _, rest = line.partition("\t")
        words = rest.split("\t")
        if kind == "path":
            path = rest
        elif kind == "mod" and len(words) > 1:
            main = GoModule(*words[:3])
        elif kind == "dep" and len(words) > 1 and len(modules) < _MAX_MODULES:
            modules.append(GoModule(*words[:3]))
        elif kind == "=>" and modules and len(words) > 1:
            modules[-1] = GoModule(words[0], words[1], "".join(words[2:3]), replaces=modules[-1].path)
        elif kind == "build":
            name, _, value = rest.partition("=")
            settings[name] = value.strip('"')
    if not version.startswith(("go", "devel")):
        raise InvalidBuildInfo(f"Go's build information names the version {version[:80]!r}")
    return GoBuildInfo(go_version=version, path=path, main=main, modules=tuple(modules), settings=settings)
