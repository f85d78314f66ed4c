"""Bringing an image from one place to another, with what is attached to it.

1. Open the source and resolve its name to a digest, once.
2. Take the whole index, or one image of it.
3. Find what is attached: referrers, cosign's tags, and what is attached to those (`prill.oci.attachments`).
4. Write everything as it is, byte by byte: what is pointed to before what points to it, the image's own tag last.
"""

import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from prill.api.progress import Progress, SilentProgress
from prill.model import Digest, Gap, ImageReference, InvalidReference, Platform
from prill.model.value import dataclass, field, replace
from prill.oci.attachments import Attached, find_attachments
from prill.oci.descriptor import REF_NAME, Descriptor
from prill.oci.destinations import Destination, DestinationKind, write_image
from prill.oci.graph import reachable
from prill.oci.image import select_image
from prill.oci.layout_writer import write_layout
from prill.oci.media_types import INDEXES, MANIFESTS
from prill.oci.places import Place, connect_to, open_place
from prill.oci.registry_access import RegistryAccess
from prill.oci.sources import host_platform

if TYPE_CHECKING:
    from prill.oci.resumed import ResumedRepository

__all__ = ["Copied", "CopyRequest", "copy_image"]

_WORKERS = 6
"""How many blobs are fetched at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRequest:
    """What is to be copied. Without ``platform``, of an index ``whole`` takes all, else the host's image is taken."""

    source: str
    destination: Destination
    platform: Platform | None = None
    whole: bool = False
    attachments: bool = False
    access: RegistryAccess = field(default_factory=RegistryAccess)
    """How to talk to the registry that is read from, and to the other unless ``into`` says so."""
    into: RegistryAccess | None = None
    downloads: Path | None = None
    """Where blobs from a registry are kept on their way to a file, for the next attempt; None for nowhere."""
    now: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What was copied. ``sent`` and ``present`` are blobs that had to go over, and that the destination had.

    ``sent`` counts all blobs where nobody knows, as in a file. ``gaps`` are attached things that could not be copied.
    """

    source: str
    place: str
    digest: Digest
    manifests: int
    sent: int
    sent_size: int
    present: int
    resumed: int = 0
    """How many bytes an attempt before had fetched."""
    attached: tuple[Attached, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()


def copy_image(request: CopyRequest, *, progress: Progress | None = None) -> Copied:
    """Copy; raise what opening the source, reading it, or writing to the destination raises."""
    with open_place(request.source, access=request.access) as opened:  # 1
        place, kept = _resumed(opened, request)
        target, notes = _chosen(place, request)  # 2
        found, gaps = _attached(place, target, request)  # 3
        counts = _Counts(progress or SilentProgress())
        _write(place, target, found, request, counts)  # 4
        everything = reachable(place.store, (target, *(one.descriptor for one in found)))
        if kept is not None:
            kept.forget(now=request.now)
    blobs = [one for one in everything if one.media_type not in MANIFESTS | INDEXES]
    into = request.destination.reference
    return Copied(
        source=place.name,
        place=request.destination.place_of(target.digest),
        digest=target.digest,
        manifests=len(everything) - len(blobs),
        sent=counts.sent if into else len(blobs),
        sent_size=counts.size if into else sum(one.size for one in blobs),
        present=counts.present,
        resumed=kept.resumed if kept else 0,
        attached=found,
        gaps=gaps,
        notes=(*place.notes, *notes),
    )


def _resumed(place: Place, request: CopyRequest) -> "tuple[Place, ResumedRepository | None]":
    """Let a registry's blobs come in several attempts, where they become files."""
    if place.reference is None or request.downloads is None or request.destination.reference is not None:
        return place, None
    from prill.oci.registry import Repository  # noqa: PLC0415 - layouts need no HTTP
    from prill.oci.resumed import ResumedRepository  # noqa: PLC0415

    if not isinstance(place.store, Repository):
        return place, None
    kept = ResumedRepository(place.store, request.downloads)
    return replace(place, store=kept), kept


class _Counts:
    """Counts blobs from several threads, and tells how far the copy is."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._guard = threading.Lock()
        self.sent = self.present = self.size = self._done = 0
        self.total = 0

    def __call__(self, descriptor: Descriptor, sent: bool) -> None:  # noqa: FBT001 - as push calls it
        with self._guard:
            self.sent += sent
            self.present += not sent
            self.size += descriptor.size if sent else 0
            self._done += descriptor.size
            self._progress.update("copying", self._done, self.total)


def _chosen(place: Place, request: CopyRequest) -> tuple[Descriptor, tuple[str, ...]]:
    if request.whole and request.platform is None:
        return place.target, ()
    image, notes = select_image(place.store, place.target, platform=request.platform, host=host_platform())
    if image.descriptor.digest != place.target.digest:
        notes = (*notes, f"this is one image of the index {place.target.digest}; --all-platforms copies the index")
    return image.descriptor, notes


def _attached(place: Place, target: Descriptor, request: CopyRequest) -> tuple[tuple[Attached, ...], tuple[Gap, ...]]:
    if not request.attachments:
        return (), ()
    attachments = find_attachments(place.store, target)
    if attachments.found and not request.destination.holds_referrers:
        kind = request.destination.kind
        lost = Gap(str(target.digest), f"{len(attachments.found)} attached manifests: a {kind} holds none")
        return (), (*attachments.gaps, lost)
    return attachments.found, attachments.gaps


def _write(place: Place, target: Descriptor, found: Sequence[Attached], request: CopyRequest, counts: _Counts) -> None:
    entries = (target, *(one.descriptor for one in found if not one.tag))
    named = tuple((one.tag, one.descriptor) for one in found if one.tag)
    into = request.destination
    name = _name(place, target)
    if into.reference is not None:
        _push(place, entries, named, request, counts)
    elif into.kind is DestinationKind.LAYOUT and into.path is not None:
        into.check()
        first, *rest = entries
        write_layout(
            into.path, blobs=place.store, entries=[first], tag=name.tag, unlisted=rest, named=named, workers=_WORKERS
        )
    else:
        access = request.into or request.access
        write_image(into, blobs=place.store, entries=entries, name=name, access=access, listed=False, named=named)


def _push(
    place: Place,
    entries: Sequence[Descriptor],
    named: Sequence[tuple[str, Descriptor]],
    request: CopyRequest,
    counts: _Counts,
) -> None:
    from prill.oci.push import push  # noqa: PLC0415 - layouts need no HTTP

    into = request.destination.reference
    if into is None:
        return
    repository = connect_to(into, request.into or request.access, writing=True)
    try:
        if place.reference is not None:
            repository.mount_from(place.reference)
        all_blobs = reachable(place.store, (*entries, *(descriptor for _, descriptor in named)))
        counts.total = sum(one.size for one in all_blobs if one.media_type not in MANIFESTS | INDEXES)
        push(repository, blobs=place.store, entries=entries, named=named, on_blob=counts)
    finally:
        repository.close()


def _name(place: Place, target: Descriptor) -> ImageReference:
    """Return the name that a layout or an archive has for the image: the source's own, as far as it has one."""
    if place.reference is not None and place.reference.tag:
        return ImageReference(
            registry=place.reference.registry, repository=place.reference.repository, tag=place.reference.tag
        )
    text = place.target.annotation(REF_NAME) or target.annotation(REF_NAME) or "latest"
    # Most layouts name a tag; podman's and skopeo's may name the whole image, or anything at all.
    for name in (f"localhost/image:{text}", text):
        with suppress(InvalidReference):
            known = ImageReference.parse(name)
            if known.tag:
                return ImageReference(registry=known.registry, repository=known.repository, tag=known.tag)
    return ImageReference.parse("localhost/image:latest")
