"""``Package.resolved`` of Swift's package manager, versions 1 to 3: what a package of Swift's is built from."""

import re
from typing import Any

import msgspec

from prill.ecosystems.locked import InvalidLockFile, Locked, LockFile
from prill.model.typed_json import decode_json

__all__ = ["parse_package_resolved"]

_ADDRESS = re.compile(
    r"(?:[a-z+]{2,20}://)?+(?:[^@/\s]+@)?([A-Za-z0-9][A-Za-z0-9.-]+)(?::\d+(?=/))?[/:]++([^\s?#]+?)(?:\.git)?/?"
)


class _State(msgspec.Struct):
    version: str | None = None


class _Pin(msgspec.Struct):
    state: _State
    location: str = ""
    repositoryURL: str = ""  # noqa: N815 - Swift's own name
    identity: str = ""
    package: str = ""


class _Pins(msgspec.Struct):
    pins: list[_Pin] = []


class _Resolved(msgspec.Struct):
    version: Any
    pins: list[_Pin] = []
    object: _Pins | None = None


def parse_package_resolved(data: bytes) -> LockFile:
    """Read ``Package.resolved``; a pin of a branch or a commit alone is unclear. Raise `InvalidLockFile`."""
    read = decode_json(data, _Resolved, InvalidLockFile, "not a Package.resolved")
    pins = (*read.pins, *(read.object.pins if read.object else ()))
    named = [
        (_name(one) or one.identity or one.package, (one.state.version or "") if _name(one) else "") for one in pins
    ]
    return LockFile(
        packages=tuple(Locked(name=name, version=version) for name, version in sorted(set(named)) if version),
        unclear=tuple(sorted({name for name, version in named if not version})),
    )


def _name(pin: _Pin) -> str:
    """Return what purl-spec calls a package of Swift's: its repository's address without the scheme, or nothing."""
    match = _ADDRESS.fullmatch(pin.location or pin.repositoryURL)
    return f"{match[1].lower()}/{match[2]}" if match else ""
