"""What names a Java archive: Maven's ``pom.properties``, the manifest (JAR File Specification), the file's own name."""

import re
from collections.abc import Mapping

import msgspec

from prill.model.regex import regex

__all__ = [
    "Coordinates",
    "coordinates_of_path",
    "parse_gradle_lock",
    "parse_manifest",
    "parse_pom_properties",
    "split_file_name",
    "word",
]

_MAX_VALUE = 1000
_WORD = regex(r"[A-Za-z0-9_][A-Za-z0-9_.~+-]*")
_VERSION_START = regex(r"-(?=\d)")
_LATER_VERSION = regex(r"-(?!\d{8}\.\d{6}-\d)\d+\.\d")
_CLASSIFIER = regex(r"-(?:sources|javadoc|tests?|all|exec|shaded|jar-with-dependencies|(?:linux|osx|windows)-.*)$")
_DEBIAN_VERSION = regex(r"debian|(?:\d+\.)*x")
_OF_TESTS = regex(r"^test|Tests?(?=[A-Z]|$)")  # testRuntimeClasspath, integrationTest, but not latestRelease
_ESCAPE = regex(r"\\(u[0-9A-Fa-f]{4}|.)")


class Coordinates(msgspec.Struct, frozen=True, order=True):
    """A project's name in Maven's repositories; a part that is not known is empty."""

    group: str = ""
    artifact: str = ""
    version: str = ""


def parse_pom_properties(data: bytes) -> Coordinates:
    """Read ``pom.properties``; what is no coordinate, as an unfilled ``${version}``, is left empty."""
    found: dict[str, str] = {}
    for line in data.decode("latin-1").splitlines():
        name, separator, value = line.partition("=")
        if separator and not line.lstrip().startswith(("#", "!")):
            found.setdefault(name.strip(), _ESCAPE.sub(_unescaped, value.strip()))
    return Coordinates(*(word(found.get(name, "")) for name in ("groupId", "artifactId", "version")))


def word(text: str) -> str:
    """Return a group, artifact or version that can be one."""
    return text if len(text) <= _MAX_VALUE and _WORD.fullmatch(text) else ""


def parse_manifest(data: bytes) -> Mapping[str, str]:
    """Return the main section's attributes; a line that begins with a space goes on with the one before."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    main = text.partition("\n\n")[0]
    found: dict[str, str] = {}
    for line in main.replace("\n ", "").split("\n"):
        name, separator, value = line.partition(":")
        if separator:
            found.setdefault(name, value.strip()[:_MAX_VALUE])
    return found


def split_file_name(name: str) -> tuple[str, str]:
    """Return artifact and version of ``artifact-1.2.3.jar``; no version where the name has none.

    The version begins at the first hyphen before a digit behind which no dotted number follows: in
    ``log4j-1.2-api-2.20.0.jar`` it is ``2.20.0``.
    """
    stem = name.rpartition("/")[2].rpartition(".")[0]
    for match in _VERSION_START.finditer(stem):
        if match.start() and not _LATER_VERSION.search(stem, match.end()):
            return stem[: match.start()], _CLASSIFIER.sub("", stem[match.end() :])
    return stem, ""


def coordinates_of_path(path: str) -> Coordinates | None:
    """Return the coordinates of a file in a Maven repository or Gradle's cache of modules, or None elsewhere.

    Debian keeps every project a second time under a version that is none: ``debian``, ``3.x``.
    """
    _, gradle, inside = path.rpartition("files-2.1/")
    parts = inside.split("/")
    if gradle and len(parts) == 5:  # noqa: PLR2004 - group, artifact, version, hash, file
        return Coordinates(*parts[:3])
    for root in ("maven-repo/", ".m2/repository/"):
        _, found, inside = path.rpartition(root)
        parts = inside.split("/")
        if found and len(parts) > 3:  # noqa: PLR2004 - group's parts, artifact, version, file
            *group, artifact, version, name = parts
            if _DEBIAN_VERSION.fullmatch(version):
                return None
            if name.rpartition(".")[0] == f"{artifact}-{version}":
                return Coordinates(".".join(group), artifact, version)
    return None


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1][1:], 16)) if len(match[1]) > 1 else match[1]


def parse_gradle_lock(data: bytes) -> tuple[Coordinates, ...]:
    """Read ``gradle.lockfile``, lines of ``group:artifact:version=configurations``; what only tests use is left out."""
    found = []
    for line in data.decode("utf-8", "replace").splitlines():
        named, _, configurations = line.partition("=")
        parts = [word(part) for part in named.split(":")]
        if len(parts) == 3 and all(parts) and any(not _OF_TESTS.search(one) for one in configurations.split(",")):  # noqa: PLR2004
            found.append(Coordinates(*parts))
    return tuple(sorted(set(found)))
