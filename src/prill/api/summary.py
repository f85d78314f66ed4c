"""What is printed about an image once it is built, and by ``prill show``."""

from collections.abc import Sequence

from prill.build.lock import Lock
from prill.build.metadata import STATUS_D
from prill.build.record import BuildRecord
from prill.build.superset import LEFT_OUT, MOVED
from prill.model import FileKind
from prill.oci.config import ImageConfig
from prill.oci.descriptor import Descriptor
from prill.oci.manifest import Manifest
from prill.oci.media_types import INDEXES
from prill.views.image_summary import ImageSummary, LayerLine, PackageLine
from prill.views.sizes import count

__all__ = ["summarise"]

_MAX_NAMED = 6


def summarise(
    record: BuildRecord,
    manifest: Manifest,
    config: ImageConfig,
    lock: Lock,
    *,
    target: Descriptor,
    place: str = "",
    seconds: float | None = None,
) -> ImageSummary:
    """Bring together what a person wants to see of one image; ``target`` is the image, or the index it belongs to."""
    image = lock.image(record.platform, record.variant)
    sizes: dict[str, int] = {}
    for file in record.files:
        sizes[file.owner] = sizes.get(file.owner, 0) + file.size
    return ImageSummary(
        name=record.name + (f"-{record.variant}" if record.variant else ""),
        place=place,
        digest=str(manifest.digest),
        platform=record.platform,
        packages=tuple(
            PackageLine(name=one.name, version=one.version, size=sizes.get(one.name, 0)) for one in image.packages
        ),
        layers=tuple(
            LayerLine(name=one.name, digest=one.digest, size=one.size, unpacked=one.unpacked) for one in record.layers
        ),
        files=sum(file.kind is not FileKind.DIRECTORY for file in record.files),
        shells=record.shells,
        setuid_dropped=sum(not one.kept for one in record.setuid),
        setuid_kept=tuple(one.path for one in record.setuid if one.kept),
        scripts=len(record.scripts),
        user=config.user,
        command=(*config.entrypoint, *config.cmd),
        created=config.created,
        index=str(target.digest) if target.media_type in INDEXES else "",
        seconds=seconds,
        notes=(*record.notes, *_variant_note(record)),
    )


def _variant_note(record: BuildRecord) -> tuple[str, ...]:
    """Say what a variant has as its production image has it, and all that it does not."""
    if record.subset is None:
        return ()
    gone = [one for one in record.dropped if one.rule == LEFT_OUT and one.path not in record.subset]
    moved = [one for one in record.dropped if one.path.startswith(f"{STATUS_D}/") and one.rule.startswith(MOVED)]
    parts = []
    if record.rewritten:
        parts.append(f"written anew: {_named(record.rewritten)}")
    if moved:
        parts.append(f"moved: /{STATUS_D} ({count(len(moved), 'file')}) to /var/lib/dpkg/status and /var/lib/dpkg/info")
    if gone:
        parts.append(f"left out: {_named([one.path for one in gone])}")
    if record.subset:
        files = count(len(record.subset), "file")
        head = f"missing or changed in this variant: {files} of the production image, {_named(record.subset)}"
    elif parts or record.rewritten is None:
        head = "every file of a package in the production image is in this variant, unchanged"
    else:
        head = "every file of the production image is in this variant, unchanged"
    return ("; ".join((head, *parts)),)


def _named(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _MAX_NAMED} more" if len(paths) > _MAX_NAMED else ""
    return ", ".join(f"/{path}" for path in paths[:_MAX_NAMED]) + more
