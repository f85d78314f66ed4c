"""PHP packages: Composer's ``vendor/composer/installed.json`` and ``composer.lock``, which have the same entries."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from prill.errors import PrillError
from prill.model.license_expressions import either_license, stated_license
from prill.model.typed_json import decode_json, ready
from prill.model.value import dataclass

__all__ = ["ComposerPackage", "InvalidComposerFile", "parse_composer_lock", "parse_installed"]

_MAX_PACKAGES = 100_000
_MAX_TEXT = 1000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*")


class InvalidComposerFile(PrillError):
    """A file of Composer's cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposerPackage:
    """One package. ``requires`` and ``provides`` are names; what is wanted of PHP itself is left out."""

    name: str
    version: str
    licenses: str = ""
    summary: str = ""
    homepage: str = ""
    author: str = ""
    requires: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()


class _Entry(msgspec.Struct):
    # Packages' authors write the rest as they like; of another type than it should have, it is passed over.
    name: str
    version: str
    license: Any = None
    description: Any = None
    homepage: Any = None
    authors: Any = None
    require: Any = None
    provide: Any = None
    replace: Any = None


class _Installed(msgspec.Struct):
    packages: list[Any]


class _Lock(msgspec.Struct):
    packages: list[Any] | None = None
    dev: list[Any] | None = msgspec.field(default=None, name="packages-dev")


_Read = tuple[tuple[ComposerPackage, ...], tuple[str, ...]]
"""The packages, and of the entries that are none, the name or the number; those hide no others."""


def parse_installed(data: bytes) -> _Read:
    """Read ``installed.json`` of Composer 1 or 2; raise `InvalidComposerFile`."""
    what = "not Composer's installed.json"
    if data.lstrip().startswith(b"["):
        return _packages(decode_json(data, list[Any], InvalidComposerFile, what), what)
    return _packages(decode_json(data, _Installed, InvalidComposerFile, what).packages, what)


def parse_composer_lock(data: bytes) -> _Read:
    """Read ``composer.lock``, without what is for development alone; raise `InvalidComposerFile`."""
    lock = decode_json(data, _Lock, InvalidComposerFile, "not a composer.lock")
    if lock.packages is None and lock.dev is None:
        raise InvalidComposerFile("not a composer.lock: it has no list of packages")
    return _packages(lock.packages or [], "not a composer.lock")


def _packages(entries: Sequence[Any], what: str) -> _Read:
    if len(entries) > _MAX_PACKAGES:
        raise InvalidComposerFile(f"{len(entries)} packages of Composer's; {_MAX_PACKAGES} are read")
    packages = []
    broken = []
    first: Exception | None = None
    for number, entry in enumerate(entries, 1):
        try:
            packages.append(_package(msgspec.convert(entry, ready(_Entry))))
        except (msgspec.ValidationError, InvalidComposerFile) as error:
            first = first or error
            name = entry.get("name") if isinstance(entry, dict) else None
            broken.append(name[:80] if isinstance(name, str) and name else f"entry {number}")
    if first and not packages:
        raise InvalidComposerFile(f"{what}: {first}") from first
    return tuple(packages), tuple(broken)


def _package(one: _Entry) -> ComposerPackage:
    if not _NAME.fullmatch(one.name) or not one.version:
        raise InvalidComposerFile(
            f"a package of Composer's has the name {one.name[:80]!r} and version {one.version[:80]!r}"
        )
    return ComposerPackage(
        name=one.name,
        version=one.version,
        licenses=_licenses(one.license),
        summary=_text(one.description),
        homepage=_text(one.homepage),
        author=_author(one.authors),
        requires=_names(one.require),
        provides=tuple(sorted({*_names(one.provide), *_names(one.replace)})),
    )


def _text(value: object) -> str:
    return value.strip()[:_MAX_TEXT] if isinstance(value, str) else ""


def _names(value: object) -> tuple[str, ...]:
    return tuple(sorted(name for name in value if "/" in name)) if isinstance(value, dict) else ()


def _author(value: object) -> str:
    first = value[0] if isinstance(value, list) and value else None
    return _text(first.get("name")) if isinstance(first, dict) else ""


def _licenses(value: object) -> str:
    """Return the licence; of several, any may be chosen (Composer's schema, "license")."""
    stated = [text for text in value if isinstance(text, str)] if isinstance(value, list) else [_text(value)]
    return either_license(map(stated_license, stated))
