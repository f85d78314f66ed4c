"""``uv.lock`` (docs.astral.sh/uv): the packages that a Python project of uv's is built from.

What only development needs follows from who needs it: the projects themselves are among the packages, with what they
need to run, for each extra, and for each group.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from prill.ecosystems.locked import Locked, LockFile, decode_toml

__all__ = ["parse_uv"]

_OWN = frozenset({"virtual", "editable"})


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
    places: dict[str, list[int]] = {}
    for number, one in enumerate(found):
        places.setdefault(one.name, []).append(number)
    needs = [set(_numbers(_wanted(one), places, found)) for one in found]
    used = {other for number, one in enumerate(found) if _OWN & set(one.source) for other in needs[number]}
    groups = [one for project in projects for group in project.dev_dependencies.values() for one in group]
    unused = _reached(_numbers(groups, places, found), needs) - _reached(used, needs)
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


def _numbers(
    wanted: Iterable[Mapping[str, Any]], places: Mapping[str, Sequence[int]], found: Sequence[_Package]
) -> Iterator[int]:
    """Yield the packages that are wanted; where there are several of the name, the version says which."""
    for one in wanted:
        version = one.get("version")
        for number in places.get(str(one.get("name", "")), ()):
            if version is None or found[number].version == version:
                yield number


def _reached(start: Iterable[int], needs: Sequence[set[int]]) -> set[int]:
    reached: set[int] = set()
    waiting = list(start)
    while waiting:
        number = waiting.pop()
        if number not in reached:
            reached.add(number)
            waiting += needs[number]
    return reached
