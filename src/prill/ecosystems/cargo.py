"""``Cargo.lock`` (The Cargo Book): the crates that a Rust project is built from."""

import msgspec

from prill.ecosystems.locked import Locked, LockFile, decode_toml

__all__ = ["parse_cargo_lock"]

_REGISTRIES = ("registry+", "sparse+")


class _Crate(msgspec.Struct):
    name: str
    version: str
    source: str = ""
    checksum: str = ""
    dependencies: list[str] = []


class _Lock(msgspec.Struct):
    package: list[_Crate] = []


def parse_cargo_lock(data: bytes) -> LockFile:
    """Read ``Cargo.lock``; what has no source is the project itself, and left out. Raise `InvalidLockFile`."""
    crates = decode_toml(data, _Lock, "Cargo.lock").package
    return LockFile(
        packages=tuple(
            Locked(
                name=one.name,
                version=one.version,
                digest=f"sha256:{one.checksum}" if one.checksum and one.source.startswith(_REGISTRIES) else "",
                requires=tuple(sorted({text.partition(" ")[0] for text in one.dependencies})),
            )
            for one in crates
            if one.source
        )
    )
