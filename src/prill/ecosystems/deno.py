"""``deno.lock`` (docs.deno.com), versions 2 to 5: the packages that a program of Deno's is built from.

Deno takes them from npm, from JSR, and from any address. The first are npm's packages; there is no purl for the others,
so that they are unclear.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from prill.ecosystems.integrity import integrity_digest
from prill.ecosystems.locked import InvalidLockFile, Locked, LockFile
from prill.model.regex import regex
from prill.model.typed_json import decode_json

__all__ = ["parse_deno_lock"]

_KEY = regex(r"((?:@[^/@\s]+/)?[^/@\s]+)(?:@([0-9][0-9A-Za-z.+-]*)(?:_\S*)?)?")
_HOST = regex(r"https?://([^/\s]+)/\S*")
_MAX_NAME = 400
T = TypeVar("T")


class _Package(msgspec.Struct):
    integrity: str = ""
    dependencies: dict[str, str] | list[str] = []


class _Packages(msgspec.Struct):
    npm: dict[str, Any] = {}
    jsr: dict[str, Any] = {}


class _Deno(msgspec.Struct):
    version: str
    npm: dict[str, Any] = {}
    jsr: dict[str, Any] = {}
    remote: dict[str, Any] = {}
    packages: _Packages | None = None


def parse_deno_lock(data: bytes) -> LockFile:
    """Read ``deno.lock``; raise `InvalidLockFile`."""
    lock = decode_json(data, _Deno, InvalidLockFile, "not a deno.lock")
    npm, jsr = (lock.npm, lock.jsr) if lock.packages is None else (lock.packages.npm, lock.packages.jsr)
    if isinstance(npm.get("specifiers"), dict):  # version 2
        npm = _shaped(npm.get("packages", {}), dict[str, Any])
    hosts = {match[1] for address in lock.remote if (match := _HOST.fullmatch(address))}
    return LockFile(
        packages=tuple(_locked(npm)),
        unclear=tuple(sorted({f"jsr:{key[:_MAX_NAME]}" for key in jsr} | hosts)),
    )


def _locked(npm: dict[str, Any]) -> Iterable[Locked]:
    found: dict[tuple[str, str], Locked] = {}
    for key, value in npm.items():
        match = _KEY.fullmatch(key)
        if match is None or not match[2]:
            raise InvalidLockFile(f"deno.lock names a package {key[:160]!r}")
        one = _shaped(value, _Package)
        needs = one.dependencies.values() if isinstance(one.dependencies, dict) else one.dependencies
        names = {need[1] for text in needs if (need := _KEY.fullmatch(text))}
        found[match[1], match[2]] = Locked(
            name=match[1],
            version=match[2],
            digest=str(integrity_digest(one.integrity) or ""),
            requires=tuple(sorted(names)),
        )
    return [found[each] for each in sorted(found)]


def _shaped(value: object, shape: type[T]) -> T:
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise InvalidLockFile(f"not a deno.lock: {error}") from error
