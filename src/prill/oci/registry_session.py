"""Talking to one registry over HTTP: authorised, bounded, patient.

1. Only https, unless plain HTTP was asked for; loopback is no exception.
2. A 401 is answered once, with what the challenge asks for.
3. Redirects of reads are followed, also to another host, but never from https to http. ``Authorization`` stays with the
   registry's own origin: storage that a redirect or an upload's location points to never sees it.
4. 429 and 5xx, and broken connections, are tried again after a pause; a registry's ``Retry-After`` counts, to a bound.
   One that says nothing, or hardly anything, is tried once more: that takes the longest to notice.
5. Answers are read to a bound of bytes and of time, whatever length they announce, and never unpacked on the way. A
   blob's has no bound of time but the least pace of `prill._io.connections`.
"""

import time
from _thread import allocate_lock
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from prill._io.connections import Connections, Received, Request, Transport
from prill._io.fetch_errors import FetchFailed, TimedOut, TooSlow
from prill._io.urls import RedirectRefused, Redirects, follow, redact, same_origin
from prill.model.reference import DEFAULT_REGISTRY
from prill.model.value import dataclass

if TYPE_CHECKING:
    from ssl import SSLContext

    from prill.oci.credentials import Credentials
    from prill.oci.registry_auth import Authorizer
    from prill.oci.registry_errors import RegistryRefused

__all__ = ["Answer", "Call", "RegistrySession"]

_DOCKER_HUB_HOST = "registry-1.docker.io"
_ATTEMPTS = 4
_SILENCES = 2
_LONGEST = 120.0
_PAUSE = 0.5
_MAX_PAUSE = 30.0
_MAX_REDIRECTS = 5
_MAX_ANSWER = 256 * 1024
_MAX_DIGITS = 6
_MAX_DRAINED = 1 << 20
_HEADERS = {"User-Agent": "prill", "Accept-Encoding": "identity"}
_OK, _UNAUTHORIZED = 200, 401
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_READS = frozenset({"GET", "HEAD"})

Body = Callable[[], Iterator[bytes]]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. ``url`` is a path at the registry or a whole address; ``body`` makes the content anew each time.

    ``expected`` are the status codes that the caller understands; ``scope`` is the access that it takes.
    """

    method: str
    url: str
    scope: str
    expected: frozenset[int]
    headers: tuple[tuple[str, str], ...] = ()
    body: Body | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer; header names are in lower case. ``url`` is where it came from, after redirects."""

    status: int
    headers: dict[str, str]
    body: bytes
    url: str


class RegistrySession:
    """Persistent connections to one registry; from several threads at once, if need be."""

    def __init__(
        self,
        registry: str,
        *,
        credentials: "Credentials | None" = None,
        plain_http: bool = False,
        ca_file: Path | None = None,
        transport: Transport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare; nothing is sent yet. ``transport`` stands in for the network. Raise `UnreadableCertificates`."""
        self.lists_referrers = True
        """Whether the registry may have the referrers API; who finds out that it has none says so here."""
        self.login_failure = credentials.failure if credentials else ""
        """Why nobody is logged in, where somebody should be."""
        host = _DOCKER_HUB_HOST if registry == DEFAULT_REGISTRY else registry
        self._base = f"{'http' if plain_http else 'https'}://{host}"
        self._sleep = sleep
        self._clock = clock
        self._credentials = credentials
        self._plain_http = plain_http
        self._guard = allocate_lock()
        self._known: Authorizer | None = None
        if ca_file is not None:
            _trusting(ca_file)
        self._transport = transport or Connections(lambda: _trusting(ca_file))

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def call(self, call: Call, *, max_body: int = _MAX_ANSWER, attempts: int = _ATTEMPTS) -> Answer:
        """Send a request and read its whole answer, of at most ``max_body`` bytes; try again what may pass.

        Raise `RegistryRefused` for a status that is not expected, or another `FetchFailed`.
        """

        def once() -> Answer:
            with self._answered(call) as (response, url):
                body = self._read(response, max_body, redact(url))
                return Answer(status=response.status, headers=response.headers, body=body, url=url)

        return self.patiently(once, attempts=attempts)

    @contextmanager
    def stream(self, call: Call) -> Iterator[tuple[Answer, Iterator[bytes]]]:
        """Open an answer whose body is too large to keep; its `Answer.body` is empty. Nothing is tried again."""
        with self._answered(call) as (response, url):
            yield Answer(status=response.status, headers=response.headers, body=b"", url=url), response.parts()

    def patiently(self, work: Callable[[], Result], *, attempts: int = _ATTEMPTS) -> Result:
        """Do ``work``, and again after a pause while it fails in a way that may pass."""
        for attempt in range(1, attempts):
            try:
                return work()
            except FetchFailed as error:
                if not error.transient or (isinstance(error, TimedOut) and attempt >= _SILENCES):
                    raise
                self.pause(attempt, error)
        return work()

    def pause(self, attempt: int, error: FetchFailed) -> None:
        """Wait after the ``attempt``-th failure: twice as long each time, or as long as the registry asks."""
        self._sleep(min(max(error.retry_after, _PAUSE * 2 ** (attempt - 1)), _MAX_PAUSE))

    def settle(self, change: Callable[[], bool]) -> bool:
        """Change a list that others write, too, as `contended.settle` does."""
        from prill.oci.contended import settle  # noqa: PLC0415 - who reads changes nothing

        return settle(change, sleep=self._sleep, clock=self._clock)

    @contextmanager
    def _answered(self, call: Call) -> Iterator[tuple[Received, str]]:
        """Open the answer to a call, after login and redirects; raise for a status that is not expected."""
        start = call.url if "://" in call.url else f"{self._base}{call.url}"
        url = start
        challenged = False
        for _ in range(_MAX_REDIRECTS + 2):
            ours = same_origin(self._base, url)
            with closing(self._send(call, url, self._authorization(call.scope) if ours else None)) as response:
                status = response.status
                if status in call.expected:
                    yield response, url
                    return
                shown = f"{call.method} {redact(url)}"
                target = response.headers.get("location") if status in _REDIRECTS else None
                if target and call.method not in _READS:
                    raise RedirectRefused(
                        f"{shown} redirects, which only reads may", hint="is the registry's name right?"
                    )
                challenge = response.headers.get("www-authenticate") if status == _UNAUTHORIZED and ours else None
                if not target and (challenge is None or challenged):
                    raise self._refusal(response, shown)
                _drain(response)
            if target:
                url = follow(url, target, allowed=Redirects.ANY_HOST)
            elif challenge is not None:
                challenged = True
                self._authorizer().answer(challenge, call.scope)
        raise RedirectRefused(f"{redact(start)} redirects more than {_MAX_REDIRECTS} times")

    def _send(self, call: Call, url: str, authorization: str | None) -> Received:
        headers = {**_HEADERS, **dict(call.headers)}
        if authorization:
            headers["Authorization"] = authorization
        body = call.body() if call.body else None
        return self._transport.send(Request(method=call.method, url=url, headers=headers, body=body))

    def _authorization(self, scope: str) -> str | None:
        return self._known.header(scope) if self._known else None

    def _authorizer(self) -> "Authorizer":
        """Return what gets access: made when it is first asked for, since what is public asks nobody."""
        from prill.oci.registry_auth import Authorizer  # noqa: PLC0415 - see above

        with self._guard:
            if self._known is None:
                self._known = Authorizer(self._credentials, plain_http=self._plain_http, exchange=self._exchange)
            return self._known

    def _refusal(self, response: Received, shown: str) -> "RegistryRefused":
        from prill.oci.registry_errors import refusal  # noqa: PLC0415 - only for an error

        body = self._read(response, _MAX_ANSWER, shown)
        pause = _retry_after(response)
        return refusal(response.status, body, shown, retry_after=pause, hint=self._authorizer().hint())

    def _exchange(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> bytes:
        """Talk to a token server: one request, redirects refused."""
        length = {} if body is None else {"Content-Length": str(len(body))}
        sent = None if body is None else (body,)
        request = Request(method=method, url=url, headers={**_HEADERS, **headers, **length}, body=sent)
        with closing(self._transport.send(request)) as response:
            shown = f"{method} {redact(url)}"
            if response.status != _OK:
                raise self._refusal(response, shown)
            return self._read(response, _MAX_ANSWER, shown)

    def _read(self, response: Received, max_body: int, shown: str) -> bytes:
        parts: list[bytes] = []
        left, until = max_body, self._clock() + _LONGEST
        for part in response.parts():
            left -= len(part)
            if left < 0:
                from prill.oci.registry_errors import AnswerTooLarge  # noqa: PLC0415 - only for an error

                raise AnswerTooLarge(f"{shown} answers with more than {max_body} bytes")
            if self._clock() > until:
                raise TooSlow(f"{shown} sent {max_body - left} bytes in {_LONGEST:.0f} s", hint="try a mirror")
            parts.append(part)
        return b"".join(parts)


def _trusting(ca_file: Path | None) -> "SSLContext":
    from prill._io.tls import trusting  # noqa: PLC0415 - plain HTTP needs no TLS

    return trusting(ca_file)


def _drain(response: Received) -> None:
    """Read the rest of a small answer, so that its connection serves the next request."""
    left = _MAX_DRAINED
    for part in response.parts():
        left -= len(part)
        if left < 0:
            return


def _retry_after(response: Received) -> float:
    """Return the pause an answer asks for, in seconds or as a date, by its own clock (RFC 9110, section 10.2.3)."""
    after = response.headers.get("retry-after", "")
    if after.isdecimal() and len(after) < _MAX_DIGITS:
        return float(after)
    if not after:
        return 0.0
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - few answers have one

    try:
        until, now = parsedate_to_datetime(after), parsedate_to_datetime(response.headers.get("date", ""))
        return max(0.0, (until - now).total_seconds())
    except (TypeError, ValueError):
        return 0.0
