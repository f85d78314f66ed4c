"""Blobs in a dict: what a builder hands over, and what tests use."""

from collections.abc import Iterable
from typing import BinaryIO

from prill.model import Digest
from prill.model.value import replace
from prill.oci.descriptor import REF_NAME, Descriptor
from prill.oci.graph import parse_manifest, referrers_among
from prill.oci.index import with_entry
from prill.oci.store import Blob, BlobNotFound, BlobSource

__all__ = ["MemoryStore"]


class MemoryStore:
    """An `ImageStore` of `Blob` values. ``entries`` are the images and artifacts in it, where `referrers` looks."""

    def __init__(self, blobs: Iterable[Blob] = (), *, entries: Iterable[Descriptor] = ()) -> None:
        self._blobs = {blob.digest: blob for blob in blobs}
        self._entries = tuple(entries)

    def open(self, descriptor: Descriptor) -> BinaryIO:
        """Open a blob; raise `BlobNotFound`."""
        blob = self._blobs.get(descriptor.digest)
        if blob is None:
            raise BlobNotFound(f"there is no blob {descriptor.digest}")
        return replace(blob, size=descriptor.size).open()

    def has(self, descriptor: Descriptor) -> bool:
        """Say whether the blob is there."""
        return descriptor.digest in self._blobs

    def put(self, descriptor: Descriptor, source: BlobSource) -> None:
        """Copy a blob from another store."""
        with source.open(descriptor) as stream:
            self.add(Blob(digest=descriptor.digest, size=descriptor.size, content=stream.read()))

    def add(self, blob: Blob) -> None:
        """Keep a blob as it is; it is verified whenever it is read."""
        self._blobs[blob.digest] = blob

    def referrers(self, digest: Digest, artifact_type: str | None = None) -> tuple[Descriptor, ...]:
        """Return what among the entries has ``digest`` as its subject."""
        return referrers_among(self, self._entries, digest, artifact_type)

    def find(self, tag: str) -> Descriptor | None:
        """Return the entry with the tag."""
        return next((entry for entry in self._entries if entry.annotation(REF_NAME) == tag), None)

    def tags(self) -> tuple[str, ...]:
        """Return the entries' tags."""
        return tuple(sorted({tag for entry in self._entries if (tag := entry.annotation(REF_NAME)) is not None}))

    def put_manifest(self, raw: bytes, media_type: str, *, tag: str = "") -> Descriptor:
        """Keep a manifest or index; it becomes an entry if it has a tag or a subject."""
        manifest = parse_manifest(raw, media_type)
        self.add(Blob.of(raw))
        if tag or manifest.subject is not None:
            self._entries = with_entry(self._entries, manifest.descriptor(), tag)
        return manifest.descriptor()
