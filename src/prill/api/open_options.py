"""How what is to be looked at is opened."""

from prill._io.cache import ContentCache
from prill.archive.bounds import Limits
from prill.model import Platform
from prill.model.value import dataclass
from prill.oci.image_limits import IMAGE_LIMITS
from prill.oci.registry_access import RegistryAccess

__all__ = ["OpenOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOptions:
    """How an image is opened. Without ``cache`` everything is read anew, and nothing is remembered."""

    platform: Platform | None = None
    access: RegistryAccess | None = None
    cache: ContentCache | None = None
    limits: Limits = IMAGE_LIMITS
