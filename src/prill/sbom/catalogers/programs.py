"""Programs that no package manager knows: recognised by what stands in them, and static ones that say nothing, as gaps.

What a distribution's package owns is that package, and is not listed a second time.
"""

from collections.abc import Sequence

import msgspec

from prill.binaries.known_programs import linkage_of, recognise
from prill.binaries.sections import GO_SECTION, RUST_SECTION, ElfSections
from prill.model import Gap, LanguageDetails, Location, Package
from prill.model.purl_value import build_purl
from prill.sbom.cataloger import Catalogued, Evidence, FoundFile, Seen, Surroundings
from prill.sbom.elf_magic import elf_of
from prill.sbom.ownership import SYSTEM_PURLS, owners_among

__all__ = ["PROGRAMS", "ProgramsCataloger", "ProgramsEvidence"]

_EXECUTABLE = 0o111
_SPEAKING = (GO_SECTION, RUST_SECTION)
"""Sections in which a program says what it was built from; other catalogers read them."""


class KnownProgram(msgspec.Struct, frozen=True, array_like=True):
    """A program that a file is, or has inside; ``version`` may be empty."""

    name: str
    version: str


class ProgramsEvidence(Evidence, frozen=True):
    """What a file was recognised as; or ``silent``, why nothing is known of what it was built from."""

    known: tuple[KnownProgram, ...] = ()
    silent: str = ""


class ProgramsCataloger:
    """Looks into ELF programs, and those shared libraries whose names the rules have."""

    id = "programs"
    version = 4
    patterns = ()
    programs = True
    evidence = ProgramsEvidence

    def read(self, file: FoundFile) -> ProgramsEvidence | None:
        """Look into one program; raise `InvalidElf`."""
        elf = elf_of(file)
        if elf is None:
            return None
        with file.open() as stream:
            linkage = linkage_of(elf.over(stream))
            if linkage is None:
                return None
            known = tuple(KnownProgram(one.name, one.version) for one in recognise(elf, linkage))
        silent = "" if known or not linkage.program else _silent(elf, static=linkage.static)
        if silent and not file.stat.mode & _EXECUTABLE:
            silent = ""
        return ProgramsEvidence(known=known, silent=silent) if known or silent else None

    def catalog(self, seen: Sequence[Seen[ProgramsEvidence]], image: Surroundings) -> Catalogued:
        """Return what no distribution's package owns; what is silent and nobody's is a gap."""
        owners = owners_among([one.path for one in seen], image.owned, image.tree)
        packages = []
        gaps = []
        for one in seen:
            owner = owners.get(one.path, "")
            if owner.startswith(SYSTEM_PURLS):
                continue
            if one.evidence.silent and not owner:
                gaps.append(Gap(f"/{one.path}", f"{self.id}: {one.evidence.silent}"))
            for known in one.evidence.known:
                if known.version:
                    packages.append(_package(known, one.location))
                else:
                    gaps.append(
                        Gap(f"/{one.path}", f"{self.id}: it is {known.name}, but of which version is not clear")
                    )
        return Catalogued(packages=tuple(packages), gaps=tuple(gaps))


PROGRAMS = ProgramsCataloger()


def _silent(elf: ElfSections, *, static: bool) -> str:
    if any(map(elf.has, _SPEAKING)):
        return ""
    if elf.has(".gopclntab"):
        return "a Go program without build info"
    return "static binary without build info" if static else ""


def _package(known: KnownProgram, location: Location) -> Package:
    return Package(
        name=known.name,
        version=known.version,
        purl=build_purl(type="generic", name=known.name, version=known.version),
        found_by=ProgramsCataloger.id,
        details=LanguageDetails(),
        locations=(location,),
    )
