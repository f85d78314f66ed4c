"""Publishing images: in an order in which nobody sees something incomplete.

1. Blobs that the registry lacks, a few at a time, the largest first; where another repository of the same registry has
   them, without sending them.
2. Manifests by digest, what is pointed to before what points to it.
3. Where the registry takes no note of subjects, the list of referrers under the referrers tag (distribution-spec,
   "Pushing Manifests with Subject").
4. Tags, the image's own last: whoever sees it, sees its signatures too.
"""

from collections.abc import Callable, Sequence

from prill._io.parallel import run_parallel
from prill.model import Digest
from prill.oci.descriptor import Descriptor
from prill.oci.graph import reachable, read_manifest
from prill.oci.media_types import INDEXES, MANIFESTS
from prill.oci.registry import Repository
from prill.oci.store import BlobSource, read_document

__all__ = ["Tagged", "push"]

_WORKERS = 6

Tagged = tuple[str, Descriptor]
"""A tag, and what it stands for."""


def push(
    repository: Repository,
    *,
    blobs: BlobSource,
    entries: Sequence[Descriptor],
    named: Sequence[Tagged] = (),
    on_blob: Callable[[Descriptor, bool], None] = lambda _descriptor, _sent: None,
) -> Digest:
    """Publish everything that ``entries`` lead to; the first entry gets the reference's tag, if it has one.

    ``named`` are published besides, under their tags. ``on_blob`` is told of each blob, and whether it had to be sent.
    Return the first entry's digest. Raise what ``blobs`` raises, `RegistryRefused` or another `FetchFailed`.
    """
    found = reachable(blobs, (*entries, *(descriptor for _, descriptor in named)))
    documents = [one for one in found if one.media_type in MANIFESTS or one.media_type in INDEXES]
    others = sorted(set(found) - set(documents), key=lambda one: (-one.size, one.digest))

    def upload(descriptor: Descriptor) -> None:
        missing = not repository.has(descriptor)
        on_blob(descriptor, repository.put(descriptor, blobs) if missing else False)

    run_parallel(upload, others, workers=_WORKERS)  # 1
    unnoticed: dict[Digest, list[Descriptor]] = {}
    for descriptor in documents:  # 2
        raw = read_document(blobs, descriptor)
        noticed = repository.upload_manifest(raw, descriptor.media_type)
        manifest = read_manifest(blobs, descriptor)
        if manifest is not None and manifest.subject is not None and not noticed:
            unnoticed.setdefault(manifest.subject.digest, []).append(manifest.descriptor())
    for subject, referrers in unnoticed.items():  # 3
        repository.list_referrers(subject, referrers)
    first = entries[0]
    own = [(repository.reference.tag, first)] if repository.reference.tag else []
    for tag, descriptor in (*named, *own):  # 4
        repository.upload_manifest(read_document(blobs, descriptor), descriptor.media_type, tag)
    return first.digest
