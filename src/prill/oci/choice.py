"""Which image of an index is meant (OCI image-spec, image-index.md): that of the platform asked for, or the host's."""

from collections.abc import Iterator

from prill.model import Platform
from prill.model.value import replace
from prill.oci.descriptor import Descriptor
from prill.oci.graph import IndexTooDeep
from prill.oci.index import Index
from prill.oci.layout import Layout
from prill.oci.media_types import INDEXES
from prill.oci.store import BlobSource, read_document

__all__ = ["MAX_DEPTH", "choose"]

MAX_DEPTH = 4
_MAX_INNER = 100


def choose(
    store: BlobSource, index: Index, *, platform: Platform | None, host: Platform
) -> tuple[Descriptor, tuple[str, ...]]:
    """Return the entry for ``platform``, and without one the host's, with notes that say so; raise `PlatformNotFound`.

    Indexes inside, of which nobody says the platform, count as if their entries stood here; raise `IndexTooDeep`.
    """
    if len(index.manifests) == 1 and (platform is None or _may_be_any(index.manifests[0])):
        return index.manifests[0], ()
    if any(entry.media_type in INDEXES and entry.platform is None for entry in index.manifests):
        index = replace(index, manifests=tuple(_entries(store, index, [])))
    if platform is not None:
        return index.select(platform), ()
    platforms = index.platforms()
    if len(platforms) <= 1:
        return index.select(platforms[0] if platforms else host), ()
    names = ", ".join(map(str, platforms))
    only = _only_one_there(store, index)
    if only is not None and only.platform != host:
        return only, (f"the index has images for {names}; {only.platform} was taken, which alone is there",)
    return index.select(host), (f"the index has images for {names}; {host} was taken, as on this machine",)


def _may_be_any(entry: Descriptor) -> bool:
    """Tell whether the platform stands nowhere but further inside."""
    return entry.platform is None


def _entries(store: BlobSource, index: Index, met: list[Descriptor], depth: int = 1) -> Iterator[Descriptor]:
    for entry in index.manifests:
        if entry.media_type not in INDEXES or entry.platform is not None:
            yield entry
            continue
        met.append(entry)
        if depth >= MAX_DEPTH or len(met) > _MAX_INNER:
            raise IndexTooDeep(f"{index.digest} has indexes more than {MAX_DEPTH} deep, or more than {_MAX_INNER}")
        inner = Index.parse(read_document(store, entry), entry.media_type)
        yield from _entries(store, inner, met, depth + 1)


def _only_one_there(store: BlobSource, index: Index) -> Descriptor | None:
    """Return the one image whose manifest is there: Docker saves the whole index, and the images that it has."""
    if not isinstance(store, Layout):
        return None
    of_a_platform = (entry for entry in index.manifests if entry.platform and entry.platform.os != "unknown")
    there = [entry for entry in of_a_platform if store.has(entry)]
    return there[0] if len(there) == 1 else None
