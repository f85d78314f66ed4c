"""An ELF file's headers, read once for all catalogers that look into programs."""

from prill.binaries.sections import ElfSections
from prill.sbom.cataloger import FoundFile

__all__ = ["elf_of"]

_NOTE = "elf"
_MAGIC = b"\x7fELF"


def elf_of(file: FoundFile) -> ElfSections | None:
    """Return the headers, without a stream to read sections of, or None for another system's program.

    Raise `InvalidElf`, each time anew.
    """
    if _NOTE not in file.notes:
        with file.open() as stream:
            file.notes[_NOTE] = ElfSections(stream) if stream.read(len(_MAGIC)) == _MAGIC else None
    found = file.notes[_NOTE]
    return found if isinstance(found, ElfSections) else None
