"""Referrers that a layout holds and its index does not list, found among the blobs.

A manifest says in ``subject`` what it is about (image-spec, manifest.md), wherever it is listed; a registry reads the
same field for its referrers API. Readers that take one manifest, such as syft and crane, want the image alone in
``index.json``, so Prill and ``cosign save`` list nothing else there.
"""

from collections.abc import Container, Iterable, Iterator
from typing import BinaryIO, Protocol

from prill.errors import PrillError
from prill.model import Digest
from prill.model.digest import InvalidDigest
from prill.oci._wire import MAX_DOCUMENT_BYTES, InvalidDocument, parse
from prill.oci.descriptor import Descriptor
from prill.oci.media_types import INDEX, INDEXES, MANIFEST, MANIFESTS

__all__ = ["TooManyBlobs", "unlisted_referrers"]

_MAX_BLOBS = 20_000
_MAX_READ = 512 * 1024 * 1024
_BEGIN = b"{"


class TooManyBlobs(PrillError):
    """A layout has more blobs than anybody should look through."""


class _Files(Protocol):
    def open(self, name: str) -> tuple[BinaryIO, int]: ...

    def blobs(self) -> Iterable[str]: ...


def unlisted_referrers(files: _Files, listed: Container[str]) -> Iterator[Descriptor]:
    """Yield, sorted by digest, the manifests with a subject among the blobs whose path is not ``listed``.

    Only what begins as JSON does, and is no larger than a manifest may be, is read. It is not verified here: whoever
    reads what a descriptor names finds out whether it is that. Raise `TooManyBlobs`.
    """
    read = 0
    for number, name in enumerate(sorted(files.blobs())):
        if number >= _MAX_BLOBS or read > _MAX_READ:
            raise TooManyBlobs(f"more than {_MAX_BLOBS} blobs, or {_MAX_READ} bytes of JSON, to look for referrers in")
        digest = _digest(name)
        if digest is None or name in listed:
            continue
        data = _json(files, name)
        read += len(data)
        media_type = _referrer_type(data)
        if media_type is not None:
            yield Descriptor(media_type=media_type, digest=digest, size=len(data))


def _json(files: _Files, name: str) -> bytes:
    """Return a small blob that begins as JSON does; else nothing."""
    try:
        stream, size = files.open(name)
    except FileNotFoundError:
        return b""
    with stream:
        if size > MAX_DOCUMENT_BYTES or stream.read(1) != _BEGIN:
            return b""
        return _BEGIN + stream.read(MAX_DOCUMENT_BYTES)


def _digest(name: str) -> Digest | None:
    try:
        return Digest(*name.split("/")[1:])
    except (InvalidDigest, TypeError):
        return None


def _referrer_type(data: bytes) -> str | None:
    """Return the media type of a manifest or an index with a subject; None for anything else."""
    if b'"subject"' not in data:
        return None
    try:
        seen = parse(data, "manifest")
        stated = seen.text("mediaType", "") or (INDEX if seen.has("manifests") else MANIFEST)
        subject = seen.fields("subject")
    except InvalidDocument:
        return None
    return stated if subject is not None and stated in (*MANIFESTS, *INDEXES) else None
