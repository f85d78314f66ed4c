import struct
from functools import cmp_to_key
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.build.loader_cache_file import CacheEntry, compare_names, encode_cache


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (b"liba.so", b"libb.so"),
        (b"libc.so.6", b"libc.so.10"),
        (b"libx.so.1.9", b"libx.so.1.10"),
        (b"libx.so", b"libx.so.1"),
        (b"libx", b"libx1"),
        (b"libx-a", b"libx1"),
        (b"libx1.9999999999", b"libx1.2147483647"),
    ],
)
def test_names_compare_with_their_numbers(less: bytes, more: bytes) -> None:
    assert compare_names(less, more) < 0 < compare_names(more, less)


def test_numbers_with_zeros_in_front_are_equal() -> None:
    assert compare_names(b"libx.so.01", b"libx.so.1") == 0


def entry(soname: str, path: str = "", flags: int = 0x303, hwcaps: str = "", isa_level: int = 0) -> CacheEntry:
    return CacheEntry(soname=soname, path=path or f"/lib/{soname}", flags=flags, hwcaps=hwcaps, isa_level=isa_level)


def text_at(cache: bytes, place: int) -> str:
    return cache[place : cache.index(b"\0", place)].decode()


def read_cache(cache: bytes) -> tuple[list[tuple[str, str, int, int]], dict[int, bytes]]:
    """Read a cache back: its entries, and its extensions by tag."""
    magic, version, count, strings, flags, extension = struct.unpack_from("<17s3sIIB3xI", cache)
    assert (magic, version, flags) == (b"glibc-ld.so.cache", b"1.1", 2)
    assert extension == -(-(48 + 24 * count + strings) // 4) * 4
    entries = []
    for index in range(count):
        kind, key, value, _, hwcap = struct.unpack_from("<iIIIQ", cache, 48 + 24 * index)
        entries.append((text_at(cache, key), text_at(cache, value), kind, hwcap))
    mark, sections = struct.unpack_from("<II", cache, extension)
    assert mark == 0xEAA42174
    found = {}
    for index in range(sections):
        tag, _, place, size = struct.unpack_from("<IIII", cache, extension + 8 + 16 * index)
        found[tag] = cache[place : place + size]
    return entries, found


def test_entries_come_in_descending_order_with_the_generator() -> None:
    cache = encode_cache([entry("liba.so.2"), entry("libb.so.1"), entry("liba.so.10")], generator="someone")
    entries, extensions = read_cache(cache)
    assert entries == [
        ("libb.so.1", "/lib/libb.so.1", 0x303, 0),
        ("liba.so.10", "/lib/liba.so.10", 0x303, 0),
        ("liba.so.2", "/lib/liba.so.2", 0x303, 0),
    ]
    assert extensions == {0: b"someone"}


def test_a_string_that_ends_another_shares_its_place() -> None:
    cache = encode_cache([entry("liba.so.2")])
    assert cache.count(b"liba.so.2\0") == 1


def test_libraries_for_better_processors_come_first_and_by_name() -> None:
    cache = encode_cache(
        [
            entry("libx.so.1", "/l/libx.so.1"),
            entry("libx.so.1", "/l/v4/libx.so.1.0", hwcaps="x86-64-v4", isa_level=3),
            entry("libx.so.1", "/l/v3/libx.so.1.0", hwcaps="x86-64-v3", isa_level=2),
        ],
        folders=["x86-64-v2", "x86-64-v3", "x86-64-v4"],
    )
    entries, extensions = read_cache(cache)
    assert [(path, hwcap) for _, path, _, hwcap in entries] == [
        ("/l/v3/libx.so.1.0", 1 << 62 | 2 << 32 | 0),
        ("/l/v4/libx.so.1.0", 1 << 62 | 3 << 32 | 1),
        ("/l/libx.so.1", 0),
    ]
    places = struct.unpack(f"<{len(extensions[1]) // 4}I", extensions[1])
    assert [text_at(cache, place) for place in places] == ["x86-64-v3", "x86-64-v4"]
    assert b"x86-64-v2\0" in cache


def test_flags_order_descending_and_equal_entries_keep_their_order() -> None:
    cache = encode_cache([entry("l.so", "/b", 3), entry("l.so", "/a", 3), entry("l.so", "/c", 0x303)])
    assert [path for _, path, _, _ in read_cache(cache)[0]] == ["/c", "/b", "/a"]


def test_an_empty_cache_is_one_too() -> None:
    assert read_cache(encode_cache([])) == ([], {0: b"prill"})


NAMES = st.text(st.sampled_from("lib.so-0129ab\u00e9"), min_size=1, max_size=12)


@given(st.lists(NAMES, max_size=12, unique=True))
def test_any_names_are_found_where_the_cache_says(names: list[str]) -> None:
    entries, _ = read_cache(encode_cache(entry(name) for name in names))
    assert {(soname, path) for soname, path, _, _ in entries} == {(name, f"/lib/{name}") for name in names}
    raw = [soname.encode() for soname, _, _, _ in entries]
    assert all(compare_names(first, second) >= 0 for first, second in pairwise(raw))


@given(st.lists(NAMES, max_size=8))
def test_the_order_of_names_is_one(names: list[str]) -> None:
    raw = [name.encode() for name in names]
    ordered = sorted(raw, key=cmp_to_key(compare_names))
    assert all(compare_names(first, second) <= 0 for i, first in enumerate(ordered) for second in ordered[i:])
