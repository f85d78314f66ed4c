"""Blobs: read whole or in part, uploaded in one request, in several or not at all (distribution-spec 1.1)."""

import re

from prill.model import Digest
from prill.oci.serving.exchange import Answer, Request, Span
from prill.oci.serving.problems import Problem
from prill.oci.serving.storage import RegistryStorage
from prill.oci.serving.uploads import Upload, Uploads

__all__ = ["BlobEndpoint", "UploadEndpoint"]

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_CONTENT_RANGE = re.compile(r"(?:bytes )?(\d{1,15})-(\d{1,15})(?:/.*)?")


class BlobEndpoint:
    """``/v2/NAME/blobs/DIGEST``."""

    def __init__(self, storage: RegistryStorage) -> None:
        self._storage = storage

    def get(self, request: Request, *, name: str, digest: Digest) -> Answer:
        """Give a blob, or the part that ``Range`` asks for (RFC 9110, section 14)."""
        file, size = self._storage.open_blob(name, digest)
        headers = (
            ("Content-Type", "application/octet-stream"),
            ("Docker-Content-Digest", str(digest)),
            ("ETag", f'"{digest}"'),
            ("Accept-Ranges", "bytes"),
        )
        wanted = _RANGE.fullmatch(request.headers.get("range", "")) if request.method == "GET" else None
        if wanted is None or not any(wanted.groups()):
            return Answer(status=200, headers=headers, file=file, span=Span(0, size))
        span = _part(wanted, size)
        if span is None:
            file.close()
            raise Problem(416, "RANGE_INVALID", "there are no such bytes", (("Content-Range", f"bytes */{size}"),))
        shown = f"bytes {span.start}-{span.start + span.length - 1}/{size}"
        return Answer(status=206, headers=(*headers, ("Content-Range", shown)), file=file, span=span)

    def delete(self, request: Request, *, name: str, digest: Digest) -> Answer:  # noqa: ARG002
        """Take a blob from a repository."""
        self._storage.remove_blob(name, digest)
        return Answer(status=202)


class UploadEndpoint:
    """``/v2/NAME/blobs/uploads/``."""

    def __init__(self, storage: RegistryStorage, uploads: Uploads) -> None:
        self._storage = storage
        self._uploads = uploads

    def begin(self, request: Request, *, name: str) -> Answer:
        """Mount a blob, take one that comes with the request, or begin an upload."""
        self._storage.has_blob(name, Digest.of(b""))  # is this a repository's name?
        mount, digest = request.query.get("mount"), request.query.get("digest")
        if mount:
            wanted = Digest.parse(mount)
            if self._storage.mount(name, wanted, request.query.get("from")):
                return _created(name, wanted)
        expected = Digest.parse(digest) if digest and not mount else None
        upload = self._uploads.begin(name)
        if expected is None:
            return _going_on(202, upload)
        with self._uploads.using(name, upload.id):
            return self._complete(upload, request, expected)

    def status(self, request: Request, *, name: str, number: str) -> Answer:  # noqa: ARG002
        """Say how much is there."""
        with self._uploads.using(name, number) as upload:
            return _going_on(204, upload)

    def append(self, request: Request, *, name: str, number: str) -> Answer:
        """Take the next bytes."""
        with self._uploads.using(name, number) as upload:
            self._append(upload, request)
            return _going_on(202, upload)

    def finish(self, request: Request, *, name: str, number: str) -> Answer:
        """Take the last bytes, and check the digest."""
        digest = Digest.parse(request.query.get("digest", ""))
        with self._uploads.using(name, number) as upload:
            return self._complete(upload, request, digest)

    def cancel(self, request: Request, *, name: str, number: str) -> Answer:  # noqa: ARG002
        """Forget an upload."""
        with self._uploads.using(name, number) as upload:
            self._uploads.forget(upload)
        return Answer(status=204)

    def _append(self, upload: Upload, request: Request) -> None:
        """Raise `Problem` where the bytes are not those that follow."""
        said = request.headers.get("content-range")
        if said is not None:
            found = _CONTENT_RANGE.fullmatch(said)
            if found is None or int(found[1]) != upload.size:
                raise Problem(416, "RANGE_INVALID", f"the next byte is {upload.size}", _position(upload))
            length, sent = int(found[2]) - int(found[1]) + 1, request.headers.get("content-length")
            if length < 1 or (sent is not None and int(sent) != length):
                raise Problem(400, "SIZE_INVALID", f"the range {said} is not that of {sent} bytes", _position(upload))
        self._uploads.append(upload, request.body)

    def _complete(self, upload: Upload, request: Request, digest: Digest) -> Answer:
        self._append(upload, request)
        self._uploads.finish(upload, digest)
        return _created(upload.name, digest)


def _part(wanted: re.Match[str], size: int) -> Span | None:
    first, last = wanted.groups()
    if not first:
        length = min(int(last), size)
        return Span(size - length, length) if length else None
    start = int(first)
    end = min(int(last) + 1, size) if last else size
    return Span(start, end - start) if start < end else None


def _created(name: str, digest: Digest) -> Answer:
    headers = (("Location", f"/v2/{name}/blobs/{digest}"), ("Docker-Content-Digest", str(digest)))
    return Answer(status=201, headers=headers)


def _going_on(status: int, upload: Upload) -> Answer:
    return Answer(status=status, headers=_position(upload))


def _position(upload: Upload) -> tuple[tuple[str, str], ...]:
    """Say where an upload goes on. One without a byte is at 0-0, as Docker's registry has it."""
    return (
        ("Location", f"/v2/{upload.name}/blobs/uploads/{upload.id}"),
        ("Range", f"0-{max(0, upload.size - 1)}"),
        ("Docker-Upload-UUID", upload.id),
    )
