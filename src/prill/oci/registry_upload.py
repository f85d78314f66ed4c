"""Bringing a blob to a registry (distribution-spec 1.1, "Pushing Blobs").

1. Ask for the blob of another repository in the same registry, where one is known to have it (cross-repository mount).
2. Otherwise begin an upload, and send the whole in one request: every registry takes that.
3. If the connection breaks or the registry fails, ask how much it has, and send the rest in chunks; a registry that
   does not say begins anew.
4. If the whole is too large for one request (a proxy's 413), begin anew, in chunks.

The content is read from its store's verified stream each time, from its beginning: what is passed over was checked too,
and its last bytes are not sent before its digest was found right. Access that ends in the middle, as tokens do after
minutes, is a break like others: what was read cannot be sent again.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import urlencode, urlsplit

from prill._io.fetch_errors import ConnectionBroken, FetchFailed
from prill._io.urls import Redirects, follow, redact
from prill.model.value import dataclass
from prill.oci.descriptor import Descriptor
from prill.oci.registry_errors import RegistryRefused
from prill.oci.registry_session import Answer, Call, RegistrySession
from prill.oci.store import BlobSource

__all__ = ["Upload"]

_OK, _CREATED, _ACCEPTED, _NO_CONTENT = 200, 201, 202, 204
_TOO_LARGE = 413
_PIECE = 1 << 20
_CHUNK = 32 << 20
_LARGEST_CHUNK = 1 << 30
_BREAKS = 4
_RANGE = re.compile(r"(?:bytes=)?0-(\d{1,15})")


@dataclass(slots=True)
class _Begun:
    """An upload's address, which changes with each answer, how much is there, and how much is sent at once."""

    url: str
    chunk: int
    at: int = 0


class Upload:
    """One blob on its way into one repository; ``path`` is the repository's."""

    def __init__(
        self, session: RegistrySession, path: str, scope: str, descriptor: Descriptor, source: BlobSource
    ) -> None:
        self._session = session
        self._path = path
        self._scope = scope
        self._descriptor = descriptor
        self._source = source

    def run(self, mount_from: str = "") -> bool:
        """Bring the blob there; return whether it had to be sent. ``mount_from`` is another repository's name.

        Raise `RegistryRefused` or another `FetchFailed`, and what reading the source raises.
        """
        begun = self._begin(mount_from)  # 1
        if begun is None:
            return False
        in_chunks = False
        breaks = 0
        while True:
            try:
                self._send(begun, in_chunks=in_chunks)
            except FetchFailed as error:
                too_large = isinstance(error, RegistryRefused) and error.status == _TOO_LARGE
                breaks += 1
                if (not error.transient and not (too_large and not in_chunks)) or breaks >= _BREAKS:
                    raise
                if not too_large:
                    self._session.pause(breaks, error)
                begun, in_chunks = self._again(begun, too_large=too_large)
            else:
                return True

    def _begin(self, mount_from: str = "") -> _Begun | None:
        """Begin an upload; None says that the blob was mounted."""
        query = f"?{urlencode({'mount': str(self._descriptor.digest), 'from': mount_from})}" if mount_from else ""
        call = Call(
            method="POST",
            url=f"{self._path}/blobs/uploads/{query}",
            scope=self._scope,
            expected=frozenset({_ACCEPTED, _CREATED} if mount_from else {_ACCEPTED}),
            headers=(("Content-Length", "0"),),
        )
        answer = self._session.call(call)
        if answer.status == _CREATED:
            return None
        least = answer.headers.get("oci-chunk-min-length", "")
        chunk = max(_CHUNK, min(int(least), _LARGEST_CHUNK)) if re.fullmatch(r"\d{1,10}", least) else _CHUNK
        return _Begun(_location(answer), chunk)

    def _again(self, begun: _Begun, *, too_large: bool) -> tuple[_Begun, bool]:
        """Return what to go on with after a failure, and whether in chunks."""
        if not too_large:  # 3
            at = self._offset(begun)
            if at:
                begun.at = at
                return begun, True
        anew = self._begin()
        return (anew or begun), too_large  # 4

    def _offset(self, begun: _Begun) -> int:
        """Ask how many bytes of the upload are there; 0 where nobody says."""
        call = Call(method="GET", url=begun.url, scope=self._scope, expected=frozenset({_OK, _NO_CONTENT}))
        try:
            answer = self._session.call(call, attempts=1)
            begun.url = _location(answer)
        except FetchFailed:
            return 0
        there = _RANGE.fullmatch(answer.headers.get("range", "").strip())
        # Docker's registry says 0-0 where it has nothing; to send one byte again would not be taken.
        return min(int(there[1]) + 1, self._descriptor.size) if there and int(there[1]) else 0

    def _send(self, begun: _Begun, *, in_chunks: bool) -> None:
        size = self._descriptor.size
        with self._source.open(self._descriptor) as stream:
            _skip(stream, begun.at)
            while in_chunks and begun.at < size:
                count = min(begun.chunk, size - begun.at)
                span = ("Content-Range", f"{begun.at}-{begun.at + count - 1}")
                answer = self._put("PATCH", begun.url, stream, count, span)
                begun.at += count
                begun.url = _location(answer)
            joint = "&" if urlsplit(begun.url).query else "?"
            whole = f"{begun.url}{joint}{urlencode({'digest': str(self._descriptor.digest)})}"
            self._put("PUT", whole, stream, size - begun.at)  # 2

    def _put(self, method: str, url: str, stream: BinaryIO, count: int, *more: tuple[str, str]) -> Answer:
        sent = False

        def body() -> Iterator[bytes]:
            nonlocal sent
            if sent and count:
                raise ConnectionBroken(f"{method} {redact(url)} asked for a login in the middle of an upload")
            sent = True
            return _pieces(stream, count)

        call = Call(
            method=method,
            url=url,
            scope=self._scope,
            expected=frozenset({_CREATED, _ACCEPTED, _NO_CONTENT}),
            headers=(("Content-Type", "application/octet-stream"), ("Content-Length", str(count)), *more),
            body=body,
        )
        return self._session.call(call, attempts=1)


def _location(answer: Answer) -> str:
    return follow(answer.url, answer.headers.get("location", ""), allowed=Redirects.ANY_HOST)


def _skip(stream: BinaryIO, count: int) -> None:
    for _ in _pieces(stream, count):
        pass


def _pieces(stream: BinaryIO, count: int) -> Iterator[bytes]:
    while count and (data := stream.read(min(count, _PIECE))):
        count -= len(data)
        yield data
