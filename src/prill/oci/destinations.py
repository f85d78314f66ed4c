"""From what a person writes to a place for an image: ``PATH``, ``oci-archive:PATH``, ``registry:NAME``, ….

The prefixes are `DestinationKind`; without one, a path is a layout's folder.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from prill.errors import PrillError
from prill.model import Digest, ImageReference
from prill.oci.descriptor import Descriptor
from prill.oci.layout_writer import write_layout
from prill.oci.registry_access import RegistryAccess
from prill.oci.store import BlobSource

__all__ = ["Destination", "DestinationKind", "InvalidDestination", "write_image"]

_PREFIXED = re.compile(r"([a-z][a-z-]+):(.*)", re.DOTALL)


class InvalidDestination(PrillError):
    """A text names no place that images can be written to."""


class DestinationKind(StrEnum):
    """The kinds of places, by their prefixes."""

    LAYOUT = "oci-dir"
    OCI_ARCHIVE = "oci-archive"
    DOCKER_ARCHIVE = "docker-archive"
    REGISTRY = "registry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A place for an image: a path, or for a registry a reference."""

    kind: DestinationKind
    path: Path | None = None
    reference: ImageReference | None = None

    @classmethod
    def parse(cls, text: str) -> "Destination":
        """Read a destination, a layout's folder being the default; raise `InvalidDestination` or `InvalidReference`."""
        prefixed = _PREFIXED.fullmatch(text)
        kind, rest = prefixed.groups() if prefixed else (DestinationKind.LAYOUT, text)
        known = ", ".join(f"{one}:" for one in DestinationKind)
        if kind not in set(DestinationKind):
            raise InvalidDestination(
                f"cannot write to {text[:160]!r}", hint=f"write a path, or one of {known} before it"
            )
        if not rest or "\0" in rest:
            raise InvalidDestination(f"{text[:160]!r} names no place", hint=f"a path or a name follows {kind}:")
        if kind == DestinationKind.REGISTRY:
            return cls(kind=DestinationKind.REGISTRY, reference=ImageReference.parse(rest))
        return cls(kind=DestinationKind(kind), path=Path(rest))

    def __str__(self) -> str:
        return f"{self.kind}:{self.reference or self.path}"


def write_image(
    destination: Destination,
    *,
    blobs: BlobSource,
    entries: Sequence[Descriptor],
    name: ImageReference,
    access: RegistryAccess | None = None,
) -> None:
    """Write the image that is the first of ``entries``, and the artifacts about it that follow.

    Its tag, and its name in a Docker archive, come from ``name``, in a registry from the destination. A Docker archive
    holds no artifacts. Raise what the writers raise.
    """
    if destination.path is None:
        _publish(destination, blobs, entries, access or RegistryAccess())
    elif destination.kind is DestinationKind.LAYOUT:
        write_layout(destination.path, blobs=blobs, entries=entries, tag=name.tag)
    else:
        _archive(destination.kind, destination.path, blobs, entries, name)


def _archive(
    kind: DestinationKind, path: Path, blobs: BlobSource, entries: Sequence[Descriptor], name: ImageReference
) -> None:
    from prill.oci.archive_writer import write_docker_archive, write_oci_archive  # noqa: PLC0415 - layouts are usual

    if kind is DestinationKind.OCI_ARCHIVE:
        write_oci_archive(path, blobs=blobs, entries=entries, tag=name.tag)
    else:
        write_docker_archive(path, blobs=blobs, image=entries[0], name=name)


def _publish(
    destination: Destination, blobs: BlobSource, entries: Sequence[Descriptor], access: RegistryAccess
) -> Digest:
    from prill.oci.credentials import read_credentials  # noqa: PLC0415 - layouts need no HTTP
    from prill.oci.push import push  # noqa: PLC0415
    from prill.oci.registry import connect  # noqa: PLC0415

    reference = destination.reference
    if reference is None:
        raise InvalidDestination(f"{destination} names no place")
    credentials = read_credentials(access.credentials, reference.registry) if access.credentials else None
    repository = connect(reference, writing=True, credentials=credentials, plain_http=access.plain_http)
    try:
        return push(repository, blobs=blobs, entries=entries)
    finally:
        repository.close()
