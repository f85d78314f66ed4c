"""How much a registry takes from whoever talks to it."""

from prill.model.value import dataclass
from prill.oci._wire import MAX_DOCUMENT_BYTES

__all__ = ["ServerLimits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """Sizes are bytes, ``silence`` is seconds without a byte after which a connection is closed.

    A list is cut into pages of ``page_entries`` or ``page_size``, whichever comes first.
    """

    manifest: int = MAX_DOCUMENT_BYTES
    blob: int = 64 << 30
    connections: int = 64
    uploads: int = 256
    silence: float = 60.0
    page_entries: int = 1000
    page_size: int = 1 << 20
