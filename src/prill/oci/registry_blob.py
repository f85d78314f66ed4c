"""A blob while it comes from a registry: a connection that breaks is taken up where it broke (RFC 9110, section 14)."""

import io
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

from prill._io.fetch_errors import ConnectionBroken, FetchFailed
from prill.oci.registry_session import Call, RegistrySession
from prill.oci.store import BlobNotFound

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["BlobStream"]

_OK, _PARTIAL, _NOT_FOUND = 200, 206, 404
_BREAKS = 4


class BlobStream(io.RawIOBase):
    """Reads at most ``size`` bytes and one more, which tells a blob that is too long; whoever reads it verifies it."""

    def __init__(self, session: RegistrySession, url: str, scope: str, size: int, *, at: int = 0) -> None:
        """Ask for the blob, from byte ``at`` on; raise `BlobNotFound` or what the session raises."""
        self._session = session
        self._url = url
        self._scope = scope
        self._size = size
        self._at = at
        self._breaks = 0
        self._rest = memoryview(b"")
        self._answer = ExitStack()
        self._parts: Iterator[bytes] = iter(())
        try:
            session.patiently(self._connect)
        except BaseException:
            self._answer.close()
            raise

    def readable(self) -> bool:
        """Return that this can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Read some bytes; nothing at the end."""
        while not self._rest and self._at <= self._size:
            try:
                part = next(self._parts, None)
            except FetchFailed as error:
                self._take_up(error)
                continue
            if part is None:
                if self._at >= self._size:
                    break
                self._take_up(ConnectionBroken(f"{self._url} ends after {self._at} of {self._size} bytes"))
                continue
            self._rest = memoryview(part)
            self._at += len(part)
        view = memoryview(buffer).cast("B")
        count = min(len(view), len(self._rest))
        view[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def close(self) -> None:
        """Close the connection's answer."""
        self._answer.close()
        super().close()

    def _take_up(self, error: FetchFailed) -> None:
        self._breaks += 1
        if not error.transient or self._breaks > _BREAKS:
            raise error
        self._session.patiently(self._connect)

    def _connect(self) -> None:
        """Ask for what is still missing; a registry that sends the whole again is read up to where we were."""
        self._answer.close()
        headers = (("Range", f"bytes={self._at}-"),) if self._at else ()
        expected = frozenset({_OK, _PARTIAL, _NOT_FOUND})
        call = Call(method="GET", url=self._url, scope=self._scope, expected=expected, headers=headers)
        head, parts = self._answer.enter_context(self._session.stream(call))
        if head.status == _NOT_FOUND:
            raise BlobNotFound(f"the registry has nothing at {self._url}")
        resumed = head.headers.get("content-range", "").startswith(f"bytes {self._at}-")
        self._parts = parts if head.status == _PARTIAL and resumed else _from(parts, self._at)


def _from(parts: Iterator[bytes], at: int) -> Iterator[bytes]:
    """Leave out the first ``at`` bytes."""
    for part in parts:
        if at < len(part):
            yield part[at:]
        at = max(0, at - len(part))
