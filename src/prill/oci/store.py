"""Where blobs are kept, whatever keeps them.

A store hands out streams that check themselves: the size while it is read, the digest before the last byte is handed
out. Whoever reads a blob to its end has read what its descriptor names.
"""

import io
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from prill._io.verified import DigestMismatch, SizeMismatch, Verifier
from prill.errors import PrillError
from prill.model import Digest
from prill.model.value import dataclass
from prill.oci._wire import MAX_DOCUMENT_BYTES, DocumentTooLarge
from prill.oci.descriptor import Descriptor

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = [
    "Blob",
    "BlobNotFound",
    "BlobSource",
    "BlobStore",
    "DigestMismatch",
    "ImageSource",
    "ImageStore",
    "SizeMismatch",
    "VerifiedReader",
    "read_document",
]

_CHUNK = 1 << 20


class BlobNotFound(PrillError):
    """A store does not hold a blob."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """Content to be stored, in memory or in a file, and the digest it must have."""

    digest: Digest
    size: int
    content: bytes | Path

    @classmethod
    def of(cls, data: bytes) -> "Blob":
        """Take ``data`` as it is."""
        return cls(digest=Digest.of(data), size=len(data), content=data)

    def open(self) -> BinaryIO:
        """Open the content; reading it to its end verifies it."""
        file: BinaryIO = io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")
        return VerifiedReader(file, digest=self.digest, size=self.size)


class BlobSource(Protocol):
    """What blobs are read from: a layout, an archive, a registry's repository, a dict."""

    def open(self, descriptor: Descriptor) -> BinaryIO:
        """Open a blob; raise `BlobNotFound`, and while it is read `SizeMismatch` or `DigestMismatch`."""

    def has(self, descriptor: Descriptor) -> bool:
        """Say whether the blob is there, without reading it."""

    def referrers(self, digest: Digest, artifact_type: str | None = None) -> tuple[Descriptor, ...]:
        """Return what has ``digest`` as its subject, in a stable order; with ``artifact_type``, only that kind."""


class BlobStore(BlobSource, Protocol):
    """What blobs are written to as well."""

    def put(self, descriptor: Descriptor, source: BlobSource) -> object:
        """Copy a blob from another store; raise what reading it there raises, and keep nothing then."""


class ImageSource(BlobSource, Protocol):
    """A `BlobSource` in which images have names: tags."""

    def find(self, tag: str) -> Descriptor | None:
        """Return what has the tag, or None."""

    def tags(self) -> tuple[str, ...]:
        """Return all tags, sorted."""


class ImageStore(ImageSource, BlobStore, Protocol):
    """What images and artifacts are added to."""

    def put_manifest(self, raw: bytes, media_type: str, *, tag: str = "") -> Descriptor:
        """Store a manifest or index whose content is there already, by its digest and under ``tag`` if there is one.

        One with a subject is among the subject's `referrers` from then on. Return its descriptor.
        """


class VerifiedReader(io.BufferedIOBase, BinaryIO):
    """A stream that raises where its bytes are not those that were promised.

    The last bytes come out only after the digest was found right, so that no reader takes a forgery for the whole.
    """

    def __init__(self, stream: BinaryIO, *, digest: Digest, size: int) -> None:
        """Take over ``stream``; closing this closes it."""
        self._stream = stream
        self._left = size
        self._verifier = Verifier(f"blob {digest}", digest=digest, size=size)
        self._finished = False

    def readable(self) -> bool:
        """Return that this can be read."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """Read up to ``size`` bytes, or all that are left; raise `SizeMismatch` or `DigestMismatch`."""
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        parts = [self.read1(min(wanted, _CHUNK))]
        while (wanted := wanted - len(parts[-1])) > 0:
            parts.append(self.read1(min(wanted, _CHUNK)))
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def read1(self, size: int = -1, /) -> bytes:
        """Read some bytes, at most ``size``; raise as `read` does, and again when asked again."""
        wanted = min(self._left, _CHUNK if size < 0 else size)
        part = self._stream.read(wanted) if wanted else b""
        self._verifier.feed(part)
        self._left -= len(part)
        if not self._left:
            self._finish()
        elif wanted and not part:
            self._verifier.finish()
        return part

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Read into ``buffer`` as much as fits."""
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def unverified(self) -> BinaryIO:
        """Return the stream underneath, from where it is: only for comparing its bytes with others that are good."""
        return self._stream

    def close(self) -> None:
        """Close the stream underneath."""
        self._stream.close()
        super().close()

    def _finish(self) -> None:
        if not self._finished:
            self._verifier.feed(self._stream.read(1))
            self._verifier.finish()
            self._finished = True


def read_document(source: BlobSource, descriptor: Descriptor) -> bytes:
    """Read a manifest, index or config whole; raise `DocumentTooLarge` before anything of it is read."""
    if descriptor.size > MAX_DOCUMENT_BYTES:
        raise DocumentTooLarge(
            f"{descriptor.media_type[:160]!r} of {descriptor.size} bytes: more than {MAX_DOCUMENT_BYTES}"
        )
    with source.open(descriptor) as stream:
        return stream.read()
