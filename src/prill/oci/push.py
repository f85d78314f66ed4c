"""Publishing images: in an order in which nobody sees something incomplete.

1. Blobs that the registry lacks, a few at a time.
2. Manifests by digest, what is pointed to before what points to it.
3. Where the registry takes no note of subjects, the list of referrers under the referrers tag (distribution-spec,
   "Pushing Manifests with Subject"). Two who push referrers of one image at the same moment may lose one of them there:
   the specification has no way around it.
4. The tag, last.
"""

from collections.abc import Iterable, Sequence

from prill._io.parallel import run_parallel
from prill.model import Digest
from prill.oci.descriptor import Descriptor
from prill.oci.graph import reachable, read_manifest
from prill.oci.index import Index
from prill.oci.media_types import INDEXES, MANIFESTS
from prill.oci.registry import Repository, referrers_tag
from prill.oci.store import BlobSource, read_document

__all__ = ["push"]

_WORKERS = 4


def push(repository: Repository, *, blobs: BlobSource, entries: Sequence[Descriptor]) -> Digest:
    """Publish everything that ``entries`` lead to; the first entry gets the reference's tag, if it has one.

    Return the first entry's digest. Raise what ``blobs`` raises, `RegistryRefused` or another `FetchFailed`.
    """
    found = reachable(blobs, entries)
    documents = [one for one in found if one.media_type in MANIFESTS or one.media_type in INDEXES]
    others = [one for one in found if one not in documents]
    run_parallel(lambda descriptor: _upload(repository, blobs, descriptor), others, workers=_WORKERS)  # 1
    unnoticed: dict[Digest, list[Descriptor]] = {}
    for descriptor in documents:  # 2
        raw = read_document(blobs, descriptor)
        noticed = repository.put_manifest(raw, descriptor.media_type)
        manifest = read_manifest(blobs, descriptor)
        if manifest is not None and manifest.subject is not None and not noticed:
            unnoticed.setdefault(manifest.subject.digest, []).append(manifest.descriptor())
    for subject, referrers in unnoticed.items():  # 3
        _list_referrers(repository, subject, referrers)
    first = entries[0]
    if repository.reference.tag:  # 4
        repository.put_manifest(read_document(blobs, first), first.media_type, repository.reference.tag)
    return first.digest


def _upload(repository: Repository, blobs: BlobSource, descriptor: Descriptor) -> None:
    if not repository.has(descriptor):
        repository.put(descriptor, blobs)


def _list_referrers(repository: Repository, subject: Digest, referrers: Iterable[Descriptor]) -> None:
    """Add to the list under the referrers tag, unless everything is in it."""
    known = repository.tagged_referrers(subject)
    digests = {descriptor.digest for descriptor in known}
    new = tuple(descriptor for descriptor in referrers if descriptor.digest not in digests)
    if new:
        index = Index(manifests=(*known, *new))
        repository.put_manifest(index.raw, index.media_type, referrers_tag(subject))
