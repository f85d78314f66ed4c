"""Language runtimes, their versions and until when these are looked after.

A package says best which version it is; then what a runtime's own files say; then the name of a program. What one
programming language's programs were built with counts as one, too: Go links its runtime in.
"""

import re
from collections.abc import Iterator

from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.inspection.readers.releases import RELEASES
from prill.inspection.supported import support_of
from prill.model import Location, Package
from prill.model.fact_values import Runtime
from prill.model.facts import Fact
from prill.model.regex import regex

__all__ = ["RUNTIMES"]

_SYSTEM = ("pkg:deb/", "pkg:apk/", "pkg:rpm/", "pkg:alpm/")
_PACKAGES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("python", re.compile(r"(?:lib)?python(?P<v>3\.\d+)(?:-minimal|-stdlib|-libs|-base)?|python3?(?:-minimal)?")),
    ("nodejs", re.compile(r"nodejs(?:-(?P<v>\d+))?|nodejs-current")),
    (
        "openjdk",
        re.compile(
            r"(?:openjdk|temurin|java|zulu|corretto)-?(?P<v>\d+)?[a-z.\d-]*-(?:jre|jdk)[a-z-]*|openjdk\d+(?:-jre|-jdk)[a-z-]*"
        ),
    ),
    ("ruby", re.compile(r"ruby(?P<v>\d\.\d)|ruby|ruby-libs")),
    ("php", re.compile(r"php(?P<v>\d\.\d)-(?:cli|fpm)|php\d{2}|php-cli")),
    ("perl", re.compile(r"perl|perl-base|perl-interpreter")),
    ("dotnet", re.compile(r"dotnet-runtime-(?P<v>\d+\.\d+)|dotnet\d+-runtime")),
    ("go", re.compile(r"golang-(?P<v>1\.\d+)-go|go|golang")),
)
_GENERIC = {
    "node": "nodejs", "nodejs": "nodejs", "python": "python", "openjdk": "openjdk", "java": "openjdk", "jdk": "openjdk",
    "jre": "openjdk", "ruby": "ruby", "php": "php", "php-cli": "php", "perl": "perl", "go": "go", "golang": "go",
    "dotnet": "dotnet", "deno": "deno", "bun": "bun",
}  # fmt: skip
_BY_PATH: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("python", re.compile(r"(?:.*/)?s?bin/python(\d\.\d+)")),
    ("dotnet", re.compile(r"(?:.*/)?shared/Microsoft\.NETCore\.App/(\d+\.\d+\.\d+)/System\.Private\.CoreLib\.dll")),
    ("ruby", re.compile(r"(?:.*/)?bin/ruby(\d\.\d)")),
    ("php", re.compile(r"(?:.*/)?bin/php(\d\.\d)")),
)
_UPSTREAM = regex(r"(?:\d+:)?v?(\d+(?:\.\d+)*(?:\+\d+)?)")


def _find(image: Inspected) -> Iterator[Fact]:
    found: dict[tuple[str, str], tuple[str, list[Location]]] = {}
    for package in image.sbom.packages:
        name = _runtime_of(package)
        upstream = _UPSTREAM.match(package.version) if name else None
        if name and upstream:
            _, places = found.setdefault((name, upstream[1]), (package.purl, []))
            places += package.locations
    for seen in image.seen(RELEASES):
        _add(found, seen.evidence.name, seen.evidence.version, seen.location)
    for stat in image.files:
        if "bin/" not in stat.path and not stat.path.endswith(".dll"):
            continue
        for name, pattern in _BY_PATH:
            if match := pattern.fullmatch(stat.path):
                _add(found, name, match[1], image.at(stat.path))
    for (name, version), (purl, places) in sorted(found.items()):
        value = Runtime(
            name=name, version=version, built_with=False, package=purl, support=support_of(name, version, image.day)
        )
        yield Fact(id="runtimes", value=value, evidence=tuple(sorted(set(places))))
    yield from _built_with_go(image)


def _runtime_of(package: Package) -> str:
    if package.purl.startswith("pkg:generic/"):
        return _GENERIC.get(package.name, "")
    if not package.purl.startswith(_SYSTEM):
        return ""
    return next((name for name, pattern in _PACKAGES if pattern.fullmatch(package.name)), "")


def _add(found: dict[tuple[str, str], tuple[str, list[Location]]], name: str, version: str, place: Location) -> None:
    """Add what is not known more exactly already: ``3.11`` is the same as ``3.11.2``."""
    for (known, full), (_, places) in found.items():
        if known == name and (full == version or full.startswith((f"{version}.", f"{version}+"))):
            places.append(place)
            return
    found[name, version] = ("", [place])


def _built_with_go(image: Inspected) -> Iterator[Fact]:
    """Yield the releases of Go that programs were built with: the catalogers call them ``stdlib``."""
    for package in image.sbom.packages:
        if package.purl.startswith("pkg:golang/stdlib@"):
            version = package.version.removeprefix("go").removeprefix("v")
            value = Runtime(
                name="go",
                version=version,
                built_with=True,
                package=package.purl,
                support=support_of("go", version, image.day),
            )
            yield Fact(id="runtimes", value=value, evidence=package.locations)


RUNTIMES = FactPlugin(id="runtimes", find=_find)
