"""One request at a time through httpx2: redirects, who is told the credentials, and how long anybody waits."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from prill._io.fetch_errors import library_errors
from prill._io.pace import Pace
from prill._io.urls import RedirectRefused, Redirects, credentials, follow, redact, same_origin
from prill.model.value import dataclass

if TYPE_CHECKING:
    import httpx2

__all__ = ["HttpClient", "Patience", "announced_length", "paced"]

_MAX_REDIRECTS = 5
_REDIRECTS = range(300, 400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait: seconds for a connection and for the next bytes, and what must come in every ``window``.

    Who fails is asked ``attempts`` times; who says nothing, which takes the longest to notice, ``silences`` times.
    """

    connect: float = 10.0
    read: float = 20.0
    window: float = 20.0
    min_rate: int = 1024
    attempts: int = 3
    silences: int = 2
    pause: float = 0.5


class HttpClient:
    """Asks over persistent connections, from several threads; the library is imported for the first question."""

    def __init__(self, patience: Patience, *, proxy: str | None, ca_file: Path | None, user_agent: str) -> None:
        self._patience = patience
        self._proxy = proxy
        self._ca_file = ca_file
        self._user_agent = user_agent
        self._guard = threading.Lock()
        self._client: httpx2.Client | None = None

    @contextmanager
    def answered(
        self, url: str, redirects: Redirects, headers: Mapping[str, str]
    ) -> "Iterator[tuple[str, httpx2.Response]]":
        """Ask for ``url``, after redirects; whatever the library raises becomes a `FetchFailed`."""
        client = self._connected()
        address, login = credentials(url)
        with library_errors(redact(url)):
            for _ in range(_MAX_REDIRECTS + 1):
                request = client.build_request("GET", address, headers=headers)
                with closing(client.send(request, stream=True, auth=login)) as response:
                    shown = redact(address)
                    location = response.headers.get("location")
                    if response.status_code not in _REDIRECTS or not location:
                        yield shown, response
                        return
                target = follow(address, location, allowed=redirects)
                login = login if same_origin(address, target) else None
                address = target
        raise RedirectRefused(f"{redact(url)} redirects more than {_MAX_REDIRECTS} times")

    def close(self) -> None:
        """Close the connections."""
        with self._guard:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _connected(self) -> "httpx2.Client":
        with self._guard:
            if self._client is None:
                import ssl  # noqa: PLC0415 - start-up imports no HTTP

                import httpx2  # noqa: PLC0415

                patience = self._patience
                verify = ssl.create_default_context(cafile=self._ca_file) if self._ca_file else True
                self._client = httpx2.Client(
                    headers={"User-Agent": self._user_agent, "Accept-Encoding": "identity"},
                    timeout=httpx2.Timeout(patience.read, connect=patience.connect, pool=None),
                    proxy=self._proxy,
                    verify=verify,
                    follow_redirects=False,
                )
            return self._client


def announced_length(response: "httpx2.Response") -> int | None:
    """Return the length that an answer announces for its body, or None."""
    text = response.headers.get("content-length", "")
    return int(text) if text.isdecimal() and len(text) < 20 else None  # noqa: PLR2004 - 2**64 has 20 digits


def paced(chunks: Iterator[bytes], patience: Patience, shown: str) -> Iterator[bytes]:
    """Pass chunks on; raise `TooSlow` when a window of time ends with less than the least."""
    pace = Pace(shown, patience.window, patience.min_rate)
    begun = time.monotonic()
    for chunk in chunks:
        waited = time.monotonic() - begun
        yield chunk
        pace.came(len(chunk), waited)
        begun = time.monotonic()
