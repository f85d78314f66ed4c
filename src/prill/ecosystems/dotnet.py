""".NET: the ``APP.deps.json`` that is built beside an application, and NuGet's ``packages.lock.json``.

The first is described in the SDK's documentation (runtime-configuration-file), the second in NuGet's.
"""

import posixpath

import msgspec

from prill.ecosystems.integrity import integrity_digest
from prill.ecosystems.locked import InvalidLockFile, Locked, LockFile
from prill.errors import PrillError
from prill.model.typed_json import decode_json
from prill.model.value import dataclass

__all__ = ["InvalidNugetFile", "NugetPackage", "parse_deps", "parse_packages_lock"]

_MAX_PACKAGES = 100_000
_RUNTIME_PACK = "runtimepack."


class InvalidNugetFile(PrillError):
    """A ``.deps.json``, or another file of .NET's, cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NugetPackage:
    """A package of NuGet's; ``digest`` is ``sha512:…`` of its archive, ``requires`` are names."""

    name: str
    version: str
    digest: str = ""
    requires: tuple[str, ...] = ()


class _Library(msgspec.Struct):
    type: str = ""
    sha512: str | None = None


class _Target(msgspec.Struct):
    dependencies: dict[str, str] | None = None


class _Deps(msgspec.Struct):
    libraries: dict[str, _Library]
    targets: dict[str, dict[str, _Target]] = {}


def parse_deps(data: bytes) -> tuple[NugetPackage, ...]:
    """Read a ``.deps.json``: packages, and the runtime packs of self-contained applications; projects are left out.

    Raise `InvalidNugetFile`.
    """
    deps = decode_json(data, _Deps, InvalidNugetFile, "not a .deps.json")
    if len(deps.libraries) > _MAX_PACKAGES:
        raise InvalidNugetFile(f"a .deps.json with {len(deps.libraries)} libraries; {_MAX_PACKAGES} are read")
    needs: dict[str, set[str]] = {}
    for target in deps.targets.values():
        for key, value in target.items():
            needs.setdefault(key, set()).update(value.dependencies or {})
    return tuple(
        _package(key, library, needs.get(key, set()))
        for key, library in sorted(deps.libraries.items())
        if library.type.lower() in ("package", "runtimepack") and all(key.partition("/")[::2])
    )


class _Resolved(msgspec.Struct):
    type: str = ""
    resolved: str = ""
    contentHash: str = ""  # noqa: N815 - NuGet's name for it
    dependencies: dict[str, str] | None = None


class _PackagesLock(msgspec.Struct):
    version: int
    dependencies: dict[str, dict[str, _Resolved]]


def parse_packages_lock(data: bytes) -> LockFile:
    """Read ``packages.lock.json``, of every framework that is built for; raise `InvalidLockFile`."""
    frameworks = decode_json(data, _PackagesLock, InvalidLockFile, "not a packages.lock.json").dependencies
    found: dict[tuple[str, str], Locked] = {}
    for packages in frameworks.values():
        for name, one in packages.items():
            if one.type != "Project" and one.resolved:
                digest = str(integrity_digest(f"sha512-{one.contentHash}") or "")
                needs = tuple(sorted(one.dependencies or ()))
                found[name, one.resolved] = Locked(name=name, version=one.resolved, digest=digest, requires=needs)
    return LockFile(packages=tuple(found[key] for key in sorted(found)))


def _package(key: str, library: _Library, needs: set[str]) -> NugetPackage:
    digest = integrity_digest(library.sha512 or "")
    return NugetPackage(
        name=posixpath.dirname(key).removeprefix(_RUNTIME_PACK),
        version=posixpath.basename(key),
        digest=str(digest or ""),
        requires=tuple(sorted(needs)),
    )
