"""``bun.lock`` (bun.sh, "Lockfile"): the packages that a project of Bun's is built from.

It is JSON with commas at the end of lists. A package's key is the place where it is installed: ``a/b`` is the ``b``
that ``a`` alone sees. What only development needs follows from who needs it: ``workspaces`` are the projects.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from prill.ecosystems.integrity import integrity_digest
from prill.ecosystems.locked import InvalidLockFile, Locked, LockFile, reached, text_of
from prill.model.typed_json import decode_json

__all__ = ["parse_bun_lock"]

_LOOSE = re.compile(r'("(?:[^"\\]++|\\[\s\S])*+(?:"|\\?\Z))|//[^\n]*|,(?=\s*[}\]])')
_SPEC = re.compile(r"((?:@[^/@\s]+/)?[^/@\s]+)@(.*)", re.DOTALL)
_ARCHIVE = re.compile(r"https?://\S*/-/(?>[^/\s]+?-(?=\d))([^/\s]*?)\.tgz")
_VERSION = re.compile(r"\d[0-9A-Za-z.+-]*")
_USED = ("dependencies", "optionalDependencies", "peerDependencies")
_DEVELOPMENT = ("devDependencies",)
_OWN = ("workspace:", "link:", "root:")
_MAX_KEY = 2000
_MAX_DEPTH = 50


class _Bun(msgspec.Struct):
    lockfileVersion: int  # noqa: N815 - Bun's own name
    workspaces: dict[str, dict[str, Any]] = {}
    packages: dict[str, list[Any]] = {}


def parse_bun_lock(data: bytes) -> LockFile:
    """Read ``bun.lock``; what only development needs, and what is the project's own, is left out.

    Raise `InvalidLockFile`.
    """
    text = _LOOSE.sub(lambda match: match[1] or "", text_of(data, "bun.lock"))
    lock = decode_json(text.encode(), _Bun, InvalidLockFile, "not a bun.lock")
    specs = {key: _spec(key, entry) for key, entry in lock.packages.items()}
    unused, targets = _needs(lock, specs)
    packages = []
    unclear = set()
    for key, (name, wanted) in specs.items():
        if key in unused or wanted.startswith(_OWN):
            continue
        version = match[1] if (match := _ARCHIVE.match(wanted)) else wanted
        if not _VERSION.fullmatch(version):
            unclear.add(name)
            continue
        last = lock.packages[key][-1]
        digest = str((isinstance(last, str) and integrity_digest(last)) or "")
        requires = tuple(sorted({specs[other][0] for other in targets[key]}))
        packages.append(Locked(name=name, version=version, digest=digest, requires=requires))
    return LockFile(packages=tuple(packages), unclear=tuple(sorted(unclear)))


def _needs(lock: _Bun, specs: Mapping[str, tuple[str, str]]) -> tuple[set[str], Mapping[str, set[str]]]:
    """Return the keys of what only development needs, and for each key those of what it needs."""
    targets: dict[str, set[str]] = {}
    for key, entry in lock.packages.items():
        fields = next((one for one in entry if isinstance(one, dict)), {})
        targets[key] = set(_places(key, _wanted(fields, _USED), specs))
    used, developing = (
        {
            place
            for one in lock.workspaces.values()
            for place in _places(str(one.get("name", "")), _wanted(one, kinds), specs)
        }
        for kinds in (_USED, _DEVELOPMENT)
    )
    return reached(developing, targets) - reached(used, targets), targets


def _spec(key: str, entry: list[Any]) -> tuple[str, str]:
    """Return a package's own name and what it is: a version, or an address."""
    match = _SPEC.fullmatch(entry[0]) if entry and isinstance(entry[0], str) else None
    if match is None:
        raise InvalidLockFile(f"bun.lock has no name and version of {key[:160]!r}")
    return match[1], match[2]


def _wanted(fields: Mapping[str, Any], kinds: Iterable[str]) -> Iterator[str]:
    for kind in kinds:
        names = fields.get(kind)
        yield from names if isinstance(names, dict) else ()


def _places(key: str, wanted: Iterable[str], packages: Mapping[str, object]) -> Iterator[str]:
    """Yield where what ``key`` needs is installed: inside it, or inside what it is in, or beside all."""
    parts = _parts(key) if len(key) <= _MAX_KEY else []
    if len(key) > _MAX_KEY or len(parts) > _MAX_DEPTH:
        raise InvalidLockFile(f"bun.lock has a package in too many others: {key[:160]!r}")
    above = [*("/".join(parts[:end]) + "/" for end in range(len(parts), 0, -1)), ""]
    for name in wanted:
        yield from [place for folder in above if (place := folder + name) in packages][:1]


def _parts(key: str) -> list[str]:
    """Split a key at the slashes, but for the one within ``@scope/name``."""
    return re.findall(r"@[^/]+/[^/]+|[^/]+", key)
