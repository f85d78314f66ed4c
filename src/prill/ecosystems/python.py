"""Installed Python packages: core metadata, RECORD, conda's records (packaging.python.org, specifications)."""

import msgspec

from prill.errors import PrillError
from prill.model.license_expressions import stated_license
from prill.model.regex import regex
from prill.model.typed_json import decode_json
from prill.model.value import dataclass

__all__ = [
    "InvalidMetadata",
    "PythonMetadata",
    "normal_name",
    "parse_conda_record",
    "parse_metadata",
    "parse_record",
    "parse_requires",
    "requirement_name",
]

_MAX_FIELDS = 5000
_MAX_VALUE = 1000
_FIELD = regex(r"([A-Za-z][A-Za-z0-9-]*):[ \t]*(.*)")
_NAME = regex(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_RUNS = regex(r"[-_.]+")
_CLASSIFIER = "License :: OSI Approved :: "
_WANTED = frozenset(
    {
        "author",
        "author-email",
        "classifier",
        "home-page",
        "license",
        "license-expression",
        "name",
        "project-url",
        "requires-dist",
        "summary",
        "version",
    }
)


class InvalidMetadata(PrillError):
    """A Python package's metadata lacks a name or a version, or cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonMetadata:
    """What an installed package says of itself; ``requires`` are names without versions, those of extras left out."""

    name: str
    version: str
    licenses: str = ""
    summary: str = ""
    homepage: str = ""
    author: str = ""
    requires: tuple[str, ...] = ()


def parse_metadata(data: bytes) -> PythonMetadata:
    """Read ``METADATA`` or ``PKG-INFO``, up to the description; raise `InvalidMetadata`."""
    fields = _fields(data)
    name, version = _first(fields, "name"), _first(fields, "version")
    if not _NAME.fullmatch(name):
        raise InvalidMetadata(f"Python metadata names the package {name[:160]!r}")
    if not version or len(version) > _MAX_VALUE or any(map(str.isspace, version)):
        raise InvalidMetadata(f"Python metadata of {name[:160]!r} has the version {version[:160]!r}")
    return PythonMetadata(
        name=name,
        version=version,
        licenses=_licenses(fields),
        summary=_first(fields, "summary"),
        homepage=_first(fields, "home-page") or _homepage(fields.get("project-url", [])),
        author=_first(fields, "author") or _first(fields, "author-email"),
        requires=tuple(sorted({_needed(text) for text in fields.get("requires-dist", ())} - {""})),
    )


def requirement_name(text: str) -> str:
    """Return the name that a requirement (PEP 508) begins with, or nothing."""
    match = _NAME.match(text.strip())
    return match[0] if match else ""


def normal_name(name: str) -> str:
    """Return the one spelling of a project's name (packaging.python.org, "Package name normalization")."""
    return _RUNS.sub("-", name).lower()


def parse_record(data: bytes) -> tuple[str, ...]:
    """Return the paths of a wheel's RECORD, which are relative to the folder that holds the ``.dist-info``."""
    lines = data.decode("utf-8", "surrogateescape").splitlines()
    return tuple(filter(None, (_record_path(line) for line in lines)))


def parse_requires(data: bytes) -> tuple[str, ...]:
    """Return the names in an egg's ``requires.txt``, up to its first section, which is for an extra."""
    names = set()
    for line in data.decode("utf-8", "replace").splitlines():
        if line.startswith("["):
            break
        names.add(requirement_name(line))
    return tuple(sorted(names - {""}))


class _CondaJson(msgspec.Struct):
    name: str
    version: str
    build: str = ""
    channel: str = ""
    subdir: str = ""
    license: str | None = None
    url: str = ""
    sha256: str = ""
    depends: list[str] = []
    files: list[str] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class CondaRecord:
    """A file of ``conda-meta``; ``paths`` are relative to the environment, ``requires`` names without versions."""

    name: str
    version: str
    build: str = ""
    channel: str = ""
    subdir: str = ""
    licenses: str = ""
    sha256: str = ""
    requires: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


def parse_conda_record(data: bytes) -> CondaRecord:
    """Read a file of ``conda-meta``; raise `InvalidMetadata`."""
    read = decode_json(data, _CondaJson, InvalidMetadata, "not a record of conda's")
    return CondaRecord(
        name=read.name,
        version=read.version,
        build=read.build,
        channel=read.channel.rstrip("/").removesuffix(f"/{read.subdir}").rpartition("/")[2],
        subdir=read.subdir,
        licenses=stated_license(read.license or ""),
        sha256=read.sha256,
        requires=tuple(sorted({text.partition(" ")[0] for text in read.depends} - {""})),
        paths=tuple(read.files),
    )


def _fields(data: bytes) -> dict[str, list[str]]:
    """Return the header's fields by lower-case name; a field's continuation lines are joined by line feeds."""
    head = data.replace(b"\r\n", b"\n").lstrip(b"\xef\xbb\xbf\n").partition(b"\n\n")[0]
    fields: dict[str, list[str]] = {}
    current: list[str] | None = None
    for count, line in enumerate(head.decode("utf-8", "replace").split("\n")):
        if count > _MAX_FIELDS:
            break
        if line[:1] in (" ", "\t"):
            if current is not None:
                current[-1] = f"{current[-1]}\n{line.strip()}"
            continue
        match = _FIELD.match(line)
        current = None
        if match and match[1].lower() in _WANTED:
            current = fields.setdefault(match[1].lower(), [])
            current.append(match[2].strip())
    return fields


def _first(fields: dict[str, list[str]], name: str) -> str:
    value = fields.get(name, [""])[0]
    return "" if value == "UNKNOWN" else value[:_MAX_VALUE]


def _homepage(urls: list[str]) -> str:
    for url in urls:
        label, _, address = url.partition(",")
        if label.strip().lower() in ("homepage", "home", "home page"):
            return address.strip()[:_MAX_VALUE]
    return ""


def _licenses(fields: dict[str, list[str]]) -> str:
    """Return what the metadata states best: its expression, then one classifier, then the free text."""
    if found := stated_license(_first(fields, "license-expression")):
        return found
    classifiers = [text.removeprefix(_CLASSIFIER) for text in fields.get("classifier", ()) if _CLASSIFIER in text]
    stated = stated_license(fields.get("license", [""])[0])
    if stated and "LicenseRef" not in stated:
        return stated
    precise = [found for found in map(stated_license, classifiers) if found and "LicenseRef" not in found]
    if precise:
        return " AND ".join(sorted(set(precise)))
    return stated or next(filter(None, map(stated_license, classifiers)), "")


def _needed(text: str) -> str:
    requirement, _, marker = text.partition(";")
    return "" if "extra" in marker else requirement_name(requirement)


def _record_path(line: str) -> str:
    if line.startswith('"'):
        return line[1:].partition('",')[0].replace('""', '"')
    return line.split(",", 1)[0]
