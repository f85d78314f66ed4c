"""What C and C++ projects need: Conan's ``conan.lock`` (docs.conan.io, "Lockfiles", 1 and 2) and ``conanfile.txt``."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from prill.ecosystems.locked import InvalidLockFile, Locked, LockFile, text_of
from prill.model.typed_json import decode_json

__all__ = ["parse_conan_lock", "parse_conanfile"]

_REFERENCE = re.compile(
    r"([A-Za-z0-9_][A-Za-z0-9_+.-]*)/(\[[^\]]*\]|[^@#%/\s]+)(?:@(?:([^/#%\s]+)/([^/#%\s]+)|[^#%\s]*))?(?:[#%].*)?"
)


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
    lock = decode_json(data, _Lock, InvalidLockFile, "not a conan.lock")
    if lock.graph_lock is None:
        wanted = [str(one[0] if isinstance(one, list) and one else one) for one in lock.requires]
    else:
        nodes = lock.graph_lock.nodes.values()
        wanted = [one.ref for one in nodes if one.ref and one.path is None and one.context == "host"]
    return _named(wanted, "conan.lock")


def parse_conanfile(data: bytes) -> LockFile:
    """Read what a ``conanfile.txt`` requires; a range of versions is unclear. Raise `InvalidLockFile`."""
    wanted = []
    section = ""
    for line in text_of(data, "conanfile.txt").splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("[") and text.endswith("]"):
            section = text
        elif text and not section:
            raise InvalidLockFile(f"a conanfile.txt with {text[:80]!r} before its first section")
        elif text and section == "[requires]":
            wanted.append(text)
    return _named(wanted, "conanfile.txt")


def _named(wanted: Iterable[str], what: str) -> LockFile:
    found = set()
    unclear = set()
    for text in wanted:
        match = _REFERENCE.fullmatch(text)
        if match is None:
            raise InvalidLockFile(f"{what} names a package {text[:160]!r}")
        if match[2].startswith("["):  # a range
            unclear.add(match[1])
        else:
            nobodys = (match[3], match[4]) == ("_", "_")
            found.add((match[1], match[2], *(("", "") if nobodys else (match[3] or "", match[4] or ""))))
    return LockFile(
        packages=tuple(_locked(*one) for one in sorted(found)),
        unclear=tuple(sorted(unclear)),
    )


def _locked(name: str, version: str, user: str, channel: str) -> Locked:
    """Name a package as its purl does: a channel's user is the namespace (purl-spec, types/conan)."""
    if channel:
        return Locked(name=f"{user}/{name}", version=version, qualifiers=(("channel", channel),))
    return Locked(name=name, version=version)
