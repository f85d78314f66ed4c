"""What is said about an image by what refers to it: found, opened, bounded; and added.

A list of referrers is a hint and no more. Real lists name the wrong artifact type and leave annotations out (cosign's
under the referrers tag), so every manifest is opened and described from its own bytes; one whose subject is something
else is left out, and that is told. Distribution-spec 1.1, "Listing Referrers" and "Referrers Tag Schema".
"""

import time
from collections.abc import Callable, Collection, Iterable

from prill._io.fetch_errors import FetchFailed
from prill._io.pace import Budget
from prill._io.parallel import run_parallel
from prill.errors import PrillError
from prill.model import Digest, Gap
from prill.model.value import dataclass, field
from prill.oci.descriptor import Descriptor
from prill.oci.graph import read_manifest
from prill.oci.index import Index
from prill.oci.manifest import Manifest
from prill.oci.store import Blob, BlobSource, ImageStore
from prill.oci.tags import cosign_tag, referrers_tag

__all__ = ["Referrer", "ReferrerLimits", "Referrers", "attach", "cosign_tag", "read_referrers", "referrers_tag"]

_WORKERS = 4
_SHOWN = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferrerLimits:
    """How many manifests are opened for one subject, how many bytes they may have together, and how long that takes."""

    number: int = 1000
    total_size: int = 64 << 20
    seconds: float = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Referrer:
    """A manifest or index about a subject. ``descriptor`` comes from its own bytes, whatever a list says of it."""

    descriptor: Descriptor
    manifest: Manifest | Index = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Referrers:
    """What refers to ``subject``, in the list's order, and what of the list could not be counted."""

    subject: Digest
    found: tuple[Referrer, ...] = ()
    gaps: tuple[Gap, ...] = ()


def read_referrers(
    store: BlobSource,
    subject: Digest,
    *,
    first: Collection[str] = (),
    limits: ReferrerLimits | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Referrers:
    """Open everything that ``store`` lists as referring to ``subject``.

    Where the list is longer than ``limits`` allow, those it says are of the artifact types ``first`` are opened before
    the others; what is left unopened, unreadable or about something else is a gap. Raise `FetchFailed` where the store
    itself does not answer.
    """
    limits = limits or ReferrerLimits()
    listed = {entry.digest: entry for entry in store.referrers(subject)}
    wanted = sorted(listed.values(), key=lambda entry: entry.artifact_type not in first) if first else listed.values()
    chosen, left = _within(wanted, limits)
    budget = Budget(limits.seconds, clock=clock)
    opened = run_parallel(
        lambda entry: None if budget.spent else _open(store, entry, subject), chosen, workers=_WORKERS
    )
    gaps = [one for one in opened if isinstance(one, Gap)]
    if late := sum(one is None for one in opened):
        gaps.append(Gap(str(subject), f"{late} of {len(listed)} referrers were not opened: they come too slowly"))
    if left:
        gaps.append(Gap(str(subject), f"{left} of {len(listed)} referrers were not opened: they are too many"))
    found = (one for one in opened if isinstance(one, Referrer))
    return Referrers(subject=subject, found=tuple(found), gaps=tuple(gaps))


def attach(store: ImageStore, manifest: Manifest, blobs: Iterable[bytes]) -> Descriptor:
    """Store an artifact about an image, its content first, so that it is listed among the subject's referrers.

    ``blobs`` are its config and layers. Return its descriptor. Raise what the store raises.
    """
    from prill.oci.memory import MemoryStore  # noqa: PLC0415 - who reads needs none

    contents = MemoryStore(map(Blob.of, blobs))
    for child in manifest.children():
        if not store.has(child):
            store.put(child, contents)
    return store.put_manifest(manifest.raw, manifest.media_type)


def _within(entries: Iterable[Descriptor], limits: ReferrerLimits) -> tuple[list[Descriptor], int]:
    """Return as many as the limits allow, and the number of those left."""
    chosen: list[Descriptor] = []
    size = left = 0
    for entry in entries:
        if len(chosen) < limits.number and size + entry.size <= limits.total_size:
            chosen.append(entry)
            size += entry.size
        else:
            left += 1
    return chosen, left


def _open(store: BlobSource, entry: Descriptor, subject: Digest) -> Referrer | Gap:
    try:
        manifest = read_manifest(store, entry)
    except FetchFailed:
        raise
    except PrillError as error:
        return Gap(str(entry.digest), f"a referrer cannot be read: {str(error)[:_SHOWN]}")
    if manifest is None:
        return Gap(str(entry.digest), f"listed as a referrer, and no manifest: {entry.media_type[:160]!r}")
    if manifest.subject is None or manifest.subject.digest != subject:
        about = manifest.subject.digest if manifest.subject else "nothing"
        return Gap(str(entry.digest), f"listed as a referrer of {subject}, and is about {about}")
    return Referrer(descriptor=manifest.descriptor(), manifest=manifest)
