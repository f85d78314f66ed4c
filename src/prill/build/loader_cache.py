"""What ``ldconfig`` would have made: the loader's cache, and links from sonames to the libraries that have them.

The rules are those of glibc's ``elf/ldconfig.c`` with Debian's patches. In each folder the libraries compete for their
sonames: a file beats a link, and of two files the one with the higher name wins. The cache holds the soname's path, so
a soname that no package made a link for needs one. Two differences are on purpose: a library for another machine
than the image's is left out where ldconfig on arm64 would list it; and the ``tls`` and ``haswell`` folders of glibc
2.36, which no package of Debian 12 has, are not searched.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

from prill.binaries.elf import ElfKind, Machine, SharedObject
from prill.build.entries import regular_file, symlink
from prill.build.generated import GeneratedEntry
from prill.build.loader_cache_file import CacheEntry, compare_names, encode_cache
from prill.build.loader_paths import LoaderDirectory, loader_directories
from prill.build.tree_paths import resolve
from prill.model import FileKind, FileTree
from prill.model.value import dataclass

__all__ = ["DEBIAN_13_GLIBC", "loader_cache", "loader_entries", "missing_links"]

_RULE: Final = "loader-cache"
_ELF, _LIBC6, _X86_64, _X32, _ARM_HARD, _AARCH64, _ARM_SOFT = 0x0001, 0x0003, 0x0300, 0x0800, 0x0900, 0x0A00, 0x0B00
_ARM_EABI_MASK, _ARM_EABI_5, _ARM_FLOAT_SOFT, _ARM_FLOAT_HARD = 0xFF000000, 0x05000000, 0x200, 0x400
_FLAGS: Final = {
    ("amd64", Machine.X86_64, 64): _X86_64 | _LIBC6,
    ("amd64", Machine.X86_64, 32): _X32 | _LIBC6,
    ("amd64", Machine.I386, 32): _LIBC6,
    ("arm64", Machine.AARCH64, 64): _AARCH64 | _LIBC6,
}
_LOADERS: Final = frozenset(
    {
        "ld-linux-aarch64.so.1",
        "ld-linux-armhf.so.3",
        "ld-linux-x32.so.2",
        "ld-linux-x86-64.so.2",
        "ld-linux.so.2",
        "ld-linux.so.3",
        "ld.so.1",
        "ld64.so.1",
        "ld64.so.2",
    }
)
_LIBC_NEEDED: Final = frozenset({"libc.so.6", "libm.so.6"})
_NO_GUESSING: Final = (2, 37)
"""The glibc since which every library of the machine is the C library's, whatever it needs."""
DEBIAN_13_GLIBC: Final = (2, 41)
_TEMPORARY: Final = (".#prelink#", ".dpkg-new", ".dpkg-tmp")


@dataclass(frozen=True, slots=True)
class _Library:
    """The winner for a soname in a folder; ``is_link`` says that ``name`` is a link whose own name is the soname."""

    name: str
    soname: str
    is_link: bool
    flags: int
    isa_level: int


def loader_cache(
    tree: FileTree,
    objects: Mapping[str, SharedObject],
    *,
    architecture: str,
    glibc: tuple[int, int] = DEBIAN_13_GLIBC,
    generator: str = "prill",
) -> bytes:
    """Write the cache for an image, as the ldconfig of a version of ``glibc`` does.

    ``objects`` says for the path of each regular ELF file what `read_shared_object` read there.
    """
    return _cache(_found(tree, objects, architecture, glibc), generator)


def missing_links(
    tree: FileTree, objects: Mapping[str, SharedObject], *, architecture: str
) -> tuple[GeneratedEntry, ...]:
    """Return the links that ldconfig would make, sorted by path; one may stand in the place of a link to another file.

    The dynamic loader's own names are left alone, and so is a soname's path that holds a file of its own.
    """
    return _links(tree, _found(tree, objects, architecture, DEBIAN_13_GLIBC))


def loader_entries(
    tree: FileTree, objects: Mapping[str, SharedObject], *, architecture: str, glibc: tuple[int, int] = DEBIAN_13_GLIBC
) -> tuple[GeneratedEntry, ...]:
    """Return the missing links and the cache; nothing for an image without a shared library."""
    if not any(one.kind is ElfKind.SHARED and one.dynamic for one in objects.values()):
        return ()
    found = _found(tree, objects, architecture, glibc)
    return (*_links(tree, found), regular_file("etc/ld.so.cache", _cache(found, "prill"), _RULE))


_Flags = Callable[[SharedObject], int | None]
_Found = tuple[tuple[LoaderDirectory, tuple[_Library, ...]], ...]


def _found(tree: FileTree, objects: Mapping[str, SharedObject], architecture: str, glibc: tuple[int, int]) -> _Found:
    flags = partial(_flags, architecture=architecture, glibc=glibc)
    return tuple(
        (directory, _libraries(tree, objects, directory.resolved, flags))
        for directory in loader_directories(tree, architecture)
    )


def _cache(found: _Found, generator: str) -> bytes:
    entries = [
        CacheEntry(
            soname=one.soname,
            path=f"{directory.path}/{one.name if directory.hwcaps else one.soname}",
            flags=one.flags,
            hwcaps=directory.hwcaps,
            isa_level=one.isa_level,
        )
        for directory, libraries in found
        for one in libraries
    ]
    folders = {directory.hwcaps for directory, _ in found if directory.hwcaps}
    return encode_cache(entries, folders=folders, generator=generator)


def _links(tree: FileTree, found: _Found) -> tuple[GeneratedEntry, ...]:
    entries = [
        symlink(f"{directory.resolved}/{one.soname}", one.name, "soname-link")
        for directory, libraries in found
        for one in libraries
        if not (directory.hwcaps or one.is_link or "/" in one.soname) and _needs_link(tree, directory, one)
    ]
    return tuple(sorted(entries, key=lambda entry: entry.stat.path))


def _needs_link(tree: FileTree, directory: LoaderDirectory, library: _Library) -> bool:
    path = f"{directory.resolved}/{library.soname}"
    stat = tree.stat(path)
    if stat is None:
        return True
    target = resolve(tree, path)
    if target is not None and (library.soname in _LOADERS or stat.kind is not FileKind.SYMLINK):
        return False
    return target is None or _identity(tree, target) != _identity(tree, f"{directory.resolved}/{library.name}")


def _libraries(tree: FileTree, objects: Mapping[str, SharedObject], folder: str, flags: _Flags) -> tuple[_Library, ...]:
    """Return the winner for each soname of a folder, sorted by soname."""
    winners: dict[str, _Library] = {}
    for one in _candidates(tree, objects, folder, flags):
        holder = winners.get(one.soname)
        if holder is None or _beats(one, holder):
            winners[one.soname] = one
    return tuple(winners[soname] for soname in sorted(winners))


def _beats(challenger: _Library, holder: _Library) -> bool:
    if challenger.is_link != holder.is_link:
        return holder.is_link
    return compare_names(_raw(holder.name), _raw(challenger.name)) < 0


def _candidates(
    tree: FileTree, objects: Mapping[str, SharedObject], folder: str, flags_of: _Flags
) -> Iterator[_Library]:
    for path in tree.glob(f"{folder}/*"):
        parent, _, name = path.rpartition("/")
        if parent != folder or not _is_library_name(name):
            continue
        stat, target = tree.stat(path), resolve(tree, path)
        found = None if target is None else objects.get(_identity(tree, target))
        flags = None if found is None else flags_of(found)
        if stat is None or found is None or flags is None:
            continue
        soname = found.soname or name
        # A link counts as one only under its soname, or as the linker's name libfoo.so for libfoo.so.1.
        named_by_link = name == soname or (name.endswith(".so") and soname.startswith(name))
        is_link = stat.kind is FileKind.SYMLINK and named_by_link
        yield _Library(name, name if is_link else soname, is_link, flags, found.isa_level)


def _identity(tree: FileTree, path: str) -> str:
    """Return the path that stands for a file however many hard links it has."""
    stat = tree.stat(path)
    return stat.link if stat is not None and stat.kind is FileKind.HARDLINK else path


def _is_library_name(name: str) -> bool:
    if name.endswith(_TEMPORARY) or ";" in name:
        return False
    return (name.startswith(("lib", "ld-")) and ".so" in name) or name.startswith(("ld.so.", "ld64.so."))


def _flags(found: SharedObject, *, architecture: str, glibc: tuple[int, int]) -> int | None:
    """Return the cache's flags for a library; None for what is none, or is for another machine."""
    if found.kind is not ElfKind.SHARED or not found.dynamic:
        return None
    if (architecture, found.machine, found.bits) == ("arm64", Machine.ARM, 32):
        return _arm_flags(found.flags)
    flags = _FLAGS.get((architecture, found.machine, found.bits))
    if flags == _LIBC6 and glibc < _NO_GUESSING and not found.interpreter and _LIBC_NEEDED.isdisjoint(found.needed):
        return _ELF
    return flags


def _arm_flags(flags: int) -> int:
    if flags & _ARM_EABI_MASK != _ARM_EABI_5:
        return _LIBC6
    if flags & _ARM_FLOAT_HARD:
        return _ARM_HARD | _LIBC6
    return _ARM_SOFT | _LIBC6 if flags & _ARM_FLOAT_SOFT else _LIBC6


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
