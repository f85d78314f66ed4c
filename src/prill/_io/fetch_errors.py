"""Why something could not be fetched, and whether another attempt may help."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from prill._io.fields import InvalidMessage
from prill.errors import PrillError

__all__ = [
    "AccessDenied",
    "ConnectionBroken",
    "FetchFailed",
    "NotFound",
    "NotModified",
    "ServerFailed",
    "TimedOut",
    "TooSlow",
    "UnexpectedAnswer",
    "Unreachable",
    "check_status",
    "library_errors",
    "socket_errors",
]

_BAD_REQUEST, _SERVER_ERROR = 400, 500
_GONE = frozenset({404, 410})
_DENIED = frozenset({401, 403, 407})
_PASSING = frozenset({408, 425, 429})


class FetchFailed(PrillError):
    """Something could not be fetched. ``transient`` says whether another attempt may help.

    ``retry_after`` is the pause that the server asks for before that, in seconds.
    """

    transient: ClassVar[bool] = False
    retry_after: float = 0.0


class NotFound(FetchFailed):
    """There is nothing at an address."""


class NotModified(FetchFailed):
    """What is at an address is what the caller has already."""


class AccessDenied(FetchFailed):
    """A server, or the proxy before it, wants other credentials."""


class UnexpectedAnswer(FetchFailed):
    """A server answers with something that is neither the file nor a known refusal."""


class ServerFailed(FetchFailed):
    """A server says that it failed, or asks to come back later."""

    transient = True


class Unreachable(FetchFailed):
    """No connection to a host."""

    transient = True


class ConnectionBroken(FetchFailed):
    """A connection ends in the middle of an answer."""

    transient = True


class TimedOut(FetchFailed):
    """A server says nothing."""

    transient = True


class TooSlow(TimedOut):
    """A server sends less than the least that is waited for."""


def check_status(status: int, shown: str) -> None:
    """Raise the `FetchFailed` that the HTTP status code ``status`` stands for, unless it is 200."""
    answer = f"{shown} answers {status}"
    if status in _GONE:
        raise NotFound(f"{answer}: there is no such file")
    if status in _DENIED:
        raise AccessDenied(answer, hint="check the user name and password of the mirror or the proxy")
    if status in _PASSING or status >= _SERVER_ERROR:
        raise ServerFailed(answer, hint="try again later, or another mirror")
    if status != 200:  # noqa: PLR2004
        raise UnexpectedAnswer(answer)


@contextmanager
def library_errors(shown: str) -> Iterator[None]:
    """Turn what the HTTP library raises inside the block into a `FetchFailed` about ``shown``."""
    import httpx2  # noqa: PLC0415 - start-up imports no HTTP

    try:
        yield
    except (httpx2.ConnectTimeout, httpx2.ConnectError, httpx2.ProxyError) as error:
        hint = "check the address, the network and the proxy settings"
        raise Unreachable(f"cannot connect to {shown}: {error}", hint=hint) from error
    except httpx2.TimeoutException as error:
        raise TimedOut(f"{shown} stopped answering", hint="try again later, or another mirror") from error
    except (httpx2.NetworkError, httpx2.ProtocolError) as error:
        raise ConnectionBroken(f"the connection to {shown} broke: {error}") from error
    except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError) as error:
        raise UnexpectedAnswer(f"{shown} cannot be fetched: {error}") from error


@contextmanager
def socket_errors(shown: str) -> Iterator[None]:
    """Turn what sockets and answers raise inside the block into a `FetchFailed` about ``shown``."""
    try:
        yield
    except TimeoutError as error:
        raise TimedOut(f"{shown} stopped answering", hint="try again later") from error
    except OSError as error:
        raise ConnectionBroken(f"the connection to {shown} broke: {error}") from error
    except InvalidMessage as error:
        raise ConnectionBroken(f"the connection to {shown} broke: {error}") from error
    except ValueError as error:  # UnicodeError is one
        raise UnexpectedAnswer(f"{shown} cannot be fetched: {error}") from error
