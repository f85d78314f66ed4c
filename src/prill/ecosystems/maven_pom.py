"""Maven's project files (maven.apache.org/pom.html): a project's coordinates, licences and what it needs.

Read with expat, element by element. A document type declaration, which could define entities that grow, is refused.
"""

from collections.abc import Mapping

import msgspec

from prill.ecosystems.java_licenses import java_license
from prill.ecosystems.maven_project import PomDependency, PomProject, fill
from prill.errors import PrillError
from prill.model.license_expressions import either_license
from prill.model.value import dataclass, field

__all__ = ["InvalidPom", "Pom", "parse_pom", "parse_project"]

_MAX_DEPTH = 100
_MAX_ELEMENTS = 200_000
_MAX_TEXT = 1000
_MAX_LICENSES = 20
_WANTED = frozenset(
    ["groupId", "artifactId", "version", "description", "url"]
    + [f"parent/{name}" for name in ("groupId", "artifactId", "version", "relativePath")]
)


class InvalidPom(PrillError):
    """A ``pom.xml`` cannot be read."""


class Pom(msgspec.Struct, frozen=True, kw_only=True):
    """What a project file says, its own properties filled in.

    ``requires`` are the ``group:artifact`` of what is needed to run it.
    """

    group: str = ""
    artifact: str = ""
    version: str = ""
    licenses: str = ""
    summary: str = ""
    homepage: str = ""
    requires: tuple[str, ...] = ()


def parse_pom(data: bytes) -> Pom:
    """Read a ``pom.xml``; raise `InvalidPom`."""
    return _read(data).pom()


def parse_project(data: bytes) -> PomProject:
    """Return what a ``pom.xml`` says of its project, nothing filled in; raise `InvalidPom`."""
    return _read(data).project()


def _read(data: bytes) -> "_Reader":
    from xml.parsers import expat  # noqa: PLC0415 - heavy; a document type, by which XML attacks, is refused

    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat's own: this is all of it
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise InvalidPom(f"not a pom.xml: {error}") from error
    if reader.root != "project":
        raise InvalidPom(f"not a pom.xml: the document is a {reader.root[:160]!r}")
    return reader


@dataclass(slots=True)
class _Reader:
    root: str = ""
    path: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    licenses: list[dict[str, str]] = field(default_factory=list)
    dependencies: list[dict[str, str]] = field(default_factory=list)
    managed: list[dict[str, str]] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    elements: int = 0

    def start(self, name: str, _attributes: Mapping[str, str]) -> None:
        self.elements += 1
        if len(self.path) > _MAX_DEPTH or self.elements > _MAX_ELEMENTS:
            raise InvalidPom(f"a pom.xml with {self.elements} elements, {len(self.path)} deep")
        name = name.rpartition(" ")[2]
        if self.path:
            self.path.append(name)
        else:
            self.root = name
            self.path.append("")
        self.pieces.clear()
        match self.path:
            case [_, "licenses", "license"]:
                self.licenses.append({})
            case [_, "dependencies", "dependency"]:
                self.dependencies.append({})
            case [_, "dependencyManagement", "dependencies", "dependency"]:
                self.managed.append({})

    def text(self, text: str) -> None:
        if len(self.path) > 1:
            self.pieces.append(text)

    def doctype(self, *_: object) -> None:
        raise InvalidPom("a pom.xml with a document type declaration", hint="Maven writes none; nothing of it was read")

    def end(self, _name: str) -> None:
        text = "".join(self.pieces).strip()[:_MAX_TEXT]
        self.pieces.clear()
        match self.path:
            case [_, "licenses", "license", ("name" | "url") as name]:
                self.licenses[-1][name] = text
            case [_, "dependencies", "dependency", name]:
                self.dependencies[-1][name] = text
            case [_, "dependencyManagement", "dependencies", "dependency", name]:
                self.managed[-1][name] = text
            case [_, "properties", name]:
                self.properties[name] = text
            case [_, *parts] if (joined := "/".join(parts)) in _WANTED:
                self.fields.setdefault(joined, text)
        self.path.pop()

    def pom(self) -> Pom:
        found = {name: self._filled(value) for name, value in self.fields.items()}
        group = found.get("groupId") or found.get("parent/groupId", "")
        licenses = [java_license(one.get("name", ""), one.get("url", "")) for one in self.licenses[:_MAX_LICENSES]]
        return Pom(
            group=group,
            artifact=found.get("artifactId", ""),
            version=found.get("version") or found.get("parent/version", ""),
            licenses=either_license(licenses),
            summary=" ".join(found.get("description", "").split()),
            homepage=found.get("url", ""),
            requires=tuple(sorted(filter(None, {self._needed(_dependency(one)) for one in self.dependencies}))),
        )

    def project(self) -> PomProject:
        return PomProject(
            fields={name: text for name, text in self.fields.items() if name not in ("description", "url")},
            properties=self.properties,
            dependencies=tuple(map(_dependency, self.dependencies)),
            managed=tuple(map(_dependency, self.managed)),
        )

    def _needed(self, one: PomDependency) -> str:
        return f"{self._filled(one.group)}:{self._filled(one.artifact)}" if one.runs else ""

    def _filled(self, text: str) -> str:
        return fill(text, self.properties, self.fields)


def _dependency(one: Mapping[str, str]) -> PomDependency:
    return PomDependency(
        group=one.get("groupId", ""),
        artifact=one.get("artifactId", ""),
        version=one.get("version", ""),
        scope=one.get("scope", ""),
        optional=one.get("optional", ""),
    )
