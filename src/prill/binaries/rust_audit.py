"""The crates that a Rust program was built from, as cargo-auditable leaves them: packed JSON in ``.dep-v0``."""

import zlib

import msgspec

from prill.binaries.sections import RUST_SECTION, ElfSections
from prill.errors import PrillError
from prill.model.typed_json import ready

__all__ = ["InvalidAuditData", "RustCrate", "read_rust_audit"]

_MAX_PACKED = 4 << 20
_MAX_TEXT = 32 << 20
_MAX_CRATES = 20_000


class InvalidAuditData(PrillError):
    """A program has a section of cargo-auditable's, which cannot be read."""


class RustCrate(msgspec.Struct, frozen=True, kw_only=True):
    """A crate; ``dependencies`` are positions in the list. ``kind`` is ``runtime`` or ``build``."""

    name: str
    version: str
    source: str
    kind: str = "runtime"
    root: bool = False
    dependencies: tuple[int, ...] = ()


class _CrateJson(msgspec.Struct):
    name: str
    version: str
    source: str
    kind: str = "runtime"
    root: bool = False
    dependencies: tuple[int, ...] = ()


class _AuditJson(msgspec.Struct):
    packages: tuple[_CrateJson, ...]


def read_rust_audit(elf: ElfSections) -> tuple[RustCrate, ...] | None:
    """Return the crates, or None for a program without the section; raise `InvalidAuditData` or `InvalidElf`."""
    packed = elf.read(RUST_SECTION, _MAX_PACKED)
    if not packed:
        return None
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(packed, _MAX_TEXT)
        read = msgspec.json.decode(text, type=ready(_AuditJson))
    except (zlib.error, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidAuditData(f"the section {RUST_SECTION} cannot be read: {error}") from error
    if len(read.packages) > _MAX_CRATES:
        raise InvalidAuditData(f"the section {RUST_SECTION} names {len(read.packages)} crates; {_MAX_CRATES} are read")
    return tuple(
        RustCrate(
            name=one.name,
            version=one.version,
            source=one.source,
            kind=one.kind,
            root=one.root,
            dependencies=tuple(number for number in one.dependencies if 0 <= number < len(read.packages)),
        )
        for one in read.packages
    )
