"""R's packages: ``DESCRIPTION`` ("Writing R Extensions", 1.1.1), and ``renv.lock`` (rstudio.github.io/renv)."""

import msgspec

from prill.ecosystems.locked import InvalidLockFile, Locked, LockFile
from prill.errors import PrillError
from prill.model.license_expressions import either_license, stated_license
from prill.model.regex import regex
from prill.model.typed_json import decode_json
from prill.model.value import dataclass

__all__ = ["InvalidDescription", "RPackage", "parse_description", "parse_renv_lock"]

_MAX_VALUE = 1000
_FIELD = regex(r"([A-Za-z@][A-Za-z0-9@._/-]*):[ \t]*(.*)")
_NAME = regex(r"[A-Za-z][A-Za-z0-9.]*")
_VERSION = regex(r"[0-9]+(?:[.-][0-9]+)+")
_ADDRESS = regex(r"https?://[^\s,<>]+")
_BY_R = "Part of R"
# What R's own short names for licences say (share/licenses/license.db), where a version follows.
_VERSIONED = regex(r"(GPL|LGPL|AGPL)(?:-| ?\()? ?(>=|==)? ?([0-9](?:\.[0-9])?)\)?")
_NAMES = {"apache license 2.0": "Apache-2.0", "bsd_2_clause": "BSD-2-Clause", "bsd_3_clause": "BSD-3-Clause",
          "artistic-2.0": "Artistic-2.0", "mpl-2.0": "MPL-2.0", "cc0": "CC0-1.0"}  # fmt: skip


class InvalidDescription(PrillError):
    """A ``DESCRIPTION`` names no package, or no version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RPackage:
    """A package that was installed; ``requires`` are names."""

    name: str
    version: str
    licenses: str = ""
    summary: str = ""
    homepage: str = ""
    author: str = ""
    requires: tuple[str, ...] = ()


def parse_description(data: bytes) -> RPackage | None:
    """Read a ``DESCRIPTION``; None where nothing was installed by it, as R notes in ``Built``.

    Raise `InvalidDescription`.
    """
    fields = _fields(data)
    if "Built" not in fields:
        return None
    name, version = fields.get("Package", ""), fields.get("Version", "")
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
        raise InvalidDescription(f"a DESCRIPTION of the package {name[:80]!r} in version {version[:80]!r}")
    address = _ADDRESS.match(fields.get("URL", ""))
    wanted = ",".join(fields.get(field, "") for field in ("Depends", "Imports", "LinkingTo")).split(",")
    return RPackage(
        name=name,
        version=version,
        licenses=_licenses(fields.get("License", "")),
        summary=fields.get("Title", ""),
        homepage=address[0] if address else "",
        author=fields.get("Maintainer", ""),
        requires=tuple(sorted({match[0] for one in wanted if (match := _NAME.match(one.strip()))} - {"R"})),
    )


def _fields(data: bytes) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in data.decode("utf-8", "replace").splitlines():
        if match := _FIELD.match(line):
            name = match[1]
            fields[name] = match[2].strip()[:_MAX_VALUE]
        elif name and line[:1] in (" ", "\t"):
            fields[name] = f"{fields[name]} {line.strip()}"[:_MAX_VALUE]
    return fields


def _licenses(text: str) -> str:
    """Return what R's own notation states: choices between bars, a file beside, and versions in parentheses."""
    if text.startswith(_BY_R):
        return ""
    choices = [one.partition("+ file")[0].strip() for one in text.split("|")]
    return either_license(_license(one) for one in choices if not one.startswith("file "))


def _license(text: str) -> str:
    if match := _VERSIONED.fullmatch(text):
        version = match[3] if "." in match[3] else f"{match[3]}.0"
        return f"{match[1]}-{version}-{'or-later' if match[2] == '>=' else 'only'}"
    return _NAMES.get(text.lower().replace("licence", "license").replace("(== 2.0)", "2.0")) or stated_license(text)


class _Package(msgspec.Struct, rename="pascal"):
    package: str
    version: str = ""
    source: str = ""
    requirements: list[str] = []


class _Renv(msgspec.Struct, rename="pascal"):
    packages: dict[str, _Package]


def parse_renv_lock(data: bytes) -> LockFile:
    """Read ``renv.lock``; what does not come from a repository like CRAN is unclear. Raise `InvalidLockFile`."""
    found = decode_json(data, _Renv, InvalidLockFile, "not a renv.lock").packages.values()
    listed = [one for one in found if one.source == "Repository" and one.version]
    names = {one.package for one in listed}
    return LockFile(
        packages=tuple(
            Locked(name=one.package, version=one.version, requires=tuple(sorted(set(one.requirements) & names)))
            for one in sorted(listed, key=lambda one: (one.package, one.version))
        ),
        unclear=tuple(sorted({one.package for one in found} - names)),
    )
