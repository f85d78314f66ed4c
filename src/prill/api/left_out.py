"""What a build by Prill left out of an image, and by which rule: the build record that is attached to it.

An image's own metadata names only the files that are there, so that scanners do not miss any. What its packages have
besides stands in the record. It counts in files on this machine; in a registry anybody who may push may attach one, and
nobody signs it. Whatever it says, code that is in the image is looked for in the image.
"""

from prill.api.attached_types import RECORD
from prill.errors import PrillError
from prill.model import Digest
from prill.model.value import dataclass
from prill.oci.sources import OpenedImage

__all__ = ["LeftOut", "find_left_out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """The paths that were left out, each with its package's name and the rule; ``record`` is the record's digest."""

    record: Digest
    rules: dict[str, tuple[str, str]]


def find_left_out(opened: OpenedImage) -> tuple[LeftOut | None, tuple[str, ...]]:
    """Return what the build of an image left out, where that is on record, and notes for the person."""
    image = opened.image
    try:
        if opened.remote or not image.referrers(RECORD):
            return None, ()
        from prill.api.built import MAX_RECORD, attached_document  # noqa: PLC0415 - few images have a record
        from prill.build.record import decode_record  # noqa: PLC0415

        found = attached_document(image, RECORD, MAX_RECORD)
        if found is None:
            return None, ()
        record = decode_record(found[1])
        layers = [str(layer.digest) for layer in image.manifest().layers]
    except PrillError as error:
        return None, (f"what the build left out is not known: {error}",)
    if layers != [layer.digest for layer in record.layers]:
        return None, ("the build record that is attached is about other layers, so it was left aside",)
    return LeftOut(record=found[0], rules={one.path: (one.owner, one.rule) for one in record.dropped}), ()
