"""``uv.lock`` (docs.astral.sh/uv): the packages that a Python project of uv's is built from.

What only development needs follows from who needs it: the projects themselves are among the packages, with what they
need to run, for each extra, and for each group.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from prill.ecosystems.locked import Locked, LockFile, decode_toml

__all__ = ["parse_uv"]

_OWN = frozenset({"virtual", "editable", "directory"})
_Key = tuple[str, str | None]


class _Package(msgspec.Struct, rename="kebab"):
    name: str
    version: str = ""
    source: dict[str, Any] = {}
    dependencies: list[dict[str, Any]] = []
    optional_dependencies: dict[str, list[dict[str, Any]]] = {}
    dev_dependencies: dict[str, list[dict[str, Any]]] = {}


class _Uv(msgspec.Struct):
    package: list[_Package] = []


def parse_uv(data: bytes) -> LockFile:
    """Read ``uv.lock``, without the projects themselves and what only their groups need; raise `InvalidLockFile`."""
    found = decode_toml(data, _Uv, "uv.lock").package
    projects = [one for one in found if _OWN & set(one.source)]
    places: dict[_Key, list[int]] = {}
    for number, one in enumerate(found):
        for version in (None, one.version):
            places.setdefault((one.name, version), []).append(number)
    needs = [set(map(_key, _wanted(one))) for one in found]
    used = [_key(one) for project in projects for one in _wanted(project)]
    groups = [_key(one) for project in projects for group in project.dev_dependencies.values() for one in group]
    unused = _reached(groups, needs, places) - _reached(used, needs, places)
    listed = [one for number, one in enumerate(found) if number not in unused and not _OWN & set(one.source)]
    return LockFile(
        packages=tuple(
            Locked(name=one.name, version=one.version, requires=tuple(sorted(_names(one))))
            for one in listed
            if one.version
        ),
        unclear=tuple(sorted({one.name for one in listed if not one.version})),
    )


def _wanted(one: _Package) -> Iterator[Mapping[str, Any]]:
    yield from one.dependencies
    for extra in one.optional_dependencies.values():
        yield from extra


def _names(one: _Package) -> set[str]:
    return {str(other.get("name", "")) for other in one.dependencies} - {""}


def _key(one: Mapping[str, Any]) -> _Key:
    """Return what is wanted; where there are several of the name, the version says which."""
    version = one.get("version")
    return str(one.get("name", "")), None if version is None else str(version)


def _reached(start: Iterable[_Key], needs: Sequence[set[_Key]], places: Mapping[_Key, Sequence[int]]) -> set[int]:
    """Return the numbers of what is wanted, and of what that needs; whatever is named alike is looked at once."""
    reached: set[int] = set()
    waiting = set(start)
    seen = set(waiting)
    while waiting:
        for number in places.get(waiting.pop(), ()):
            if number not in reached:
                reached.add(number)
                waiting |= needs[number] - seen
                seen |= needs[number]
    return reached
