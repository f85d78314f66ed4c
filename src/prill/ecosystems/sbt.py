"""``build.sbt.lock`` (the plugin sbt-dependency-lock): the packages that a project in Scala is built from."""

import msgspec

from prill.ecosystems.locked import InvalidLockFile, Locked, LockFile
from prill.ecosystems.maven import word
from prill.model.typed_json import decode_json

__all__ = ["parse_sbt_lock"]

_USED = frozenset({"compile", "runtime", "optional"})


class _Dependency(msgspec.Struct):
    org: str
    name: str
    version: str
    configurations: list[str] = []


class _Sbt(msgspec.Struct):
    lockVersion: int  # noqa: N815 - the plugin's name for it
    dependencies: list[_Dependency]


def parse_sbt_lock(data: bytes) -> LockFile:
    """Read ``build.sbt.lock``, without what only tests use, or what is provided; raise `InvalidLockFile`."""
    found = decode_json(data, _Sbt, InvalidLockFile, "not a build.sbt.lock").dependencies
    used = [one for one in found if _USED & set(one.configurations)]
    named = {(f"{one.org}:{one.name}", one.version) for one in used if all(map(word, (one.org, one.name, one.version)))}
    return LockFile(
        packages=tuple(Locked(name=name, version=version) for name, version in sorted(named)),
        unclear=tuple(sorted({f"{one.org}:{one.name}" for one in used} - {name for name, _ in named})),
    )
