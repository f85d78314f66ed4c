"""An image as a scan needs it: its SBOM and where its packages are, remembered or found by looking at it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from prill.api.left_out import find_left_out
from prill.api.open_options import OpenOptions
from prill.api.package_places import Place, find_places, keeping_places, known_places
from prill.api.sbom import catalogue_owned, keeping_sbom, known_sbom
from prill.model import Sbom
from prill.model.value import dataclass
from prill.oci.sources import folder_of, open_image

__all__ = ["ScannedImage", "scanned_image"]


@dataclass(frozen=True, slots=True)
class ScannedImage:
    """An image's SBOM, where its packages are, and notes; ``verify`` waits until all that was read is verified."""

    sbom: Sbom
    places: Mapping[str, Place]
    notes: tuple[str, ...]
    verify: Callable[[], None]


@contextmanager
def scanned_image(text: str, opening: OpenOptions) -> Iterator[ScannedImage]:
    """Yield what is in an image, remembered or found by looking at it; it is verified when the block ends."""
    if folder_of(text) is not None:
        from prill.api.opening import look_at  # noqa: PLC0415 - what is remembered needs nobody who reads

        with look_at(text, opening) as looked:
            sbom, owners = catalogue_owned(looked)
            yield ScannedImage(sbom, find_places(sbom, owners.owners, looked.tree, None), looked.notes, looked.verify)
        return
    with open_image(text, platform=opening.platform, access=opening.access) as opened:
        digest = opened.image.descriptor.digest
        left_out, notes = find_left_out(opened)
        known, places = known_sbom(opened, opening), known_places(digest, opening, left_out)
        if known is not None and places is not None:
            yield ScannedImage(known, places, (*opened.notes, *notes), _nothing_to_verify)
            return
        from prill.api.opening import look_at_opened  # noqa: PLC0415 - as above

        with look_at_opened(opened, opening, early=True) as looked:
            sbom, owners = catalogue_owned(looked)
            places = find_places(sbom, owners.owners, looked.tree, looked.config, left_out)
            if looked.whole:
                looked.once_verified(keeping_sbom(sbom, opening))
                looked.once_verified(keeping_places(places, digest, opening, left_out))
            yield ScannedImage(sbom, places, (*looked.notes, *notes), looked.verify)


def _nothing_to_verify() -> None:
    """Do nothing: what is remembered was verified."""
