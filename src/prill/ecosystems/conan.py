"""``conan.lock`` (docs.conan.io, "Lockfiles"), of Conan 1 and 2: the packages that a C or C++ project is built from."""

import re
from typing import Any

import msgspec

from prill.ecosystems.locked import InvalidLockFile, Locked, LockFile, decode_json

__all__ = ["parse_conan_lock"]

_REFERENCE = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_+.-]*)/(\[[^\]]*\]|[^@#%/\s]+)(?:@[^#%\s]*)?(?:[#%].*)?")


class _Node(msgspec.Struct):
    ref: str | None = None
    path: Any = None
    context: str = "host"


class _Graph(msgspec.Struct):
    nodes: dict[str, _Node] = {}


class _Lock(msgspec.Struct):
    version: Any
    requires: list[Any] = []
    graph_lock: _Graph | None = None


def parse_conan_lock(data: bytes) -> LockFile:
    """Read ``conan.lock``, without the tools that a build needs, and the project itself; raise `InvalidLockFile`."""
    lock = decode_json(data, _Lock, "conan.lock")
    if lock.graph_lock is None:
        wanted = [str(one[0] if isinstance(one, list) and one else one) for one in lock.requires]
    else:
        nodes = lock.graph_lock.nodes.values()
        wanted = [one.ref for one in nodes if one.ref and one.path is None and one.context == "host"]
    found = set()
    unclear = set()
    for text in wanted:
        match = _REFERENCE.fullmatch(text)
        if match is None:
            raise InvalidLockFile(f"conan.lock names a package {text[:160]!r}")
        if match[2].startswith("["):  # a range
            unclear.add(match[1])
        else:
            found.add((match[1], match[2]))
    return LockFile(
        packages=tuple(Locked(name=name, version=version) for name, version in sorted(found)),
        unclear=tuple(sorted(unclear)),
    )
