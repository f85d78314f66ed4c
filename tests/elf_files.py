"""Small ELF files, made by hand after the System V gABI, so that tests need no compiler."""

import struct
from collections.abc import Sequence

PROPERTY_X86_ISA_1_NEEDED = 0xC0008002
BASE = 0x10000

Segment = tuple[int, int, int, int]


def elf_file(
    *,
    machine: int = 62,
    bits: int = 64,
    little: bool = True,
    kind: int = 3,
    flags: int = 0,
    soname: str | None = None,
    needed: tuple[str, ...] = (),
    interpreter: str = "",
    rpath: str | None = None,
    runpath: str | None = None,
    abi: tuple[int, int, int, int] | None = None,
    isa: int | None = None,
    dynamic: bool = True,
) -> bytes:
    """Return a file with the program headers that say this, loaded at 0x10000."""
    order = "<" if little else ">"
    blocks = _blocks(order, bits, interpreter, abi, isa)
    header_size, segment_size = (64, 56) if bits == 64 else (52, 32)
    count = 1 + len(blocks) + dynamic
    body = bytearray(header_size + count * segment_size)
    segments: list[Segment] = []
    for block_type, content, align in blocks:
        body += bytes(-len(body) % 16)
        segments.append((block_type, len(body), len(content), align))
        body += content
    if dynamic:
        names = [*((1, one) for one in needed), (14, soname), (15, rpath), (29, runpath)]
        body += bytes(-len(body) % 16)
        section, size = _dynamic(order, bits, len(body), [(tag, text) for tag, text in names if text is not None])
        segments.append((2, len(body), size, 8))
        body += section
    segments.insert(0, (1, 0, len(body), 0x1000))
    word = "Q" if bits == 64 else "I"
    ident = b"\x7fELF" + bytes((bits // 32, 1 if little else 2, 1)) + bytes(9)
    fields = (kind, machine, 1, 0, header_size, 0, flags, header_size, segment_size, count, 0, 0, 0)
    head = ident + struct.pack(f"{order}HHI{word}{word}{word}IHHHHHH", *fields)
    head += b"".join(_segment(order, bits, one) for one in segments)
    body[: len(head)] = head
    return bytes(body)


def _blocks(
    order: str, bits: int, interpreter: str, abi: tuple[int, int, int, int] | None, isa: int | None
) -> list[tuple[int, bytes, int]]:
    """Return type, content and alignment of what stands outside of the dynamic section."""
    blocks: list[tuple[int, bytes, int]] = []
    if interpreter:
        blocks.append((3, interpreter.encode() + b"\0", 1))
    if abi is not None:
        blocks.append((4, struct.pack(order + "III4s4I", 4, 16, 1, b"GNU\0", *abi), 4))
    if isa is not None:
        align = bits // 8
        value = struct.pack(order + "III", PROPERTY_X86_ISA_1_NEEDED, 4, isa).ljust(-(-12 // align) * align, b"\0")
        blocks.append((0x6474E553, struct.pack(order + "III4s", 4, len(value), 5, b"GNU\0") + value, align))
    return blocks


def _dynamic(order: str, bits: int, place: int, names: Sequence[tuple[int, str]]) -> tuple[bytes, int]:
    """Return the dynamic section with its strings after it, and the size of the section alone."""
    word, width = ("Q", 16) if bits == 64 else ("I", 8)
    strings = b"\0"
    pairs = []
    for tag, text in names:
        pairs.append((tag, len(strings)))
        strings += text.encode() + b"\0"
    size = (len(pairs) + 2) * width
    pairs += [(5, BASE + place + size), (0, 0)]
    return b"".join(struct.pack(f"{order}{word}{word}", *pair) for pair in pairs) + strings, size


def _segment(order: str, bits: int, segment: Segment) -> bytes:
    kind, offset, size, align = segment
    if bits == 64:
        return struct.pack(order + "IIQQQQQQ", kind, 4, offset, BASE + offset, 0, size, size, align)
    return struct.pack(order + "IIIIIIII", kind, offset, BASE + offset, 0, size, size, 4, align)
