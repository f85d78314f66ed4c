"""What is known of one layer once it was read: its entries, and the content of a few small files that say much."""

from prill.model import Gap
from prill.model.value import dataclass, field
from prill.oci.entries import EntryTable

__all__ = ["MAX_SMALL", "SMALL_FILES", "LayerIndex"]

SMALL_FILES = frozenset(
    {
        "etc/os-release",
        "usr/lib/os-release",
        "etc/passwd",
        "etc/group",
        "etc/shells",
        "etc/debian_version",
        "etc/alpine-release",
        "etc/ld.so.conf",
        "var/lib/dpkg/diversions",
    }
)
"""Files whose content stays with the index, so that asking what an image is opens no layer."""
MAX_SMALL = 64 << 10


@dataclass(slots=True, kw_only=True)
class LayerIndex:
    """A layer's entries. ``texts`` has the content of small files by their number, ``size`` is the unpacked layer's.

    ``whole`` is false where the layer could not be read to its end; ``gaps`` says what could not be read.
    """

    table: EntryTable
    texts: dict[int, bytes] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    size: int = 0
    whole: bool = True
