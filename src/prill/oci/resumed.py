"""A repository whose blobs come in several attempts: what an interrupted pull has is not fetched again.

1. A large blob is kept in a file of its own while it comes, as far as it came.
2. The next pull reads that file first, and asks the registry for the rest (RFC 9110, section 14).
3. The digest is over all of it, whatever came when. What turns out wrong is thrown away.
4. When everything is where it should be, `ResumedRepository.forget` removes the files; until then also the whole ones
   stay, since whoever wrote them elsewhere may have failed.

A file is locked while it is used. Whoever finds it locked, or cannot keep anything there, as on a full disk, fetches
the blob all the same: keeping is a help, and no condition.
"""

import fcntl
import io
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from prill._io.verified import Truncated
from prill.model import Digest
from prill.oci.descriptor import Descriptor
from prill.oci.media_types import INDEXES, MANIFESTS
from prill.oci.registry import Repository
from prill.oci.store import DigestMismatch, SizeMismatch, VerifiedReader

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["ResumedRepository"]

_LARGE = 1 << 20
_CHUNK = 1 << 20
_LEFT_FOR = 7 * 86_400


class ResumedRepository:
    """An `ImageSource` over a repository that is read from; ``folder`` is where blobs are kept on their way."""

    def __init__(self, repository: Repository, folder: Path) -> None:
        self._repository = repository
        self._folder = folder
        self._guard = threading.Lock()
        self._used: set[Path] = set()
        self._resumed = 0

    @property
    def resumed(self) -> int:
        """Return how many bytes were there from an attempt before."""
        return self._resumed

    def open(self, descriptor: Descriptor) -> BinaryIO:
        """Open a blob or manifest; reading it to its end verifies it. Raise as `Repository.open` does."""
        if descriptor.media_type in MANIFESTS | INDEXES or descriptor.size < _LARGE:
            return self._repository.open(descriptor)
        path = self._folder / f"{descriptor.digest.algorithm}-{descriptor.digest.hex}"
        file = _locked(path)
        if file is None:
            return self._repository.open(descriptor)
        there = os.fstat(file.fileno()).st_size
        if there > descriptor.size:
            file.truncate(0)
            there = 0
        with self._guard:
            if path not in self._used:
                self._resumed += there
            self._used.add(path)
        return _Kept(_Parts(self._repository, descriptor, file, there), descriptor)

    def has(self, descriptor: Descriptor) -> bool:
        """Say whether the registry has the blob or manifest."""
        return self._repository.has(descriptor)

    def referrers(self, digest: Digest, artifact_type: str | None = None) -> tuple[Descriptor, ...]:
        """Return what has ``digest`` as its subject."""
        return self._repository.referrers(digest, artifact_type)

    def find(self, tag: str) -> Descriptor | None:
        """Return what has the tag, or None."""
        return self._repository.find(tag)

    def tags(self) -> tuple[str, ...]:
        """Return all tags, sorted."""
        return self._repository.tags()

    def forget(self, *, now: int) -> None:
        """Remove the files of what was read, and those that nobody came back for within a week before ``now``."""
        for path in self._used:
            path.unlink(missing_ok=True)
        with suppress(OSError):
            for path in self._folder.iterdir():
                if now - int(path.stat().st_mtime) > _LEFT_FOR:
                    path.unlink(missing_ok=True)


def _locked(path: Path) -> BinaryIO | None:
    """Open a file for reading and writing, whether it is there or not; None where it is in use, or cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return os.fdopen(descriptor, "r+b", buffering=0)


class _Parts(io.RawIOBase):
    """What the file has, then what the registry sends, which the file gets too."""

    def __init__(self, repository: Repository, descriptor: Descriptor, file: BinaryIO, there: int) -> None:
        self._repository = repository
        self._descriptor = descriptor
        self._file = file
        self._there = there
        self._at = 0
        self._rest: BinaryIO | None = None
        self._keeps = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        if self._at < self._there:
            data = self._file.read(min(len(view), self._there - self._at))
        else:
            data = self._more(len(view))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def discard(self) -> None:
        """Throw away what is there."""
        with suppress(OSError):
            self._file.truncate(0)

    def close(self) -> None:
        if self._rest is not None:
            self._rest.close()
        self._file.close()
        super().close()

    def _more(self, count: int) -> bytes:
        if self._at >= self._descriptor.size:
            return b""
        if self._rest is None:
            self._rest = self._repository.open_from(self._descriptor, self._at)
        data = self._rest.read(count)
        if self._keeps:
            self._keeps = self._wrote(data)
        return data

    def _wrote(self, data: bytes) -> bool:
        """Keep the next bytes; where there is no room for all of them, keep nothing."""
        with suppress(OSError):
            if self._file.write(data) == len(data):
                return True
        self.discard()
        return False


class _Kept(VerifiedReader):
    """Verifies the whole; what is wrong is not kept for the next attempt."""

    def __init__(self, parts: _Parts, descriptor: Descriptor) -> None:
        super().__init__(io.BufferedReader(parts, _CHUNK), digest=descriptor.digest, size=descriptor.size)
        self._parts = parts

    def read1(self, size: int = -1, /) -> bytes:
        """Read some bytes, at most ``size``; raise as `VerifiedReader.read` does."""
        try:
            return super().read1(size)
        except Truncated:
            raise
        except (DigestMismatch, SizeMismatch):
            self._parts.discard()
            raise
