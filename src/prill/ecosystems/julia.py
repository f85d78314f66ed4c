"""``Manifest.toml`` (pkgdocs.julialang.org): the packages that a project in Julia is built from."""

from typing import Any

import msgspec

from prill.ecosystems.locked import InvalidLockFile, Locked, LockFile, decode_toml

__all__ = ["parse_julia_manifest"]

_IDENTIFIER = b"uuid"


class _Package(msgspec.Struct):
    uuid: str
    version: str = ""
    path: str = ""
    deps: Any = None


def parse_julia_manifest(data: bytes) -> LockFile:
    """Read a manifest of either format; a file of this name that is another program's has nothing.

    A part of Julia itself without a version has Julia's; a package in a folder is the project's own. Raise
    `InvalidLockFile`.
    """
    if _IDENTIFIER not in data:
        return LockFile()
    read = decode_toml(data, dict[str, Any], "Manifest.toml")
    julia = str(read.get("julia_version", ""))
    listed = read.get("deps", {}) if "manifest_format" in read else read
    packages: list[Locked] = []
    unclear: set[str] = set()
    for name, entries in listed.items() if isinstance(listed, dict) else ():
        for entry in entries if isinstance(entries, list) else ():
            try:
                one = msgspec.convert(entry, _Package)
            except msgspec.ValidationError as error:
                raise InvalidLockFile(f"not a Manifest.toml of Julia's: {error}") from error
            version = one.version or julia
            if one.path or not version:
                unclear |= set() if one.path else {name}
                continue
            needs = tuple(sorted(map(str, one.deps))) if isinstance(one.deps, list | dict) else ()
            packages.append(Locked(name=name, version=version, requires=needs, qualifiers=(("uuid", one.uuid),)))
    return LockFile(packages=tuple(packages), unclear=tuple(sorted(unclear)))
