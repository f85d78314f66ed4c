"""pacman's database of installed packages, ``/var/lib/pacman/local/NAME-VERSION/``: ``desc`` and ``files`` (alpm-db).

Both are text: ``%FIELD%`` on a line of its own, its values on the lines after it, and an empty line at the end.
"""

import msgspec

from prill.errors import PrillError
from prill.model.regex import regex

__all__ = ["InstalledAlpm", "InvalidAlpmDatabase", "parse_desc", "parse_files"]

_MAX_VALUES = 500_000
_MAX_VALUE = 4096
_FIELD = regex(r"%([A-Z0-9_]+)%")
_NAME = regex(r"[A-Za-z0-9@_+][A-Za-z0-9@._+-]*")
_VERSION = regex(r"(?:\d+:)?[^\s/:-]+-[0-9.]+")
_DEPENDENCY = regex(r"[^\s=<>:]+")


class InvalidAlpmDatabase(PrillError):
    """A file that should have been part of pacman's database is none."""


class InstalledAlpm(msgspec.Struct, frozen=True, kw_only=True):
    """One package; ``base`` is its source package, ``depends`` and ``provides`` are names without versions."""

    name: str
    version: str
    architecture: str
    base: str = ""
    licenses: tuple[str, ...] = ()
    packager: str = ""
    homepage: str = ""
    summary: str = ""
    depends: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()


def parse_desc(data: bytes) -> InstalledAlpm:
    """Read a package's ``desc``; raise `InvalidAlpmDatabase` where it names no package."""
    fields = _fields(data)
    name, version = _first(fields, "NAME"), _first(fields, "VERSION")
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
        raise InvalidAlpmDatabase(f"pacman's desc has the name {name[:80]!r} and the version {version[:80]!r}")
    return InstalledAlpm(
        name=name,
        version=version,
        architecture=_first(fields, "ARCH"),
        base=_first(fields, "BASE"),
        licenses=tuple(fields.get("LICENSE", ())),
        packager=_first(fields, "PACKAGER"),
        homepage=_first(fields, "URL"),
        summary=_first(fields, "DESC"),
        depends=_names(fields.get("DEPENDS", ())),
        provides=_names(fields.get("PROVIDES", ())),
    )


def parse_files(data: bytes) -> tuple[str, ...]:
    """Return the paths of a package's files from the root; folders, which end in a slash, are not among them."""
    return tuple(path for path in _fields(data).get("FILES", ()) if not path.endswith("/"))


def _fields(data: bytes) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    values: list[str] | None = None
    for count, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n")):
        if count > _MAX_VALUES:
            raise InvalidAlpmDatabase(f"a file of pacman's database with more than {_MAX_VALUES} lines")
        if match := _FIELD.fullmatch(line):
            values = fields.setdefault(match[1], [])
        elif not line:
            values = None
        elif values is None:
            raise InvalidAlpmDatabase(f"a value without a field in pacman's database: {line[:160]!r}")
        else:
            values.append(line[:_MAX_VALUE])
    return fields


def _first(fields: dict[str, list[str]], name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _names(values: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({match[0] for match in map(_DEPENDENCY.match, values) if match}))
