"""Go modules, by the build information in programs."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from prill.binaries.sections import GO_SECTION
from prill.ecosystems.go import STDLIB, TOOLCHAIN, development_version, is_folder, stated_version, stdlib_version
from prill.model import LanguageDetails, Location, Package, Relationship
from prill.model.purl_value import build_purl
from prill.sbom.cataloger import Catalogued, Evidence, FoundFile, Seen, Surroundings
from prill.sbom.elf_magic import elf_of

if TYPE_CHECKING:
    from prill.binaries.go_build_info import GoBuildInfo, GoModule

__all__ = ["GO", "GoCataloger", "GoEvidence"]


_DEVELOPMENT = ("", "(devel)")
"""What Go notes of a main module that was built from a work tree."""
_OF_GO = "cmd/"
"""How the paths of Go's own programs begin."""


class GoEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A module by the path and version it was built as."""

    path: str
    version: str


class GoEvidence(Evidence, frozen=True):
    """A program: Go's version, its own module, and those it was built from."""

    stdlib: str
    main: GoEntry | None = None
    modules: tuple[GoEntry, ...] = ()


class GoCataloger:
    """Reads ``.go.buildinfo``, and what Windows' and macOS' programs have in its place."""

    id = "go"
    version = 5
    patterns = ()
    programs = True
    evidence = GoEvidence

    def read(self, file: FoundFile) -> GoEvidence | None:
        """Read one program; raise `InvalidBuildInfo` or `InvalidElf`."""
        elf = elf_of(file)
        if elf is not None and not elf.has(GO_SECTION):
            return None
        from prill.binaries.go_build_info import find_go_build_info, read_go_build_info  # noqa: PLC0415 - few are Go's

        with file.open() as stream:
            found = find_go_build_info(stream) if elf is None else read_go_build_info(elf.over(stream))
        if found is None:
            return None
        return GoEvidence(
            stdlib=stdlib_version(found.go_version),
            main=_main(found),
            modules=tuple(map(_module, found.modules)),
        )

    def catalog(self, seen: Sequence[Seen[GoEvidence]], image: Surroundings) -> Catalogued:  # noqa: ARG002
        """Return each program's modules; the program depends on them, and everything on the standard library."""
        packages: list[Package] = []
        relationships: set[Relationship] = set()
        for one in seen:
            found = list(_packages(one))
            packages += found
            if one.evidence.main:
                relationships |= {Relationship(found[0].purl, other.purl) for other in found[1:]}
        return Catalogued(packages=tuple(packages), relationships=tuple(sorted(relationships)))


GO = GoCataloger()


def _main(found: "GoBuildInfo") -> GoEntry | None:
    """Return what the program is: a module, a part of Go itself, or what it was called when it was built."""
    if found.main is not None:
        path, version = found.main.path, found.main.version
        stated = stated_version(path, found.settings) if version in _DEVELOPMENT else ""
        return GoEntry(path, stated or development_version(path, version, found.settings))
    if found.path.startswith(_OF_GO):
        return GoEntry(TOOLCHAIN, stdlib_version(found.go_version))
    return GoEntry(found.path, "") if found.path not in ("", "command-line-arguments") else None


def _module(one: "GoModule") -> GoEntry:
    """Return a module by the name that advisories know; one that a folder replaces keeps its own, of no version."""
    if one.replaces and is_folder(one.path):
        return GoEntry(one.replaces, "")
    return GoEntry(one.path, development_version(one.path, one.version, {}))


def _packages(one: Seen[GoEvidence]) -> Iterator[Package]:
    if one.evidence.main:
        yield _package(one.evidence.main, one.location)
    for entry in one.evidence.modules:
        yield _package(entry, one.location)
    if one.evidence.stdlib:
        yield _package(GoEntry(STDLIB, one.evidence.stdlib), one.location)


def _package(entry: GoEntry, location: Location) -> Package:
    namespace, _, name = entry.path.rpartition("/")
    return Package(
        name=entry.path,
        version=entry.version,
        purl=build_purl(type="golang", namespace=namespace, name=name, version=entry.version),
        found_by=GoCataloger.id,
        details=LanguageDetails(),
        locations=(location,),
    )
