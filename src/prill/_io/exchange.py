"""One question to a web service and its whole answer: bounded, over TLS, without redirects.

For services that are told something: certificate authorities, logs, token endpoints. Files are fetched by
`prill._io.http`, which tries again, resumes and verifies.
"""

from contextlib import closing
from typing import TYPE_CHECKING

from prill._io.fetch_errors import AccessDenied, FetchFailed, ServerFailed, UnexpectedAnswer, library_errors
from prill._io.urls import UnsupportedURL, is_loopback, redact
from prill.model.value import dataclass, field

if TYPE_CHECKING:
    import httpx2

__all__ = ["Exchange", "Question", "Reply"]

_MAX_ANSWER = 4 << 20
_SHOWN = 300
_DENIED, _SERVER_ERROR = (401, 403), 500
_CONNECT, _READ = 10.0, 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request. What is in ``headers`` and ``body`` is shown nowhere; ``expected`` are the statuses that are fine.

    ``secret`` says that whoever overhears it could act in somebody's name, as with an identity token.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    expected: frozenset[int] = frozenset({200, 201})
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Exchange:
    """Asks, over connections that are kept. ``plain_http`` allows http; what is secret goes to loopback alone by it."""

    def __init__(self, *, plain_http: bool = False, transport: "httpx2.BaseTransport | None" = None) -> None:
        self._plain_http = plain_http
        self._transport = transport
        self._clients: dict[bool, httpx2.Client] = {}

    def ask(self, question: Question) -> Reply:
        """Ask once; raise `UnsupportedURL`, `AccessDenied`, `ServerFailed` or another `FetchFailed`."""
        shown = f"{question.method} {redact(question.url)}"
        if not question.url.startswith("https://") and not (self._plain_http and question.url.startswith("http://")):
            raise UnsupportedURL(f"{redact(question.url)} is not reached over TLS", hint="https, or --plain-http")
        if question.secret and not question.url.startswith("https://") and not is_loopback(question.url):
            raise UnsupportedURL(
                f"{redact(question.url)} is not reached over TLS, and would be sent a token in clear",
                hint="https; --plain-http is for registries, and for services on this machine",
            )
        client = self._connected(direct=is_loopback(question.url))
        with library_errors(redact(question.url)):
            request = client.build_request(
                question.method, question.url, headers=dict(question.headers), content=question.body or None
            )
            with closing(client.send(request, stream=True)) as response:
                body = _read(response, shown)
                if response.status_code not in question.expected:
                    raise _refusal(response.status_code, body, shown)
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Reply(status=response.status_code, headers=headers, body=body)

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def _connected(self, *, direct: bool) -> "httpx2.Client":
        """Return a client; a ``direct`` one asks no proxy: nobody means the proxy's own loopback."""
        if direct not in self._clients:
            import httpx2  # noqa: PLC0415 - start-up imports no HTTP

            self._clients[direct] = httpx2.Client(
                headers={"User-Agent": "prill", "Accept-Encoding": "identity"},
                timeout=httpx2.Timeout(_READ, connect=_CONNECT, pool=None),
                follow_redirects=False,
                transport=self._transport,
                mounts={"http://": None, "https://": None} if direct else None,
            )
        return self._clients[direct]


def _read(response: "httpx2.Response", shown: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in response.iter_raw():
        size += len(part)
        if size > _MAX_ANSWER:
            raise UnexpectedAnswer(f"{shown} answers with more than {_MAX_ANSWER} bytes")
        parts.append(part)
    return b"".join(parts)


def _refusal(status: int, body: bytes, shown: str) -> FetchFailed:
    says = f"{shown} answers {status}: {body[:_SHOWN].decode('utf-8', 'replace').strip()!r}"
    if status in _DENIED:
        return AccessDenied(says, hint="is the token right, and not expired?")
    if status >= _SERVER_ERROR:
        return ServerFailed(says, hint="try again later")
    return UnexpectedAnswer(says)
