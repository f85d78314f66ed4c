"""Everything that is said about an image, and about that in turn: signatures, attestations, SBOMs, wherever they are.

For the image's index, each image in it, and each artifact that is found:

1. what refers to it by its subject, from the referrers API, the referrers tag or a layout's blobs;
2. what stands under cosign's tags, ``sha256-….sig``, ``.att`` and ``.sbom``.

Level by level, each digest once, so that a list that leads back to where it came from leads nowhere; and to a bound.
"""

from prill._io.fetch_errors import FetchFailed
from prill._io.parallel import run_parallel
from prill.errors import PrillError
from prill.model import Digest, Gap
from prill.model.value import dataclass, field
from prill.oci.descriptor import Descriptor
from prill.oci.graph import read_manifest
from prill.oci.index import Index
from prill.oci.manifest import Manifest
from prill.oci.media_types import INDEXES, MANIFESTS
from prill.oci.referrers import ReferrerLimits, Referrers, read_referrers
from prill.oci.store import ImageSource
from prill.oci.tags import COSIGN_SUFFIXES, cosign_tag

__all__ = ["Attached", "AttachmentLimits", "Attachments", "documents_of", "find_attachments"]

_WORKERS = 8
_SHOWN = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentLimits:
    """How many manifests are looked at in all, how far from the image, and what `read_referrers` takes for each."""

    number: int = 10_000
    depth: int = 8
    referrers: ReferrerLimits = field(default_factory=ReferrerLimits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A manifest about ``subject``: a referrer, or what stands under ``tag``, one of cosign's."""

    subject: Digest
    descriptor: Descriptor
    manifest: Manifest | Index = field(repr=False)
    tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachments:
    """What was found, that about the image first; and what could not be looked at, and why."""

    found: tuple[Attached, ...] = ()
    gaps: tuple[Gap, ...] = ()


def find_attachments(source: ImageSource, target: Descriptor, *, limits: AttachmentLimits | None = None) -> Attachments:
    """Find what is attached to ``target`` and to what it points to; raise `FetchFailed` where nobody answers."""
    limits = limits or AttachmentLimits()
    documents, gaps = documents_of(source, target)
    level = [descriptor.digest for descriptor in documents]
    known = set(level)
    found: list[Attached] = []
    for _ in range(limits.depth):
        following: list[Digest] = []
        for attached, missed in run_parallel(lambda digest: _about(source, digest, limits), level, workers=_WORKERS):
            gaps += missed
            for one in attached:
                if len(found) >= limits.number:
                    gaps.append(Gap(str(target.digest), f"more than {limits.number} attached manifests"))
                    return Attachments(found=tuple(found), gaps=tuple(gaps))
                found.append(one)
                if one.descriptor.digest not in known:
                    known.add(one.descriptor.digest)
                    following.append(one.descriptor.digest)
        level = following
        if not level:
            break
    gaps += (Gap(str(digest), "not looked at: too far from the image") for digest in level)
    return Attachments(found=tuple(found), gaps=tuple(gaps))


def documents_of(source: ImageSource, target: Descriptor) -> tuple[tuple[Descriptor, ...], list[Gap]]:
    """Return the index and the manifests that ``target`` leads to, and those of them that are not there."""
    found: dict[Digest, Descriptor] = {target.digest: target}
    gaps: list[Gap] = []
    waiting = [target]
    while waiting:
        descriptor = waiting.pop(0)
        try:
            manifest = read_manifest(source, descriptor) if descriptor.media_type in INDEXES else None
        except FetchFailed:
            raise
        except PrillError as error:
            if descriptor is target:
                raise
            gaps.append(Gap(str(descriptor.digest), str(error)[:_SHOWN]))
            continue
        for child in manifest.children() if manifest else ():
            if child.digest not in found and child.media_type in INDEXES | MANIFESTS:
                found[child.digest] = child
                waiting.append(child)
    return tuple(found.values()), gaps


def _about(source: ImageSource, digest: Digest, limits: AttachmentLimits) -> tuple[list[Attached], list[Gap]]:
    referrers: Referrers = read_referrers(source, digest, limits=limits.referrers)  # 1
    found = [Attached(subject=digest, descriptor=one.descriptor, manifest=one.manifest) for one in referrers.found]
    gaps = list(referrers.gaps)
    for suffix in COSIGN_SUFFIXES:  # 2
        tag = cosign_tag(digest, suffix)
        try:
            descriptor = source.find(tag)
            manifest = read_manifest(source, descriptor) if descriptor else None
        except FetchFailed:
            raise
        except PrillError as error:
            gaps.append(Gap(tag, str(error)[:_SHOWN]))
            continue
        if descriptor is not None and manifest is not None:
            described = Descriptor(media_type=descriptor.media_type, digest=descriptor.digest, size=descriptor.size)
            found.append(Attached(subject=digest, descriptor=described, manifest=manifest, tag=tag))
    return found, gaps
