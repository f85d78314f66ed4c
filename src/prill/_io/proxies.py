"""Proxies: ``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY``, as most programs read them."""

from base64 import b64encode
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment, proxy_bypass

from prill._io.urls import UnsupportedURL, redact
from prill.model.value import dataclass, field

__all__ = ["Proxy", "proxy_for"]

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A proxy that is spoken to over plain HTTP; ``authorization`` is what it wants to see, if anything."""

    host: str
    port: int
    authorization: str = field(default="", repr=False)


def proxy_for(scheme: str, host: str) -> Proxy | None:
    """Return the proxy through which ``host`` (which may have a port) is reached; raise `UnsupportedURL`."""
    known = getproxies_environment()
    address = known.get(scheme) or known.get("all")
    # Nobody means the proxy's own loopback; Go's programs, such as skopeo and crane, pass it over as well.
    if not address or host.rpartition(":")[0] in _LOOPBACK or proxy_bypass(host):
        return None
    return _parse(address)


def _parse(address: str) -> Proxy:
    parts = urlsplit(address if "://" in address else f"http://{address}")
    try:
        port = parts.port or 80
    except ValueError as error:
        raise UnsupportedURL(f"not a proxy's address: {redact(address)!r}") from error
    if parts.scheme != "http" or not parts.hostname:
        raise UnsupportedURL(
            f"registries are not reached through a proxy such as {redact(address)!r}", hint="name one by http://…"
        )
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""
    authorization = f"Basic {b64encode(login.encode()).decode()}" if login else ""
    return Proxy(host=parts.hostname, port=port, authorization=authorization)
