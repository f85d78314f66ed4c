"""Java archives, those inside them, and the runtime: jar, war, ear; ``release``; Debian's repository of Maven projects.

A jar that Debian made often does not say which project it is. ``/usr/share/maven-repo/GROUP/ARTIFACT/VERSION/`` does,
by a project file and a link to the jar.
"""

import hashlib
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from msgspec.structs import replace

from prill.archive.bounds import FileTooLarge
from prill.ecosystems.jar_parts import JarPart
from prill.ecosystems.java_runtime import JavaRuntime, parse_release
from prill.ecosystems.maven import coordinates_of_path
from prill.ecosystems.maven_pom import Pom, parse_pom
from prill.model import (
    Digest,
    FileKind,
    FileTree,
    Gap,
    LanguageDetails,
    Location,
    Package,
    Relationship,
    RelationshipKind,
)
from prill.model.purl_value import build_purl
from prill.sbom.cataloger import Catalogued, Evidence, FoundFile, Seen, Surroundings, read_bounded
from prill.sbom.ownership import SYSTEM_PURLS, owners_among

__all__ = ["JAVA", "JavaCataloger", "JavaEvidence"]

_ALWAYS = ("jar", "war", "ear")
_SOMETIMES = ("sar", "par", "nar", "hpi", "jpi", "har", *(one.upper() for one in _ALWAYS))
_MAX_ARCHIVE = 4 << 30
_MAX_DIGESTED = 256 << 20
_PIECE = 1 << 20
_MAX_POM = 4 << 20
_MAX_RELEASE = 64 << 10
_MAX_LINKS = 5
_NO_NAME = "a jar without coordinates"
_NO_GROUP = "a jar whose Maven group is not known, so that no advisory can name it"
_RUNTIMES_OWN = "/lib/jrt-fs.jar"
"""A part of every runtime, which has no life of its own."""


class JavaEvidence(Evidence, frozen=True):
    """An archive's parts and its digest, a project file of Debian's repository, or a runtime."""

    parts: tuple[JarPart, ...] = ()
    faults: tuple[str, ...] = ()
    pom: Pom | None = None
    runtime: JavaRuntime | None = None
    sha256: str = ""


class JavaCataloger:
    """Reads archives; names them by Debian's repository where they do not name themselves."""

    id = "java"
    version = 7
    patterns = (
        *(f"**/*.{ending}" for ending in (*_ALWAYS, *_SOMETIMES)),
        "usr/share/maven-repo/**/*.pom",
        "**/release",
    )
    programs = False
    evidence = JavaEvidence

    def read(self, file: FoundFile) -> JavaEvidence | None:
        """Read one file; raise a `PrillError` where an archive or a project file cannot be read."""
        name = posixpath.basename(file.path)
        if name == "release":
            runtime = parse_release(read_bounded(file)) if file.stat.size <= _MAX_RELEASE else None
            return JavaEvidence(runtime=runtime) if runtime else None
        if name.endswith(".pom"):
            if coordinates_of_path(file.path) is None:
                return None
            return JavaEvidence(pom=parse_pom(read_bounded(file, _MAX_POM)))
        return _archive(file)

    def catalog(self, seen: Sequence[Seen[JavaEvidence]], image: Surroundings) -> Catalogued:
        """Return every project whose version is known, what contains it, and what it needs; the others are gaps."""
        projects = dict(_registered(seen, image.tree))
        owners = owners_among([one.path for one in seen if one.evidence.parts], image.owned, image.tree)
        runtimes = {posixpath.dirname(one.path) for one in seen if one.evidence.runtime}
        packages = [_runtime(one.evidence.runtime, one.location) for one in seen if one.evidence.runtime]
        gaps: set[Gap] = set()
        relationships: set[Relationship] = set()
        known: dict[str, dict[str, str]] = {}
        needs: list[tuple[str, str, tuple[str, ...]]] = []
        for one in seen:
            if one.path.endswith(_RUNTIMES_OWN) and one.path.removesuffix(_RUNTIMES_OWN) in runtimes:
                continue
            gaps.update(Gap(f"/{one.path}", f"{self.id}: {fault}") for fault in one.evidence.faults)
            parts = _named(one, projects)
            purls = [_purl(part) for part in parts]
            looked_after = owners.get(one.path, "").startswith(SYSTEM_PURLS)
            for part, purl in zip(parts, purls, strict=True):
                if not (looked_after or (purl and part.group)):
                    gaps.add(Gap(f"/{_place(one.path, part)}", f"{self.id}: {_NO_GROUP if purl else _NO_NAME}"))
                if not purl:
                    continue
                packages.append(_package(part, purl, one, projects))
                known.setdefault(f"{part.group}:{part.artifact}", {})[one.path] = purl
                needs.append((one.path, purl, part.requires))
                if around := _around(part, parts, purls):
                    relationships.add(Relationship(around, purl, RelationshipKind.CONTAINS))
        for path, purl, names in needs:
            relationships |= {Relationship(purl, _needed(path, known[name])) for name in names if name in known}
        return Catalogued(
            packages=tuple(packages),
            relationships=tuple(sorted(each for each in relationships if each.other not in ("", each.purl))),
            gaps=tuple(sorted(gaps)),
        )


JAVA = JavaCataloger()


def _archive(file: FoundFile) -> JavaEvidence | None:
    from prill.ecosystems.jar import read_jar  # noqa: PLC0415 - few images have such a file

    if file.stat.size > _MAX_ARCHIVE:
        raise FileTooLarge(f"{file.path!r} has {file.stat.size} bytes, {_MAX_ARCHIVE} are read at most")
    with file.open() as stream:
        if not file.path.endswith(_ALWAYS) and stream.read(2) != b"PK":
            return None
        jar = read_jar(stream, file.stat.size, file.path)
        digest = _digest(stream) if jar.parts and file.stat.size <= _MAX_DIGESTED else ""
    return JavaEvidence(parts=jar.parts, faults=jar.faults, sha256=digest)


def _digest(stream: BinaryIO) -> str:
    stream.seek(0)
    running = hashlib.sha256()
    while piece := stream.read(_PIECE):
        running.update(piece)
    return running.hexdigest()


def _registered(seen: Sequence[Seen[JavaEvidence]], tree: FileTree) -> Iterator[tuple[str, Seen[JavaEvidence]]]:
    """Yield, for each jar that a project file in Debian's repository stands beside, where it is, and the file.

    Of several for one jar the first counts; so they come in reverse.
    """
    for one in reversed(seen):
        if one.evidence.pom is not None:
            path = f"{one.path.removesuffix('.pom')}.jar"
            for _ in range(_MAX_LINKS):
                stat = tree.stat(path)
                if stat is None or stat.kind is not FileKind.SYMLINK:
                    break
                path = posixpath.normpath(posixpath.join(posixpath.dirname(path), stat.link)).strip("/")
            yield path, one


def _named(one: Seen[JavaEvidence], projects: Mapping[str, Seen[JavaEvidence]]) -> tuple[JarPart, ...]:
    parts = one.evidence.parts
    project = projects.get(one.path)
    if not parts or project is None or project.evidence.pom is None:
        return parts
    first, pom = parts[0], project.evidence.pom
    named = coordinates_of_path(project.path) if first.guessed else None
    if named is not None:
        first = replace(first, group=named.group, artifact=named.artifact, version=named.version)
    first = replace(
        first,
        licenses=first.licenses or pom.licenses,
        summary=first.summary or pom.summary,
        homepage=first.homepage or pom.homepage,
        requires=first.requires or pom.requires,
    )
    return (first, *parts[1:])


def _purl(part: JarPart) -> str:
    if not part.artifact or not part.version:
        return ""
    return build_purl(type="maven", namespace=part.group, name=part.artifact, version=part.version)


def _place(path: str, part: JarPart) -> str:
    return f"{path}!/{part.place}" if part.place else path


def _package(part: JarPart, purl: str, one: Seen[JavaEvidence], projects: Mapping[str, Seen[JavaEvidence]]) -> Package:
    locations = [Location(_place(one.path, part), one.location.layer)]
    own = one.evidence.sha256 if not part.place and part.inside < 0 else ""
    if part.inside < 0 and one.path in projects:
        locations.append(projects[one.path].location)
    return Package(
        name=part.artifact,
        version=part.version,
        purl=purl,
        found_by=JavaCataloger.id,
        details=LanguageDetails(
            homepage=part.homepage, summary=part.summary, digest=Digest("sha256", own) if own else None
        ),
        licenses=part.licenses,
        locations=tuple(locations),
    )


def _runtime(runtime: JavaRuntime, location: Location) -> Package:
    return Package(
        name=runtime.name,
        version=runtime.version,
        purl=build_purl(type="generic", name=runtime.name, version=runtime.version),
        found_by=JavaCataloger.id,
        details=LanguageDetails(author=runtime.implementor),
        locations=(location,),
    )


def _around(part: JarPart, parts: Sequence[JarPart], purls: Sequence[str]) -> str:
    """Return the purl of what a part is inside of; of an archive without coordinates, what that one is inside of."""
    number = part.inside
    while number >= 0:
        if purls[number]:
            return purls[number]
        number = parts[number].inside
    return ""


def _needed(path: str, places: Mapping[str, str]) -> str:
    """Choose between the versions of a project in an image: the same archive's, the same folder's, or the only one."""
    folder = posixpath.dirname(path)
    beside = {purl for place, purl in places.items() if posixpath.dirname(place) == folder}
    candidates = {places[path]} if path in places else beside or set(places.values())
    return candidates.pop() if len(candidates) == 1 else ""
