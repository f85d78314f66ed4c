"""What is attached to an image: SBOMs, provenance, lock and build record, as OCI 1.1 referrers."""

from collections.abc import Iterator

from prill import __version__
from prill.api.attached_types import CYCLONEDX, LOCK, RECORD, SPDX
from prill.api.provenance import provenance_statement
from prill.build.image import BuiltImage
from prill.build.lock import Lock
from prill.build.record import encode_record
from prill.formats.cyclonedx import encode_cyclonedx
from prill.formats.in_toto import MEDIA_TYPE as IN_TOTO
from prill.formats.spdx import encode_spdx
from prill.model import Sbom
from prill.model.value import dataclass
from prill.oci.descriptor import Descriptor
from prill.oci.manifest import Manifest
from prill.oci.media_types import EMPTY
from prill.oci.store import Blob

__all__ = ["Attachment", "artifact", "attachments"]

_EMPTY = b"{}"
_TOOL = f"prill-{__version__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """An artifact whose ``subject`` is the image: its manifest's descriptor, and the blobs it needs."""

    descriptor: Descriptor
    blobs: tuple[Blob, ...]


def attachments(image: BuiltImage, sbom: Sbom, lock: Lock, sealed_lock: bytes) -> tuple[Attachment, ...]:
    """Encode and wrap everything that is known about ``image``; ``sealed_lock`` is the lock file's bytes."""
    return tuple(
        artifact(image.manifest.descriptor(), kind, data) for kind, data in _documents(image, sbom, lock, sealed_lock)
    )


def _documents(image: BuiltImage, sbom: Sbom, lock: Lock, sealed_lock: bytes) -> Iterator[tuple[str, bytes]]:
    yield SPDX, encode_spdx(sbom, tool=_TOOL)
    yield CYCLONEDX, encode_cyclonedx(sbom, tool=_TOOL)
    yield IN_TOTO, provenance_statement(image, sbom, lock)
    yield LOCK, sealed_lock
    yield RECORD, encode_record(image.record)


def artifact(subject: Descriptor, kind: str, data: bytes) -> Attachment:
    """Wrap ``data`` as an artifact (OCI image-spec, manifest.md, "Guidelines for Artifact Usage")."""
    blob = Blob.of(data)
    manifest = Manifest(
        config=Descriptor.of(_EMPTY, EMPTY),
        layers=(Descriptor(media_type=kind, digest=blob.digest, size=blob.size),),
        subject=subject,
        artifact_type=kind,
    )
    descriptor = Descriptor(
        media_type=manifest.media_type,
        digest=manifest.digest,
        size=len(manifest.raw),
        artifact_type=kind,
    )
    return Attachment(descriptor=descriptor, blobs=(blob, Blob.of(_EMPTY), Blob.of(manifest.raw)))
