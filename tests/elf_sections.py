"""ELF files with sections, made by hand after the System V gABI."""

import struct
from collections.abc import Mapping


def elf_with(sections: Mapping[str, bytes], *, address: int = 0x400000) -> bytes:
    """Return a 64-bit little-endian program whose sections hold this; all of it is loaded at ``address``."""
    names = bytearray(b"\0")
    body = bytearray(64 + 56)
    headers = [bytes(64)]
    for name, content in {**sections, ".shstrtab": b""}.items():
        at = len(names)
        names += name.encode() + b"\0"
        data = bytes(names) if name == ".shstrtab" else content
        kind = 3 if name == ".shstrtab" else 1  # a table of strings, or what the program says
        headers.append(struct.pack("<IIQQQQIIQQ", at, kind, 0, address + len(body), len(body), len(data), 0, 0, 1, 0))
        body += data
    table = len(body)
    body += b"".join(headers)
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    body[:64] = ident + struct.pack(
        "<HHIQQQIHHHHHH", 2, 62, 1, address, 64, table, 0, 64, 56, 1, 64, len(headers), len(headers) - 1
    )
    body[64:120] = struct.pack("<IIQQQQQQ", 1, 5, 0, address, address, len(body), len(body), 0x1000)
    return bytes(body)


def go_program(version: str, lines: str, **more: bytes) -> bytes:
    """Return a program as Go 1.18 and later link it."""
    return elf_with({".text": b"\x90" * 32, ".go.buildinfo": go_build_info(version, lines), **more})


def go_build_info(version: str, lines: str) -> bytes:
    """Return what Go 1.18 and later leave in a program."""
    text = lines.encode()
    framed = bytes(16) + text + (b"" if text.endswith(b"\n") else b"\n") + bytes(16)
    return b"\xff Go buildinf:" + b"\x08\x02" + bytes(16) + _varint(version.encode()) + _varint(framed)


def old_go_program(version: str, lines: str) -> bytes:
    """Return a program as Go linked it before 1.18: two pointers to string headers."""
    text = bytes(16) + lines.encode() + b"\n" + bytes(16)
    base = 0x400000 + 120  # where the first section comes to
    strings = version.encode() + text
    headers = struct.pack("<QQQQ", base, len(version), base + len(version), len(text))
    at = base + len(strings)
    info = b"\xff Go buildinf:" + b"\x08\x00" + struct.pack("<QQ", at, at + 16)
    return elf_with({".data": strings + headers, ".go.buildinfo": info})


def _varint(data: bytes) -> bytes:
    length, prefix = len(data), b""
    while length >= 0x80:
        prefix += bytes((length & 0x7F | 0x80,))
        length >>= 7
    return prefix + bytes((length,)) + data
