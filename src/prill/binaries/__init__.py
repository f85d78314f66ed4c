"""What executable files say about themselves."""

from prill.binaries.elf import ElfKind, InvalidElf, Machine, SharedObject, read_shared_object

__all__ = ["ElfKind", "InvalidElf", "Machine", "SharedObject", "read_shared_object"]
