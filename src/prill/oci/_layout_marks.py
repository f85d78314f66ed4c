"""What Prill notes in a layout's index: that it wrote the whole, and what was attached to the images afterwards.

Both are annotations of the index. ``prill.layout`` is a digest over the entries as they were written: whoever changes
them makes the layout their own. ``prill.attached`` names artifacts, such as signatures, that were added one at a time:
they outlive a new build that makes the same image again, and what the old build attached itself does not.
"""

from collections.abc import Iterable, Sequence

from prill.model import Digest, InvalidDigest
from prill.model.value import replace
from prill.oci.descriptor import Descriptor
from prill.oci.index import Index

__all__ = ["attached_to", "is_ours", "marked", "with_attached"]

_MARK = "prill.layout"
_ATTACHED = "prill.attached"


def marked(entries: Sequence[Descriptor]) -> Index:
    """Return an index of ``entries`` that says so."""
    plain = Index(manifests=tuple(entries))
    return replace(plain, annotations=((_MARK, str(plain.digest)),))


def is_ours(index: Index) -> bool:
    """Tell whether the index is as `marked` made it, but for what was attached."""
    notes = tuple(pair for pair in index.annotations if pair[0] != _ATTACHED)
    return notes == marked(index.manifests).annotations


def attached_to(index: Index) -> tuple[Digest, ...]:
    """Return what was attached; what is no digest there is nothing."""
    found = []
    for word in dict(index.annotations).get(_ATTACHED, "").split():
        try:
            found.append(Digest.parse(word))
        except InvalidDigest:
            continue
    return tuple(found)


def with_attached(index: Index, digests: Iterable[Digest]) -> Index:
    """Return the index with ``digests`` noted as attached, besides those that are."""
    noted = sorted({*attached_to(index), *digests})
    if not noted:
        return index
    notes = {**dict(index.annotations), _ATTACHED: " ".join(map(str, noted))}
    return replace(index, annotations=tuple(sorted(notes.items())))
