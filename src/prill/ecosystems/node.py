"""Node.js packages: ``package.json``, and the lock files of npm and yarn, as their documentation has them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from prill.errors import PrillError
from prill.model.license_expressions import either_license, stated_license
from prill.model.typed_json import decode_json, ready
from prill.model.value import dataclass, replace

__all__ = [
    "InvalidPackageJson",
    "NodePackage",
    "parse_integrities",
    "parse_npm_lock",
    "parse_package_json",
    "parse_yarn_lock",
]

_MAX_TEXT = 1000
_MAX_NAME = 214
_INSTALLED = "node_modules/"
_NAME = re.compile(r"(?:@[^\s/@]+/)?[^\s/@]+")
_YARN_KEY = re.compile(r'^"?((?:@[^\s"@/]+/)?[^\s"@]+)@')
_YARN_ALIAS = re.compile(r'^"?[^"\s]+?@npm:((?:@[^\s"@/]+/)?[^\s"@]+)@')
_ARCHIVE = re.compile(r"https?://\S*?/((?:@[^/\s]+/)?[^/@\s]+)/-/(?>[^/\s]+?-(?=\d))([^/\s]*?)\.tgz")
"""An archive in a registry, by its address."""
_YARN_ARCHIVE = re.compile(rf'^"?[^"\s]+?@{_ARCHIVE.pattern}')
_YARN_OWN = re.compile(r'@(?:(?:workspace|link|portal):|file:(?![^",\s#]*\.t(?:ar\.)?gz))')
_YARN_RESOLUTION = re.compile(r'^  resolution: "((?:@[^\s"@/]+/)?[^\s"@]+)@npm:')
_YARN_NEED = re.compile(r'^    "?((?:@[^\s"@/:]+/)?[^\s"@:]+)"?:? \S')
_YARN_VERSION = re.compile(r'^\s+version:?\s+"?([^"\s]+)"?\s*$')
_YARN_INTEGRITY = re.compile(r"^\s+(?:integrity|checksum):?\s+(\S+)\s*$")


class InvalidPackageJson(PrillError):
    """A ``package.json`` or a lock file of Node.js's package managers cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePackage:
    """One package. ``requires`` are names alone; ``private`` is what its author keeps off registries."""

    name: str
    version: str
    licenses: str = ""
    summary: str = ""
    homepage: str = ""
    author: str = ""
    requires: tuple[str, ...] = ()
    private: bool = False
    integrity: str = ""


class _PackageJson(msgspec.Struct):
    # Every author writes these as they like: a field of another type is passed over, not an error.
    name: Any = None
    version: Any = None
    license: Any = None
    licenses: Any = None
    description: Any = None
    homepage: Any = None
    author: Any = None
    dependencies: Any = None
    private: Any = None


def parse_package_json(data: bytes) -> NodePackage | None:
    """Read a ``package.json``; None where it names no package. Raise `InvalidPackageJson` for what is not JSON."""
    read = decode_json(data, _PackageJson, InvalidPackageJson, "not a package.json")
    name, version = _text(read.name), _text(read.version)
    if not name or not version or len(name) > _MAX_NAME or not _NAME.fullmatch(name):
        return None
    needs = read.dependencies if isinstance(read.dependencies, dict) else {}
    return NodePackage(
        name=name,
        version=version,
        licenses=_licenses(read.license if read.license is not None else read.licenses),
        summary=_text(read.description),
        homepage=_text(read.homepage),
        author=_person(read.author),
        requires=tuple(sorted(name for name in needs if isinstance(name, str))),
        private=read.private is True,
    )


class _LockedPackage(msgspec.Struct):
    version: str | None = None
    name: str | None = None
    resolved: str | bool | None = None
    integrity: str | None = None
    license: Any = None
    link: bool = False
    dev: bool = False
    requires: Any = None
    dependencies: dict[str, Any] | None = None


class _NpmLock(msgspec.Struct):
    packages: dict[str, _LockedPackage] | None = None
    dependencies: dict[str, _LockedPackage] | None = None


def parse_npm_lock(data: bytes) -> tuple[NodePackage, ...]:
    """Read ``package-lock.json`` or ``npm-shrinkwrap.json``, versions 1 to 3; raise `InvalidPackageJson`.

    What is for development alone is left out, and so are the project itself and those of its workspace, which are the
    places outside of ``node_modules``, and folders in version 1. There, what comes from elsewhere than a registry has
    no version.
    """
    what = "not a lock file of npm's"
    lock = decode_json(data, _NpmLock, InvalidPackageJson, what)
    if lock.packages is not None:
        listed = [(place.rpartition(_INSTALLED)[2], one) for place, one in lock.packages.items() if _INSTALLED in place]
    else:
        try:
            listed = list(_nested(lock.dependencies or {}))
        except msgspec.ValidationError as error:
            raise InvalidPackageJson(f"{what}: {error}") from error
    return tuple(
        _locked(name, one)
        for name, one in listed
        if one.version and not one.link and not one.dev and not _is_folder(one.version)
    )


class _Noted(msgspec.Struct):
    version: str = ""
    integrity: str = ""


class _Notes(msgspec.Struct):
    packages: dict[str, _Noted] = {}


def parse_integrities(data: bytes) -> tuple[tuple[str, str, str], ...]:
    """Return place, version and integrity of what ``node_modules/.package-lock.json`` says npm installed."""
    notes = decode_json(data, _Notes, InvalidPackageJson, "not npm's notes of what it installed")
    return tuple((place, one.version, one.integrity) for place, one in notes.packages.items() if one.integrity)


def _nested(dependencies: Mapping[str, _LockedPackage]) -> Iterator[tuple[str, _LockedPackage]]:
    """Yield the packages of version 1, which lie inside each other; raise ``msgspec.ValidationError``."""
    waiting: list[tuple[str, _LockedPackage]] = list(dependencies.items())
    while waiting:
        name, one = waiting.pop()
        yield name, one
        for inner, value in (one.dependencies or {}).items():
            if isinstance(value, dict):
                waiting.append((inner, msgspec.convert(value, ready(_LockedPackage), strict=False)))


def _is_folder(version: str) -> bool:
    return version.startswith("file:") and not version.endswith((".tgz", ".tar.gz", ".tar"))


def _locked(place: str, one: _LockedPackage) -> NodePackage:
    name, version = one.name or place, one.version or ""
    if version.startswith("npm:"):
        name, _, version = version.removeprefix("npm:").rpartition("@")
    elif match := _ARCHIVE.match(version):
        name, version = match.groups()
    elif ":" in version:
        version = ""
    needs = one.requires if isinstance(one.requires, dict) else one.dependencies or {}
    return NodePackage(
        name=name,
        version=version,
        licenses=_licenses(one.license),
        requires=tuple(sorted(map(str, needs))),
        integrity=one.integrity or "",
    )


def parse_yarn_lock(data: bytes) -> tuple[NodePackage, ...]:
    """Read ``yarn.lock``, of version 1 or of Berry; raise `InvalidPackageJson` for what is not text.

    A folder of the project itself is left out. A package's own name is what an alias leads to (``a@npm:b@^1``), or what
    Berry calls its resolution.
    """
    try:
        lines = data.decode().splitlines()
    except UnicodeDecodeError as error:
        raise InvalidPackageJson(f"yarn.lock is not UTF-8: {error}") from error
    found: dict[tuple[str, str], NodePackage] = {}
    one = NodePackage(name="", version="")
    within = ""
    for line in [*lines, "end"]:
        if line[:1] not in ("", " ", "\t", "#"):
            if one.name and one.version:
                found.setdefault((one.name, one.version), one)
            start = line[:_MAX_TEXT]
            key = None if _YARN_OWN.search(start) else _yarn_key(start)
            one = NodePackage(name=key[1] if key else "", version="")
        elif match := _YARN_VERSION.match(line):
            one = replace(one, version=match[1])
        elif match := _YARN_INTEGRITY.match(line):
            one = replace(one, integrity=match[1])
        elif match := _YARN_RESOLUTION.match(line):
            one = replace(one, name=match[1])
        elif within == "dependencies:" and (match := _YARN_NEED.match(line)):
            one = replace(one, requires=(*one.requires, match[1]))
        if line.startswith("  ") and line[2:3] not in ("", " "):
            within = line.strip()
    return tuple(found.values())


def _yarn_key(start: str) -> re.Match[str] | None:
    return _YARN_ALIAS.match(start) or _YARN_ARCHIVE.match(start) or _YARN_KEY.match(start)


def _text(value: object) -> str:
    return value.strip()[:_MAX_TEXT] if isinstance(value, str) else ""


def _person(value: object) -> str:
    return _text(value.get("name")) if isinstance(value, dict) else _text(value)


def _licenses(value: object) -> str:
    """Return the licence, written as a text, as an object with a type, or as a list of either (any of them)."""
    if isinstance(value, dict):
        value = value.get("type") or value.get("name")
    if isinstance(value, list):
        return either_license(map(_licenses, value[:20]))
    text = _text(value)
    return "" if text.upper().startswith("SEE LICENSE") else stated_license(text)
