"""One binary package as an archive's index describes it."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from prill.distro.deb.control import parse_paragraph
from prill.distro.deb.relations import Group, InvalidRelation, parse_relations
from prill.distro.deb.version import InvalidVersion, sort_key
from prill.errors import PrillError
from prill.model.value import dataclass, field

__all__ = ["InvalidPackageRecord", "PackageRecord"]

_MAX_SIZE = 1 << 40
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._-]*")
_WORD = re.compile(r"[a-z0-9-]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PATH_PART = re.compile(r"(?!\.\.?\Z)[A-Za-z0-9%+,.:=@_~-]+")
_SOURCE = re.compile(r"(\S+)(?:\s*\(([^()\s]+)\))?")


class InvalidPackageRecord(PrillError):
    """A stanza of an index lacks something or says what cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageRecord:
    """A stanza of a ``Packages`` file. ``filename`` is the path below the archive's root, ``sha256`` in hex.

    ``fields`` is the whole stanza as read; relations are parsed when they are asked for.
    """

    name: str
    version: str
    architecture: str
    source_name: str
    source_version: str
    filename: str
    size: int
    sha256: str
    essential: bool
    important: bool
    multi_arch: str
    priority: str
    section: str
    pocket: str
    fields: Mapping[str, str] = field(repr=False, compare=False)

    @classmethod
    def parse(cls, stanza: bytes, *, pocket: str) -> "PackageRecord":
        """Read one stanza; raise `InvalidPackageRecord` or `InvalidControlFile`."""
        fields = parse_paragraph(stanza)
        get = fields.get
        name, version = get("Package", ""), get("Version", "")
        source = _SOURCE.fullmatch(get("Source") or name)
        if source is None:
            raise InvalidPackageRecord(f"package {name[:80]!r} in {pocket}: Source is {get('Source', '')[:160]!r}")
        checks = (
            ("Package", _NAME.fullmatch(name)),
            ("Architecture", _WORD.fullmatch(get("Architecture", ""))),
            ("Filename", all(map(_PATH_PART.fullmatch, get("Filename", "").split("/")))),
            ("Size", (size := get("Size", "")).isdecimal() and len(size) < 14 and int(size) <= _MAX_SIZE),  # noqa: PLR2004
            ("SHA256", _SHA256.fullmatch(get("SHA256", ""))),
        )
        for label, good in checks:
            if not good:
                raise InvalidPackageRecord(f"package {name[:80]!r} in {pocket}: {label} is {get(label, '')[:160]!r}")
        try:
            sort_key(version)
        except InvalidVersion as error:
            raise InvalidPackageRecord(f"package {name[:80]!r} in {pocket}: {error}", hint=error.hint) from error
        return cls(
            name=name,
            version=version,
            architecture=fields["Architecture"],
            source_name=source[1],
            source_version=source[2] or version,
            filename=fields["Filename"],
            size=int(size),
            sha256=fields["SHA256"],
            essential=get("Essential") == "yes",
            important="yes" in (get("Important"), get("Protected")),
            multi_arch=get("Multi-Arch", "no"),
            priority=get("Priority", ""),
            section=get("Section", ""),
            pocket=pocket,
            fields=MappingProxyType(fields),
        )

    @property
    def depends(self) -> tuple[Group, ...]:
        """What must be configured first."""
        return self.relations("Depends")

    @property
    def recommends(self) -> tuple[Group, ...]:
        """What would usually be installed too; the resolver never follows it."""
        return self.relations("Recommends")

    @property
    def conflicts(self) -> tuple[Group, ...]:
        """What may not be unpacked at the same time."""
        return self.relations("Conflicts")

    @property
    def breaks(self) -> tuple[Group, ...]:
        """What may not be configured at the same time."""
        return self.relations("Breaks")

    @property
    def replaces(self) -> tuple[Group, ...]:
        """Whose files this package may overwrite."""
        return self.relations("Replaces")

    @property
    def provides(self) -> tuple[Group, ...]:
        """Under which names, and with ``=`` in which version, this package also answers."""
        return self.relations("Provides")

    def relations(self, name: str) -> tuple[Group, ...]:
        """Parse the relation field ``name``; raise `InvalidPackageRecord`."""
        text = self.fields.get(name)
        if not text:
            return ()
        try:
            return parse_relations(text)
        except (InvalidRelation, InvalidVersion) as error:
            package = f"package {self.name} {self.version} in {self.pocket}"
            raise InvalidPackageRecord(f"{package}: {name}: {error}") from error
