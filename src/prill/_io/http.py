"""Fetching over HTTP: bounded, verified while it is read, patient but not for ever.

1. The request goes out without credentials in its address; they travel in their header, to the first host only.
2. Redirects are followed on the same host; to another one only if the caller allows it; never from https to http.
3. A length that is announced and wrong or too large ends the attempt before its body is read.
4. The body is counted and digested while it is read. One that is too long, or slower than `Patience` allows, is cut.
5. What may pass is tried again after a pause: 5xx, 408, 429, a broken or refused connection, a timeout, a body that
   ends too early. A wrong digest, a missing file and a refused redirect are not.

The process's proxy and certificate settings (``HTTPS_PROXY``, ``SSL_CERT_FILE``, …) are honoured, as httpx documents,
unless ``proxy`` or ``ca_file`` say otherwise. ``file://`` addresses are read with the same checks.
"""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Protocol, Self

from prill._io.fetch_errors import (
    ConnectionBroken,
    FetchFailed,
    NotFound,
    NotModified,
    TimedOut,
    UnexpectedAnswer,
    check_status,
)
from prill._io.http_client import HttpClient, Patience, announced_length, paced
from prill._io.urls import Redirects, file_path, redact
from prill._io.verified import Truncated, Verifier
from prill.model import Digest
from prill.model.value import dataclass

if TYPE_CHECKING:
    import httpx2

__all__ = ["Fetched", "Fetcher", "Patience", "Sink"]

_CHUNK = 1 << 18
_PARTIAL, _NOT_MODIFIED, _UNSATISFIABLE = 206, 304, 416


class Sink(Protocol):
    """Where fetched bytes go: a file, a ``BytesIO``, or a blob of the cache. Another attempt begins it anew."""

    def write(self, data: bytes, /) -> object:
        """Take the next bytes."""

    def seek(self, position: int, /) -> object:
        """Go back to the beginning."""

    def truncate(self) -> object:
        """Forget what was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What was fetched: the address that answered, as it may be shown, and how many bytes."""

    url: str
    size: int


_Opened = tuple[str, Iterator[bytes]]


class Fetcher:
    """Fetches over persistent connections, from several threads. Close it, or use it in a ``with`` block."""

    def __init__(
        self,
        *,
        patience: Patience | None = None,
        proxy: str | None = None,
        ca_file: Path | None = None,
        user_agent: str = "prill",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._patience = patience or Patience()
        self._client = HttpClient(self._patience, proxy=proxy, ca_file=ca_file, user_agent=user_agent)
        self._sleep = sleep

    def fetch(
        self,
        url: str,
        sink: Sink,
        *,
        max_size: int,
        expected_size: int | None = None,
        expected: Digest | None = None,
        on_bytes: Callable[[int], None] | None = None,
        redirects: Redirects = Redirects.SAME_HOST,
    ) -> Fetched:
        """Fetch ``url`` into ``sink``, at most ``max_size`` bytes.

        ``on_bytes`` is told how many bytes came, and the negative of what is thrown away before another attempt.
        Raise `FetchFailed`, `RedirectRefused`, `SizeMismatch` or `DigestMismatch`; what the sink holds then is void.
        """
        note = on_bytes or (lambda _: None)
        attempt = 1
        while True:
            verifier = Verifier(redact(url), digest=expected, size=expected_size, max_size=max_size)
            try:
                return self._attempt(url, sink, verifier, note, redirects)
            except (FetchFailed, Truncated) as error:
                if attempt >= self._attempts(error):
                    raise
            note(-verifier.seen)
            sink.seek(0)
            sink.truncate()
            self._sleep(self._patience.pause * 2 ** (attempt - 1))
            attempt += 1

    def fetch_bytes(
        self,
        url: str,
        *,
        max_size: int,
        expected_size: int | None = None,
        expected: Digest | None = None,
        redirects: Redirects = Redirects.SAME_HOST,
    ) -> bytes:
        """Fetch ``url`` into memory; raise as `fetch` does."""
        sink = io.BytesIO()
        self.fetch(url, sink, max_size=max_size, expected_size=expected_size, expected=expected, redirects=redirects)
        return sink.getvalue()

    def resume(
        self,
        url: str,
        file: BinaryIO,
        *,
        max_size: int,
        version: str = "",
        known: str = "",
        on_version: Callable[[str], None] = lambda _: None,
    ) -> str:
        """Fetch ``url`` into ``file``, which keeps what came where this fails; return its version, "" for none.

        ``version`` is what the file holds the beginning of: only the rest is asked for, if it is still current (RFC
        9110, section 13.1.5). ``known`` is that of a whole copy elsewhere: raise `NotModified` where that is current.
        ``on_version`` is told the version before the first byte is written. Raise as `fetch` does.
        """
        state = _Resumed(version)

        def note(seen: str) -> None:
            state.version = seen
            on_version(seen)

        attempt = 1
        while True:
            try:
                self._resume_once(url, file, max_size, state.version, known, note)
            except (FetchFailed, Truncated) as error:
                if attempt >= self._attempts(error):
                    raise
            else:
                return state.version
            self._sleep(self._patience.pause * 2 ** (attempt - 1))
            attempt += 1

    def _resume_once(
        self, url: str, file: BinaryIO, max_size: int, version: str, known: str, note: Callable[[str], None]
    ) -> None:
        begin = file.seek(0, 2) if version else 0
        headers = {"Range": f"bytes={begin}-", "If-Range": version} if begin else {}
        if known and not begin:
            headers["If-None-Match"] = known
        with self._client.answered(url, Redirects.SAME_HOST, headers) as (shown, response):
            if response.status_code == _NOT_MODIFIED and known:
                raise NotModified(f"{shown} has not changed")
            if response.status_code == _UNSATISFIABLE and begin:
                if response.headers.get("content-range") == f"bytes */{begin}":
                    return  # it was whole already
                note("")
                raise ConnectionBroken(f"{shown} has no rest after {begin} bytes")
            if not (response.status_code == _PARTIAL and _begins_at(response, begin)):
                check_status(response.status_code, shown)
                begin = 0
                file.seek(0)
                file.truncate()
                note(_strong(response.headers.get("etag", "")))
            verifier = Verifier(shown, max_size=max(0, max_size - begin))
            verifier.announce(announced_length(response))
            for chunk in paced(response.iter_raw(), self._patience, shown):
                verifier.feed(chunk)
                file.write(chunk)
            verifier.finish()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _attempts(self, error: FetchFailed | Truncated) -> int:
        """Return how many attempts are made where one ends in ``error``."""
        if isinstance(error, TimedOut):
            return min(self._patience.silences, self._patience.attempts)
        return self._patience.attempts if isinstance(error, Truncated) or error.transient else 1

    def _attempt(
        self, url: str, sink: Sink, verifier: Verifier, note: Callable[[int], None], redirects: Redirects
    ) -> Fetched:
        path = file_path(url)
        opened = _open_file(path, url) if path else self._open_answer(url, verifier, redirects)
        with opened as (shown, chunks):
            for chunk in chunks:
                verifier.feed(chunk)
                sink.write(chunk)
                note(len(chunk))
            verifier.finish()
        return Fetched(url=shown, size=verifier.seen)

    @contextmanager
    def _open_answer(self, url: str, verifier: Verifier, redirects: Redirects) -> Iterator[_Opened]:
        """Open ``url``, after redirects, for all that it has."""
        with self._client.answered(url, redirects, {}) as (shown, response):
            check_status(response.status_code, shown)
            verifier.announce(announced_length(response))
            yield shown, paced(response.iter_raw(), self._patience, shown)


@contextmanager
def _open_file(path: Path, url: str) -> Iterator[_Opened]:
    shown = redact(url)
    try:
        file = path.open("rb")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(f"there is no file {shown}") from error
    except OSError as error:
        raise UnexpectedAnswer(f"cannot read {shown}: {error.strerror}") from error
    with file:
        yield shown, iter(lambda: file.read(_CHUNK), b"")


@dataclass(slots=True)
class _Resumed:
    """The version of what a file holds so far."""

    version: str


def _strong(tag: str) -> str:
    """Return an entity tag by which parts can be joined; a weak one promises no equal bytes (RFC 9110, 8.8.1)."""
    return tag if tag.startswith('"') else ""


def _begins_at(response: "httpx2.Response", begin: int) -> bool:
    return str(response.headers.get("content-range", "")).startswith(f"bytes {begin}-")
