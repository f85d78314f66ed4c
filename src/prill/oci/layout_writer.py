"""Writing a layout so that whoever is interrupted leaves the old one or the new one.

1. Lock the folder, and refuse one that holds something else.
2. Write each blob under its digest, verified, by a temporary file and a rename. The old index knows none of them.
3. Bring them to the disk.
4. Write ``oci-layout``, so that a folder without all its blobs is no layout, and replace ``index.json``: from here on
   the layout is the new one.
5. Remove the blobs nobody points to, if the whole layout was written here: what others attached to an image that is
   still there, such as signatures, stays with it. Others' layouts lose nothing.

A writer that fails before 4 removes the blobs it wrote, and in a new folder everything. One that is killed cannot; what
it left is removed by the next one's step 5.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from prill._io.atomic import open_atomic, write_atomic, writing
from prill._io.parallel import run_parallel
from prill.errors import PrillError
from prill.model.regex import regex
from prill.model.value import replace
from prill.oci._layout_marks import attached_to, is_ours, marked, with_attached
from prill.oci.descriptor import REF_NAME, Descriptor
from prill.oci.graph import reachable
from prill.oci.index import Index
from prill.oci.layout import INDEX_FILE, LAYOUT_FILE, LAYOUT_JSON, blob_name, open_layout
from prill.oci.layout_folder import layout_folder
from prill.oci.store import BlobNotFound, BlobSource, DigestMismatch, SizeMismatch, VerifiedReader

__all__ = ["InvalidTag", "name_entry", "tag_entries", "write_layout"]

_CHUNK = 1 << 20
_TAG = regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


class InvalidTag(PrillError):
    """A text cannot be a tag."""


def write_layout(
    path: Path,
    *,
    blobs: BlobSource,
    entries: Sequence[Descriptor],
    tag: str,
    unlisted: Sequence[Descriptor] = (),
    named: Sequence[tuple[str, Descriptor]] = (),
    workers: int = 1,
) -> None:
    """Write a layout of everything that ``entries`` lead to; the first entry gets ``tag``.

    ``unlisted`` are referrers of what the entries lead to. They are among the blobs and not in the index, where readers
    that take one manifest stumble over them; their subject tells whose they are. ``named`` are entries besides, each
    with a tag of its own, such as cosign's signatures, which have no subject. ``workers`` is how many blobs are written
    at once, for those who fetch them from afar.

    A layout that `write_layout` wrote before is replaced; to another one the entries are added, in front. Raise
    `ForeignDirectory`, `CannotWrite` or `DiskFull`, and whatever ``blobs`` raises: the old layout is still there then.
    """
    entries = (*tag_entries(entries, tag), *(name_entry(descriptor, name) for name, descriptor in named))
    wanted = reachable(blobs, (*entries, *unlisted))
    with layout_folder(path) as folder:  # 1
        with _all_or_none() as added:
            written = _write_blobs(path, blobs, wanted, added, workers)  # 2
            _synchronise(written)  # 3
        old = folder.index
        theirs = _surviving(path, old, wanted)
        new = _merged(old, entries) if old and not is_ours(old) else marked(entries)
        write_atomic(path / LAYOUT_FILE, LAYOUT_JSON)  # 4
        write_atomic(path / INDEX_FILE, with_attached(new, (one.digest for one in theirs)).raw)
        if folder.unfinished or (old is not None and is_ours(old)):  # 5
            kept = reachable(open_layout(path), theirs)
            folder.tidy({descriptor.digest for descriptor in (*wanted, *kept)})
        folder.sweep()


def tag_entries(entries: Sequence[Descriptor], tag: str) -> tuple[Descriptor, ...]:
    """Return the entries with ``tag`` on the first and on no other; raise `InvalidTag` for what cannot be one."""
    if not _TAG.fullmatch(tag):
        raise InvalidTag(f"not a tag: {tag[:160]!r}", hint="up to 128 letters, digits, '_', '.' and '-'")
    first, *rest = entries
    return (first.with_annotation(REF_NAME, tag), *(entry.unnamed() for entry in rest))


@contextmanager
def _all_or_none() -> Iterator[list[Path]]:
    """Remove the files that were added to the list, if the block fails."""
    added: list[Path] = []
    try:
        yield added
    except BaseException:
        for path in added:
            path.unlink(missing_ok=True)
        raise


def name_entry(descriptor: Descriptor, tag: str) -> Descriptor:
    """Return an entry with ``tag`` and no other name."""
    return descriptor.unnamed().with_annotation(REF_NAME, tag)


def _surviving(path: Path, old: Index | None, wanted: Iterable[Descriptor]) -> tuple[Descriptor, ...]:
    """Return what others attached to what is wanted, and to that in turn, as far as it is whole."""
    attached = set(attached_to(old)) if old else set()
    if not attached:
        return ()
    layout = open_layout(path)
    waiting = [descriptor.digest for descriptor in wanted]
    found: list[Descriptor] = []
    while waiting:
        for descriptor in layout.referrers(waiting.pop()):
            if descriptor.digest in attached:
                attached.remove(descriptor.digest)
                with suppress(BlobNotFound):
                    reachable(layout, [descriptor])
                    found.append(descriptor)
                    waiting.append(descriptor.digest)
    return tuple(found)


def _write_blobs(
    path: Path, blobs: BlobSource, wanted: Sequence[Descriptor], added: list[Path], workers: int
) -> tuple[Path, ...]:
    """Write what is not there in good order; return the files that were written, and add those that are new."""

    def write(descriptor: Descriptor) -> Path | None:
        target = path / blob_name(descriptor.digest)
        if _is_good(target, descriptor):
            return None
        if not target.exists():
            added.append(target)
        with blobs.open(descriptor) as stream, open_atomic(target, durable=False) as file:
            while data := stream.read(_CHUNK):
                file.write(data)
        return target

    return tuple(filter(None, run_parallel(write, wanted, workers=workers)))


def _is_good(path: Path, descriptor: Descriptor) -> bool:
    try:
        if path.stat().st_size != descriptor.size:
            return False
        with VerifiedReader(path.open("rb"), digest=descriptor.digest, size=descriptor.size) as stream:
            while stream.read(_CHUNK):
                pass
    except (OSError, DigestMismatch, SizeMismatch):
        return False
    return True


def _synchronise(files: Sequence[Path]) -> None:
    folders = {folder for file in files for folder in (file.parent, file.parent.parent)}
    for path in (*files, *sorted(folders)):
        number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            with writing(path):
                os.fsync(number)
        finally:
            os.close(number)


def _merged(others: Index, entries: Sequence[Descriptor]) -> Index:
    """Put the new entries in front; what has the same tag, or the same digest and no tag, gives way."""
    taken = {name for entry in entries for name in (entry.digest, entry.annotation(REF_NAME))}
    kept = (old for old in others.manifests if (old.annotation(REF_NAME) or old.digest) not in taken)
    return replace(others, manifests=(*entries, *kept))
