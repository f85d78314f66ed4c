"""``packages.config`` (NuGet's reference), of .NET projects of before PackageReference; ``Directory.Packages.props``.

The second states the versions of all the projects below it (NuGet, "Central Package Management").
"""

import re
from collections.abc import Callable, Mapping

from prill.ecosystems.locked import InvalidLockFile, Locked, LockFile

__all__ = ["parse_packages_config", "parse_packages_props"]

_PROPERTY = re.compile(r"\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)")
_REFERENCES = frozenset({"PackageVersion", "PackageReference", "GlobalPackageReference"})
_VERSION = re.compile(r"\[?([0-9][0-9A-Za-z.+-]*)\]?")
_MAX_ROUNDS = 5
_MAX_FILLED = 20
_MAX_TEXT = 1000
_Start = Callable[[str, Mapping[str, str]], None]


def parse_packages_config(data: bytes) -> LockFile:
    """Read ``packages.config``, without what is for development alone; raise `InvalidLockFile`."""
    found: set[tuple[str, str]] = set()

    def start(name: str, attributes: Mapping[str, str]) -> None:
        named = (attributes.get("id", ""), attributes.get("version", ""))
        if name == "package" and named[0] and attributes.get("developmentDependency", "").lower() != "true":
            found.add(named)

    _read(data, "packages.config", "packages", start)
    return LockFile(
        packages=tuple(Locked(name=name, version=version) for name, version in sorted(found) if version),
        unclear=tuple(sorted({name for name, version in found if not version})),
    )


def parse_packages_props(data: bytes) -> LockFile:
    """Read ``Directory.Packages.props``, its own properties filled in; raise `InvalidLockFile`."""
    found: dict[str, str] = {}
    properties: dict[str, str] = {}
    path: list[str] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        path.append(name)
        package = attributes.get("Include") or attributes.get("Update", "")
        if name in _REFERENCES:
            version = attributes.get("Version") or attributes.get("VersionOverride", "")
            found.update(dict.fromkeys(filter(None, map(str.strip, package.split(";"))), version))

    def text(text: str) -> None:
        match path:
            case ["Project", "PropertyGroup", name]:
                properties[name] = f"{properties.get(name, '')}{text}"[:_MAX_TEXT]

    _read(data, "Directory.Packages.props", "Project", start, text, lambda _: path.pop())
    versions = {name: _VERSION.fullmatch(_filled(version, properties)) for name, version in found.items()}
    return LockFile(
        packages=tuple(Locked(name=name, version=match[1]) for name, match in sorted(versions.items()) if match),
        unclear=tuple(sorted(name for name, match in versions.items() if not match)),
    )


def _filled(text: str, properties: Mapping[str, str]) -> str:
    for _ in range(_MAX_ROUNDS):
        if "$(" not in text:
            break
        text = _PROPERTY.sub(lambda match: properties.get(match[1], "?").strip(), text, count=_MAX_FILLED)[:_MAX_TEXT]
    return text.strip()


def _read(
    data: bytes,
    what: str,
    root: str,
    start: _Start,
    text: Callable[[str], None] | None = None,
    end: Callable[[str], object] | None = None,
) -> None:
    """Hand a document's elements over; raise `InvalidLockFile` for one whose first is not ``root``."""
    from xml.parsers import expat  # noqa: PLC0415 - heavy; a document type, by which XML attacks, is refused

    roots: list[str] = []

    def first(name: str, attributes: Mapping[str, str]) -> None:
        roots.append(name) if not roots else None
        start(name, attributes)

    def doctype(*_: object) -> None:
        raise InvalidLockFile(f"{what} with a document type is not read")

    parser = expat.ParserCreate()
    parser.StartElementHandler = first
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat's own: this is all of it
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise InvalidLockFile(f"not a {what}: {error}") from error
    if roots != [root]:
        raise InvalidLockFile(f"not a {what}: the document is a {roots[0][:160]!r}")
