"""Files that Prill makes itself, in place of what a maintainer script would have done."""

from prill.model import FileStat
from prill.model.value import dataclass

__all__ = ["GeneratedEntry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedEntry:
    """One entry for the top layer.

    ``rule`` is the stable kebab-case name of what made it (``ca-bundle``, ``loader-cache``, ``accounts``), as
    ``prill why`` prints it. ``content`` is a regular file's bytes; ``stat.size`` is its length.
    """

    stat: FileStat
    rule: str
    content: bytes = b""
