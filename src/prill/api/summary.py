"""What is printed about an image once it is built, and by ``prill show``."""

from prill.build.lock import Lock
from prill.build.record import BuildRecord
from prill.model import FileKind
from prill.oci.config import ImageConfig
from prill.oci.manifest import Manifest
from prill.views.image_summary import ImageSummary, LayerLine, PackageLine

__all__ = ["summarise"]


def summarise(
    record: BuildRecord,
    manifest: Manifest,
    config: ImageConfig,
    lock: Lock,
    *,
    place: str = "",
    seconds: float | None = None,
) -> ImageSummary:
    """Bring together what a person wants to see of one image."""
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
        seconds=seconds,
        notes=(*record.notes, *_subset_note(record)),
    )


def _subset_note(record: BuildRecord) -> tuple[str, ...]:
    if record.subset is None:
        return ()
    if not record.subset:
        return ("every file of the production image is in this variant, unchanged",)
    return (f"{len(record.subset)} files of the production image are missing or changed, such as /{record.subset[0]}",)
