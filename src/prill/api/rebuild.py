"""``prill rebuild``: build an image again from its lock alone, and compare.

1. The lock is read from the image itself; neither the spec nor an index is looked at.
2. The packages come from the cache or the archive by their digests; no cached part of a layer is used.
3. Everything that was stored is read and compared with what was built (`prill.api.compare`).
"""

from prill.api.build import BuildRequest, BuiltSet, build_locked
from prill.api.built import Built, open_built
from prill.api.compare import Difference, compare
from prill.api.services import Services
from prill.build.spec_json import spec_from_json
from prill.model import Digest
from prill.model.value import dataclass
from prill.oci.graph import reachable
from prill.oci.registry_access import RegistryAccess

__all__ = ["Verification", "rebuild", "verify_rebuild"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """How a rebuild compares: how many blobs were looked at, and the differences, none if it is exact."""

    name: str
    digest: Digest
    compared: int
    differences: tuple[Difference, ...]

    @property
    def exact(self) -> bool:
        """Whether everything is the same."""
        return not self.differences


def rebuild(text: str, services: Services, *, access: RegistryAccess | None = None) -> BuiltSet:
    """Build the image at ``text`` again from the lock that is attached to it."""
    with open_built(text, access=access) as built:
        return _again(built, services)


def verify_rebuild(text: str, services: Services, *, access: RegistryAccess | None = None) -> Verification:
    """Build the image at ``text`` again and compare everything with what is there."""
    with open_built(text, access=access) as built:
        again = _again(built, services)
        return Verification(
            name=built.source.name,
            digest=built.source.target.digest,
            compared=len(reachable(again.store, again.entries)),
            differences=tuple(compare(built, again)),
        )


def _again(built: Built, services: Services) -> BuiltSet:
    """Build what is there, in its order."""
    lock = built.lock
    architectures = tuple(
        platform.architecture for one in built.images() if (platform := one.descriptor.platform) is not None
    ) or (built.record.platform.partition("/")[2],)
    request = BuildRequest(architectures=architectures, variant=built.record.variant, members=None, folder=None)
    return build_locked(lock, spec_from_json(bytes(lock.spec)), services, request)
