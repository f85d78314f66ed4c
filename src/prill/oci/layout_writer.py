"""Writing a layout so that whoever is interrupted leaves the old one or the new one.

1. Lock the folder, and refuse one that holds something else.
2. Write each blob under its digest, verified, by a temporary file and a rename. The old index knows none of them.
3. Bring them to the disk.
4. Replace ``index.json``: from here on the layout is the new one.
5. Remove the blobs nobody points to, if the whole layout was written here. Others' layouts lose nothing.
"""

import fcntl
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from prill._io.atomic import open_atomic, sweep, write_atomic, writing
from prill.errors import PrillError
from prill.model import Digest
from prill.oci.descriptor import REF_NAME, Descriptor
from prill.oci.graph import reachable
from prill.oci.index import Index
from prill.oci.layout import INDEX_FILE, LAYOUT_FILE, LAYOUT_JSON, blob_name, open_layout
from prill.oci.store import BlobSource, DigestMismatch, SizeMismatch, VerifiedReader

__all__ = ["ForeignDirectory", "InvalidTag", "tag_entries", "write_layout"]

_CHUNK = 1 << 20
_TEMPORARY = ".tmp-"
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_HEX = re.compile(r"[0-9a-f]{64,128}")
_MARK = "prill.layout"
"""An annotation of the index. Its value is a digest over the entries as they were written here."""


class ForeignDirectory(PrillError):
    """A folder holds something else than an OCI layout, and is left alone."""


class InvalidTag(PrillError):
    """A text cannot be a tag."""


def write_layout(path: Path, *, blobs: BlobSource, entries: Sequence[Descriptor], tag: str) -> None:
    """Write a layout of everything that ``entries`` lead to; the first entry gets ``tag``.

    A layout that `write_layout` wrote before is replaced; to another one the entries are added, in front. Raise
    `ForeignDirectory`, `CannotWrite` or `DiskFull`, and whatever ``blobs`` raises: the old layout is still there then.
    """
    entries = tag_entries(entries, tag)
    wanted = reachable(blobs, entries)
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
    with _locked(path):  # 1
        previous = _previous(path)
        write_atomic(path / LAYOUT_FILE, LAYOUT_JSON)
        written = list(_write_blobs(path, blobs, wanted))  # 2
        _synchronise(written)  # 3
        ours = previous is None or _is_ours(previous)
        index = _marked(entries) if ours or previous is None else _merged(previous, entries)
        write_atomic(path / INDEX_FILE, index.raw)  # 4
        _sweep(path)
        if previous is not None and ours:
            _tidy(path, {descriptor.digest for descriptor in wanted})  # 5


def tag_entries(entries: Sequence[Descriptor], tag: str) -> tuple[Descriptor, ...]:
    """Return the entries with ``tag`` on the first and on no other; raise `InvalidTag` for what cannot be one."""
    if not _TAG.fullmatch(tag):
        raise InvalidTag(f"not a tag: {tag[:160]!r}", hint="up to 128 letters, digits, '_', '.' and '-'")
    first, *rest = entries
    plain = (
        replace(entry, annotations=tuple(pair for pair in entry.annotations if pair[0] != REF_NAME)) for entry in rest
    )
    return (first.with_annotation(REF_NAME, tag), *plain)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with writing(path):
        number = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # Where locks are not supported, two writers at once are the caller's to avoid.
        with suppress(OSError):
            fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)


def _previous(path: Path) -> Index | None:
    """Return the index that is there; raise `ForeignDirectory` for what is neither empty nor a layout."""
    names = {entry.name for entry in path.iterdir() if not entry.name.startswith(_TEMPORARY)}
    if names and LAYOUT_FILE not in names:
        raise ForeignDirectory(
            f"{str(path)!r} is not empty and no OCI layout: it holds {min(names)!r}",
            hint="choose a new or empty folder, or remove this one yourself",
        )
    if INDEX_FILE not in names:
        return None
    try:
        return open_layout(path).index
    except PrillError as error:
        raise ForeignDirectory(f"{str(path)!r} cannot be written to: {error}", hint="choose another folder") from error


def _marked(entries: Sequence[Descriptor]) -> Index:
    plain = Index(manifests=tuple(entries))
    return replace(plain, annotations=((_MARK, str(plain.digest)),))


def _is_ours(index: Index) -> bool:
    """Tell whether the index is as it was written here, with nothing added by others."""
    return index.annotations == _marked(index.manifests).annotations


def _write_blobs(path: Path, blobs: BlobSource, wanted: Iterable[Descriptor]) -> Iterator[Path]:
    """Write what is not there in good order; yield the files that were written."""
    for descriptor in wanted:
        target = path / blob_name(descriptor.digest)
        if not _is_good(target, descriptor):
            with blobs.open(descriptor) as stream, open_atomic(target, durable=False) as file:
                while data := stream.read(_CHUNK):
                    file.write(data)
            yield target


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


def _sweep(path: Path) -> None:
    """Remove what killed writers left; the lock says that nobody else is writing."""
    for folder in (path, *(path / "blobs").iterdir()):
        sweep(folder, now=sys.maxsize, min_age=0)


def _tidy(path: Path, wanted: set[Digest]) -> None:
    """Remove the blobs that nobody points to."""
    names = {blob_name(digest) for digest in wanted}
    for blob in (path / "blobs").glob("sha*/*"):
        if _HEX.fullmatch(blob.name) and f"blobs/{blob.parent.name}/{blob.name}" not in names:
            blob.unlink(missing_ok=True)
