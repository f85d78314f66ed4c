"""Where a built image goes: a layout, an archive, a registry."""

from prill.api.build import BuiltSet
from prill.model.reference import ImageReference
from prill.oci.destinations import Destination, write_image
from prill.oci.registry_access import RegistryAccess

__all__ = ["publish"]


def publish(
    built: BuiltSet,
    destination: Destination,
    *,
    referrers: bool = True,
    listed: bool = False,
    access: RegistryAccess | None = None,
) -> str:
    """Write the images and what is attached to them; return the place as a person may use it.

    Without ``referrers`` nothing that is attached is written: SBOMs, provenance, lock, build record. The images' bytes
    and digests are the same. ``listed`` says whether a layout's index lists what is attached. Raise what the writers
    raise: what was there before is still there then.
    """
    variant = built.images[0].variant
    name = ImageReference.parse(built.lock.name + (f"-{variant}" if variant else ""))
    entries = built.entries if referrers else built.entries[:1]
    write_image(destination, blobs=built.store, entries=entries, name=name, access=access, listed=listed)
    return destination.place_of(built.main.digest)
