"""From a lock and its packages to finished images in memory, with everything that is attached to them."""

from collections.abc import Iterable

from prill.api.attach import Attachment, attachments
from prill.build.assemble import Assembly, Ingredients, assemble
from prill.build.declare import image_distro
from prill.build.image import BuiltImage, make_image
from prill.build.inventory import inventory
from prill.build.lock import Lock, LockedPlatform, encode_lock
from prill.build.spec import Spec
from prill.build.spec_variant import apply_variant
from prill.model.value import replace
from prill.oci.descriptor import Descriptor
from prill.oci.index import Index
from prill.oci.store import Blob

__all__ = ["build_image", "join_images"]


def build_image(lock: Lock, spec: Spec, image: LockedPlatform, ingredients: Ingredients) -> BuiltImage:
    """Build one image; a variant on top of its production image."""
    base: Assembly | None = None
    if image.variant:
        base = assemble(lock.image(image.platform), apply_variant(spec, ""), ingredients)
    assembly = assemble(image, apply_variant(spec, image.variant), ingredients, base=base)
    excluded = {one.name for each in lock.images for one in each.excluded}
    return make_image(assembly, epoch=lock.source_date_epoch, codec=ingredients.codec, base=base, excluded=excluded)


def join_images(
    lock: Lock, spec: Spec, images: Iterable[BuiltImage]
) -> tuple[tuple[Blob, ...], tuple[Descriptor, ...]]:
    """Return all blobs, and the entries: the image, or the index of several, then what refers to each image."""
    blobs: list[Blob] = []
    entries: list[Descriptor] = []
    referrers: list[Descriptor] = []
    sealed = encode_lock(lock)
    annotations: tuple[tuple[str, str], ...] = ()
    for image in images:
        annotations = annotations or image.manifest.annotations
        blobs += [Blob(digest=layer.digest, size=layer.size, content=layer.data) for layer in image.layers]
        blobs += [Blob.of(image.config.raw), Blob.of(image.manifest.raw)]
        entries.append(replace(image.manifest.descriptor(), platform=image.platform))
        attached: tuple[Attachment, ...] = attachments(
            image, inventory(image, distro=image_distro(spec), created=lock.source_date_epoch), lock, sealed
        )
        for one in attached:
            blobs += one.blobs
            referrers.append(one.descriptor)
    if len(entries) > 1:
        index = Index(manifests=tuple(entries), annotations=annotations)
        blobs.append(Blob.of(index.raw))
        entries = [index.descriptor()]
    return tuple(blobs), (*entries, *referrers)
