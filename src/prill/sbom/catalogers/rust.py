"""Rust crates, by what cargo-auditable left in programs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from prill.binaries.sections import RUST_SECTION
from prill.model import LanguageDetails, Location, Package, Relationship
from prill.model.purl_value import build_purl
from prill.sbom.cataloger import Catalogued, Evidence, FoundFile, Seen, Surroundings
from prill.sbom.elf_magic import elf_of

if TYPE_CHECKING:
    from prill.binaries.rust_audit import RustCrate

__all__ = ["RUST", "RustCataloger", "RustEvidence"]


class RustEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A crate; ``dependencies`` are positions in the program's list."""

    name: str
    version: str
    source: str = ""
    dependencies: tuple[int, ...] = ()


class RustEvidence(Evidence, frozen=True):
    """A program's crates, those left out that only its build needed."""

    crates: tuple[RustEntry, ...]


class RustCataloger:
    """Reads ``.dep-v0``."""

    id = "rust"
    version = 1
    patterns = ()
    programs = True
    evidence = RustEvidence

    def read(self, file: FoundFile) -> RustEvidence | None:
        """Read one program; raise `InvalidAuditData` or `InvalidElf`."""
        elf = elf_of(file)
        if elf is None or not elf.has(RUST_SECTION):
            return None
        from prill.binaries.rust_audit import read_rust_audit  # noqa: PLC0415 - few programs have such a section

        with file.open() as stream:
            crates = read_rust_audit(elf.over(stream))
        return None if crates is None else RustEvidence(crates=_runtime(crates))

    def catalog(self, seen: Sequence[Seen[RustEvidence]], image: Surroundings) -> Catalogued:  # noqa: ARG002
        """Return each program's crates and what they depend on."""
        packages: list[Package] = []
        relationships: set[Relationship] = set()
        for one in seen:
            found = [_package(entry, one.location) for entry in one.evidence.crates]
            packages += found
            relationships |= {
                Relationship(package.purl, found[number].purl)
                for package, entry in zip(found, one.evidence.crates, strict=True)
                for number in entry.dependencies
            }
        return Catalogued(packages=tuple(packages), relationships=tuple(sorted(relationships)))


RUST = RustCataloger()


def _runtime(crates: "tuple[RustCrate, ...]") -> tuple[RustEntry, ...]:
    kept = [number for number, one in enumerate(crates) if one.kind != "build"]
    place = {number: at for at, number in enumerate(kept)}
    return tuple(
        RustEntry(
            name=crates[number].name,
            version=crates[number].version,
            source="" if crates[number].source == "crates.io" else crates[number].source,
            dependencies=tuple(place[other] for other in crates[number].dependencies if other in place),
        )
        for number in kept
    )


def _package(entry: RustEntry, location: Location) -> Package:
    return Package(
        name=entry.name,
        version=entry.version,
        purl=build_purl(type="cargo", name=entry.name, version=entry.version),
        found_by=RustCataloger.id,
        details=LanguageDetails(),
        locations=(location,),
    )
