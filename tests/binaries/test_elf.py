from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elf_files import elf_file
from prill.binaries.elf import ElfKind, InvalidElf, Machine, SharedObject, read_shared_object

LIBRARY = elf_file(
    soname="libdemo.so.1",
    needed=("libm.so.6", "libc.so.6"),
    interpreter="/lib64/ld-linux-x86-64.so.2",
    rpath="/opt/old",
    runpath="$ORIGIN/../lib",
    abi=(0, 3, 2, 0),
    isa=0b100,
)


def read(data: bytes) -> SharedObject:
    found = read_shared_object(data)
    assert found is not None
    return found


def test_a_library_says_everything_the_loader_asks() -> None:
    assert read(LIBRARY) == SharedObject(
        machine=Machine.X86_64,
        bits=64,
        little_endian=True,
        kind=ElfKind.SHARED,
        flags=0,
        dynamic=True,
        soname="libdemo.so.1",
        needed=("libm.so.6", "libc.so.6"),
        interpreter="/lib64/ld-linux-x86-64.so.2",
        rpath="/opt/old",
        runpath="$ORIGIN/../lib",
        abi="Linux 3.2.0",
        isa_level=2,
    )


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("little", [True, False])
def test_both_classes_and_both_byte_orders_are_read(bits: int, *, little: bool) -> None:
    made = elf_file(
        bits=bits,
        little=little,
        machine=40,
        flags=0x5000400,
        soname="libx.so.2",
        needed=("libc.so.6",),
        abi=(0, 4, 1, 7),
    )
    found = read(made)
    assert (found.bits, found.little_endian, found.machine, found.flags) == (bits, little, 40, 0x5000400)
    assert (found.soname, found.needed, found.abi) == ("libx.so.2", ("libc.so.6",), "Linux 4.1.7")


def test_a_static_program_has_no_dynamic_section() -> None:
    found = read(elf_file(kind=2, dynamic=False))
    assert (found.kind, found.dynamic, found.soname, found.needed) == (ElfKind.EXECUTABLE, False, "", ())


@pytest.mark.parametrize("data", [b"", b"\x7fEL", b"#!/bin/sh\n", b"!<arch>\n", bytes(100)])
def test_what_is_no_elf_file_is_none(data: bytes) -> None:
    assert read_shared_object(data) is None


@pytest.mark.parametrize("length", [4, 15, 16, 63, 64, 100])
def test_a_truncated_file_is_invalid(length: int) -> None:
    with pytest.raises(InvalidElf, match="ELF"):
        read_shared_object(LIBRARY[:length])


@pytest.mark.parametrize(("bits", "expected"), [(0b0, 0), (0b1, 0), (0b11, 1), (0b1000, 3)])
def test_the_isa_level_is_the_highest_needed_one(bits: int, expected: int) -> None:
    assert read(elf_file(isa=bits)).isa_level == expected


def test_an_isa_note_means_nothing_on_other_machines() -> None:
    assert read(elf_file(machine=Machine.AARCH64, isa=0b100)).isa_level == 0


def test_a_name_that_is_not_utf8_is_invalid() -> None:
    broken = LIBRARY.replace(b"libdemo.so.1", b"libdem\xff.so.1")
    with pytest.raises(InvalidElf, match="UTF-8"):
        read_shared_object(broken)


def test_a_name_that_never_ends_is_invalid() -> None:
    endless = elf_file(soname="libdemo.so.1").rstrip(b"\0") + b"x" * 5000
    with pytest.raises(InvalidElf, match="does not end"):
        read_shared_object(endless)


def test_too_many_program_headers_are_refused() -> None:
    broken = bytearray(LIBRARY)
    broken[56:58] = b"\xff\xff"
    with pytest.raises(InvalidElf, match="program headers"):
        read_shared_object(bytes(broken))


def test_a_string_table_outside_of_the_file_is_invalid() -> None:
    broken = bytearray(LIBRARY)
    place = broken.index((5).to_bytes(8, "little"), 0x100)
    broken[place + 8 : place + 16] = (1 << 62).to_bytes(8, "little")
    with pytest.raises(InvalidElf, match="a name at"):
        read_shared_object(bytes(broken))


def test_a_cached_result_is_the_same() -> None:
    found = read(LIBRARY)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=SharedObject) == found


@given(st.binary(max_size=400))
def test_any_bytes_after_the_magic_are_a_value_or_invalid(tail: bytes) -> None:
    with suppress(InvalidElf):
        assert read_shared_object(b"\x7fELF" + tail) is not None


@given(st.lists(st.tuples(st.integers(0, len(LIBRARY) - 1), st.integers(0, 255)), max_size=8), st.integers(0, 60))
def test_a_damaged_library_is_a_value_or_invalid(changes: list[tuple[int, int]], cut: int) -> None:
    damaged = bytearray(LIBRARY)
    for place, byte in changes:
        damaged[place] = byte
    with suppress(InvalidElf):
        found = read_shared_object(memoryview(damaged)[: len(damaged) - cut])
        assert (found is None) == (damaged[:4] != b"\x7fELF")
