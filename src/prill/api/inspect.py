"""What an image is: opened, read, catalogued, asked every question; and remembered for the day."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from prill import __version__
from prill._io.cache import ContentCache
from prill._io.code_stamp import code_stamp
from prill.api.open_options import OpenOptions
from prill.catalogue.known_bases import KnownBases
from prill.errors import PrillError
from prill.model import Subject
from prill.model.facts import ImageFacts
from prill.model.structs import msgspec
from prill.model.typed_json import ready
from prill.model.value import replace
from prill.oci.sources import OpenedImage, folder_of, open_image

if TYPE_CHECKING:
    from prill.api.opening import Looked
    from prill.catalogue.known_bases import BaseLookup

__all__ = ["inspect_image", "inspect_looked"]

_KIND = "facts"


def inspect_image(
    text: str, options: OpenOptions, *, now: int, bases: KnownBases | None = None
) -> tuple[ImageFacts, tuple[str, ...]]:
    """Return the facts about what ``text`` names, and notes for the person; raise as `open_image` and `ImageTree` do.

    ``now`` is in seconds since 1970. The same image on the same day is not read again, as long as neither Prill nor
    ``bases`` changes.
    """
    day = datetime.fromtimestamp(now, UTC).date()
    if folder_of(text) is not None:
        from prill.api.opening import look_at  # noqa: PLC0415 - what is remembered needs nobody who reads
        from prill.inspection.readers import BUILTIN  # noqa: PLC0415

        with look_at(text, options, readers=BUILTIN) as looked:
            return inspect_looked(looked, day, bases), looked.notes
    with open_image(text, platform=options.platform, access=options.access) as opened:
        return _inspect_image(opened, options, day, bases), opened.notes


def _inspect_image(opened: OpenedImage, options: OpenOptions, day: date, bases: KnownBases | None) -> ImageFacts:
    """Return what is remembered of an image, or inspect it and remember that."""
    image = opened.image
    stamp = bases.stamp if bases else "none"
    key = f"{__version__} {code_stamp()} {options.limits!r} {day} {stamp} {image.descriptor.digest}"
    known = _remembered(options.cache, key)
    if known is not None:
        subject = Subject(name=opened.name, digest=image.descriptor.digest, platform=image.config().platform)
        return replace(known, subject=subject)
    from prill.api.opening import look_at_opened  # noqa: PLC0415 - what is remembered needs nobody who reads
    from prill.inspection.readers import BUILTIN  # noqa: PLC0415

    with look_at_opened(opened, options, readers=BUILTIN, early=True) as looked:
        facts = inspect_looked(looked, day, bases)
        if options.cache is not None and looked.whole:
            looked.once_verified(options.cache.keeping(_KIND, key, lambda: msgspec.msgpack.encode(facts)))
        return facts


def inspect_looked(looked: "Looked", day: date, bases: "BaseLookup | None") -> ImageFacts:
    """Return the facts about what was opened and read, with the readers of inspection, as of a day."""
    from prill.api.sbom import catalogue_owned  # noqa: PLC0415 - as above
    from prill.inspection.inspected import Inspected  # noqa: PLC0415
    from prill.inspection.readers import BUILTIN  # noqa: PLC0415
    from prill.inspection.run import inspect  # noqa: PLC0415

    sbom, ownership = catalogue_owned(looked)
    image = Inspected(
        tree=looked.tree,
        sbom=sbom,
        ownership=ownership,
        day=day,
        readers=BUILTIN,
        noticed=looked.noticed,
        config=looked.config,
        manifest=looked.manifest,
        bases=bases,
        unread=looked.gaps,
    )
    return inspect(image, sbom.gaps)


def _remembered(cache: ContentCache | None, key: str) -> ImageFacts | None:
    """Return what is known; a damaged entry counts as none."""
    data = cache.derived(_KIND, key) if cache else None
    try:
        return None if data is None else msgspec.msgpack.decode(data, type=ready(ImageFacts))
    except (msgspec.MsgspecError, ValueError, PrillError):
        return None
