"""Blobs that are coming in: each is a file that grows, its digest computed as it does.

They are kept only while the process lives: a registry that starts anew knows none, and its clients begin anew.
"""

import hashlib
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path
from typing import Protocol

from prill._io.atomic import writing
from prill.model import Digest
from prill.model.value import dataclass, field
from prill.oci.serving.limits import ServerLimits
from prill.oci.serving.problems import Problem
from prill.oci.serving.storage import RegistryStorage

__all__ = ["Reading", "Upload", "Uploads"]

_PIECE = 1 << 20
_PATIENCE = 5.0


class Reading(Protocol):
    """A request's body."""

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes, nothing at the end; raise `ConnectionError` where it breaks off."""


@dataclass(slots=True)
class Upload:
    """One upload into the repository ``name``; ``size`` is how much is there."""

    id: str
    name: str
    path: Path
    file: BufferedRandom
    size: int = 0
    sha256: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    guard: threading.Lock = field(default_factory=threading.Lock)


class Uploads:
    """All uploads of a registry, of which there is a most; the one that was idle longest gives way."""

    def __init__(self, storage: RegistryStorage, limits: ServerLimits) -> None:
        self._storage = storage
        self._limits = limits
        self._guard = threading.Lock()
        self._all: dict[str, Upload] = {}

    def begin(self, name: str) -> Upload:
        """Begin an upload; raise `Problem` where there are too many that are being written."""
        number = secrets.token_hex(16)
        path = self._storage.uploads / number
        with self._guard:
            if len(self._all) >= self._limits.uploads:
                self._forget_oldest()
            with writing(path):
                upload = Upload(number, name, path, path.open("x+b"))
            self._all[number] = upload
        return upload

    @contextmanager
    def using(self, name: str, number: str) -> Iterator[Upload]:
        """Give an upload to one request at a time; raise `Problem` where there is none, or it is in use."""
        with self._guard:
            upload = self._all.pop(number, None)
            if upload is not None:
                self._all[number] = upload  # at the end: it is in use
        if upload is None or upload.name != name:
            raise Problem(404, "BLOB_UPLOAD_UNKNOWN", f"there is no upload {number[:80]!r}")
        # A client whose connection broke may ask before the thread that served it has noticed.
        if not upload.guard.acquire(timeout=_PATIENCE):
            raise Problem(409, "BLOB_UPLOAD_INVALID", "another request is writing to this upload")
        try:
            yield upload
        finally:
            upload.guard.release()

    def append(self, upload: Upload, body: Reading) -> None:
        """Add a request's body; what came before it broke off stays. Raise `Problem` for more than a blob may have."""
        while data := body.read(_PIECE):
            if upload.size + len(data) > self._limits.blob:
                raise Problem(413, "SIZE_INVALID", f"a blob may have {self._limits.blob} bytes")
            with writing(upload.path):
                upload.file.write(data)
            upload.size += len(data)
            upload.sha256.update(data)

    def finish(self, upload: Upload, digest: Digest) -> None:
        """Keep the upload as a blob; raise `Problem`, and forget it, where it has another digest."""
        try:
            seen = self._digest(upload, digest.algorithm)
            if seen != digest:
                raise Problem(400, "DIGEST_INVALID", f"what was uploaded has the digest {seen}, not {digest}")
            with writing(upload.path):
                upload.file.flush()
                os.fsync(upload.file.fileno())
            self._storage.add_blob(upload.name, digest, upload.path)
        finally:
            self.forget(upload)

    def forget(self, upload: Upload) -> None:
        """Remove an upload."""
        with self._guard:
            self._all.pop(upload.id, None)
        upload.file.close()
        upload.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Remove all."""
        for upload in list(self._all.values()):
            self.forget(upload)

    def _digest(self, upload: Upload, algorithm: str) -> Digest:
        if algorithm == "sha256":
            return Digest(algorithm, upload.sha256.hexdigest())
        upload.file.seek(0)  # rare, and so read anew
        return Digest(algorithm, hashlib.file_digest(upload.file, algorithm).hexdigest())

    def _forget_oldest(self) -> None:
        for number, upload in self._all.items():
            if upload.guard.acquire(blocking=False):
                upload.file.close()
                upload.path.unlink(missing_ok=True)
                del self._all[number]
                return
        raise Problem(429, "TOOMANYREQUESTS", f"{len(self._all)} blobs are being uploaded", (("Retry-After", "5"),))
