"""What is in an image that anybody built, or in a folder: opened, read, catalogued."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from prill.api.open_options import OpenOptions
from prill.model import Ownership, Platform, Sbom, Subject
from prill.model.value import replace
from prill.oci.config import ImageConfig
from prill.oci.registry_access import RegistryAccess
from prill.oci.sources import OpenedImage, folder_of, open_image

if TYPE_CHECKING:
    from prill.api.opening import Looked

__all__ = ["catalogue", "catalogue_image", "catalogue_owned", "image_catalogued", "keeping_sbom", "known_sbom"]


def catalogue_image(
    text: str,
    options: OpenOptions | None = None,
    *,
    platform: Platform | None = None,
    access: RegistryAccess | None = None,
) -> tuple[Sbom, tuple[str, ...]]:
    """Return the SBOM of what ``text`` names, and notes for the person.

    ``platform`` and ``access`` are for those who want nothing remembered, and have no other options.
    """
    with image_catalogued(text, options or OpenOptions(platform=platform, access=access)) as found:
        return found


@contextmanager
def image_catalogued(text: str, options: OpenOptions) -> Iterator[tuple[Sbom, tuple[str, ...]]]:
    """Do as `catalogue_image`, and let the ``with`` block use the SBOM while the layers are still verified.

    Its end waits for that and raises `DigestMismatch`: what the block makes must not leave it before.
    """
    if folder_of(text) is None:
        with open_image(text, platform=options.platform, access=options.access) as opened:
            known = known_sbom(opened, options)
            if known is not None:
                yield known, opened.notes
                return
            with _catalogued(opened, options) as sbom:
                yield sbom, opened.notes
        return
    from prill.api.opening import look_at  # noqa: PLC0415 - what is known needs no catalogers

    with look_at(text, options) as looked:
        yield catalogue(looked), looked.notes


def known_sbom(opened: OpenedImage, options: OpenOptions) -> Sbom | None:
    """Return the SBOM of an image that was catalogued before, or None."""
    if options.cache is None:
        return None
    from prill.sbom.sbom_cache import StoredSboms  # noqa: PLC0415 - start-up stays lazy

    image = opened.image
    subject = Subject(name=opened.name, digest=image.descriptor.digest, platform=image.config().platform)
    return StoredSboms(options.cache, options.limits).find(subject)


@contextmanager
def _catalogued(opened: OpenedImage, options: OpenOptions) -> Iterator[Sbom]:
    from prill.api.opening import look_at_opened  # noqa: PLC0415 - what is known needs no catalogers

    with look_at_opened(opened, options, early=True) as looked:
        sbom = catalogue(looked)
        if looked.whole:
            looked.once_verified(keeping_sbom(sbom, options))
        yield sbom


def keeping_sbom(sbom: Sbom, options: OpenOptions) -> Callable[[], None]:
    """Return what remembers the SBOM of an image that was read as a whole."""
    if options.cache is None:
        return lambda: None
    from prill.sbom.sbom_cache import StoredSboms  # noqa: PLC0415 - start-up stays lazy

    return StoredSboms(options.cache, options.limits).keeping(sbom)


def catalogue(looked: "Looked") -> Sbom:
    """Return the SBOM of what was opened; what could not be read of it is among the gaps."""
    from prill.sbom.run import run  # noqa: PLC0415 - it brings all catalogers

    sbom = run(looked.tree, looked.subject, created=_created(looked.config), gathered=looked.gathered)
    return _with_gaps(sbom, looked)


def catalogue_owned(looked: "Looked") -> tuple[Sbom, Ownership]:
    """Do as `catalogue`, and return whose the files are, too."""
    from prill.sbom.run import run_owned  # noqa: PLC0415 - as above

    sbom, owners = run_owned(looked.tree, looked.subject, created=_created(looked.config), gathered=looked.gathered)
    return _with_gaps(sbom, looked), owners


def _with_gaps(sbom: Sbom, looked: "Looked") -> Sbom:
    return replace(sbom, gaps=tuple(sorted({*sbom.gaps, *looked.gaps})))


def _created(config: ImageConfig | None) -> int:
    """Return when the image says that it was made, in seconds since 1970; 0 for a folder, or for what is no time."""
    try:
        return max(0, int(datetime.fromisoformat(config.created).timestamp())) if config else 0
    except (ValueError, OverflowError):
        return 0
