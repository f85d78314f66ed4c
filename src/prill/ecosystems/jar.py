"""Java archives, and those inside them: jar, war, ear and what else is a jar by another name.

An archive is a part; so is each project whose classes were put into it (shaded), and each archive inside it. Nothing is
unpacked to disk. What is inside and cannot be read is a fault, which hides nothing else.
"""

import re
from collections.abc import Mapping
from typing import BinaryIO

from msgspec.structs import replace

from prill.archive.bounds import Limits, TooDeep, TooManyEntries
from prill.archive.zip import ZipArchive, ZipEntry
from prill.archive.zip_streams import Budget
from prill.ecosystems.jar_identity import choose, guess
from prill.ecosystems.jar_parts import Jar, JarPart
from prill.ecosystems.java_licenses import bundle_license
from prill.ecosystems.maven import Coordinates, coordinates_of_path, parse_manifest, parse_pom_properties, word
from prill.ecosystems.maven_pom import Pom, parse_pom
from prill.errors import PrillError
from prill.model.value import dataclass, field

__all__ = ["read_jar"]

_LIMITS = Limits(max_total_size=2 << 30, ratio_floor=16 << 20)
_MAX_NESTING = 10
_MAX_ARCHIVES = 10_000
_MAX_PROJECTS = 5000
_MAX_FAULTS = 20
_MAX_MANIFEST = 64 << 10
_MAX_PROPERTIES = 64 << 10
_MAX_POM = 4 << 20
_MANIFEST = "META-INF/MANIFEST.MF"
_WANTED = re.compile(
    rb"META-INF/MANIFEST\.MF|META-INF/maven/[^/]+/[^/]+/pom\.(?:properties|xml)|[^\0]+\.(?:[jwehs]ar|[hj]pi|[pn]ar|[JWE]AR)",
    re.DOTALL,
)


def read_jar(stream: BinaryIO, size: int, path: str) -> Jar:
    """Read the archive at ``path``; raise a `PrillError` where it is no zip archive."""
    walk = _Walk()
    with ZipArchive(stream, size, limits=_LIMITS, budget=walk.budget) as archive:
        walk.read(archive, path, "", -1)
    return Jar(tuple(walk.parts), tuple(walk.faults))


@dataclass(slots=True)
class _Walk:
    budget: Budget = field(default_factory=lambda: Budget(_LIMITS.max_total_size))
    parts: list[JarPart] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    archives: int = 0

    def read(self, archive: ZipArchive, path: str, place: str, inside: int) -> None:
        """Add the parts of one archive, and of those inside it."""
        self.archives += 1
        entries = list(archive.find(_WANTED))
        projects, manifest = self._projects(archive, entries, place)
        number = len(self.parts)
        own = coordinates_of_path(path) or choose(path, manifest, list(projects))
        guessed = own is None
        own = own or guess(path, manifest, archive)
        self.parts.append(replace(_part(own, projects.get(own), manifest), place=place, inside=inside, guessed=guessed))
        for one, pom in projects.items():
            if one != own and one.artifact:
                self.parts.append(replace(_part(one, pom, {}), place=place, inside=number))
        nested = [
            entry for entry in entries if not entry.name.startswith("META-INF/maven/") and entry.name != _MANIFEST
        ]
        for entry in sorted(nested, key=lambda one: one.header):
            self._nested(archive, entry, place, number)

    def _nested(self, archive: ZipArchive, entry: ZipEntry, place: str, number: int) -> None:
        place = f"{place}!/{entry.name}" if place else entry.name
        if self.budget.spent or len(self.faults) >= _MAX_FAULTS or not entry.size:
            return
        try:
            if place.count("!/") >= _MAX_NESTING:
                raise TooDeep(f"archives inside each other are read {_MAX_NESTING} deep")
            if self.archives >= _MAX_ARCHIVES:
                raise TooManyEntries(f"of the archives inside one, {_MAX_ARCHIVES} are read")
            with (
                archive.open(entry) as stream,
                ZipArchive(stream, entry.size, limits=_LIMITS, budget=self.budget) as inner,
            ):
                self.read(inner, entry.name, place, number)
        except PrillError as error:
            self.fault(place, error)

    def fault(self, place: str, error: PrillError) -> None:
        if len(self.faults) < _MAX_FAULTS:
            self.faults.append(f"{place}: {error}")

    def _projects(
        self, archive: ZipArchive, entries: list[ZipEntry], place: str
    ) -> tuple[dict[Coordinates, Pom | None], Mapping[str, str]]:
        """Return the projects that Maven wrote the coordinates of into an archive, and its manifest."""
        properties: dict[str, Coordinates] = {}
        poms: dict[str, Pom] = {}
        manifest: Mapping[str, str] = {}
        for entry in entries[:_MAX_PROJECTS]:
            folder, _, name = entry.name.rpartition("/")
            try:
                if entry.name == _MANIFEST:
                    manifest = parse_manifest(archive.head(entry, _MAX_MANIFEST))
                elif name == "pom.properties" and folder.startswith("META-INF/maven/"):
                    properties[folder] = parse_pom_properties(archive.read(entry, _MAX_PROPERTIES))
                elif name == "pom.xml" and folder.startswith("META-INF/maven/"):
                    poms[folder] = parse_pom(archive.read(entry, _MAX_POM))
            except PrillError as error:
                self.fault(f"{place}!/{entry.name}" if place else entry.name, error)
        found: dict[Coordinates, Pom | None] = {}
        for folder in sorted(properties.keys() | poms.keys()):
            pom = poms.get(folder)
            named = properties.get(folder, Coordinates())
            if pom is not None:
                stated = (word(pom.group), word(pom.artifact), word(pom.version))
                named = Coordinates(named.group or stated[0], named.artifact or stated[1], named.version or stated[2])
            found[named] = pom
        return found, manifest


def _part(own: Coordinates, pom: Pom | None, manifest: Mapping[str, str]) -> JarPart:
    part = JarPart(group=own.group, artifact=own.artifact, version=own.version)
    stated = bundle_license(manifest.get("Bundle-License", ""))
    homepage = manifest.get("Bundle-DocURL", "")
    if pom is None:
        return replace(part, licenses=stated, homepage=homepage)
    return replace(
        part,
        licenses=pom.licenses or stated,
        summary=pom.summary,
        homepage=pom.homepage or homepage,
        requires=pom.requires,
    )
