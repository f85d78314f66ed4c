"""Proxies: ``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY``, as most programs read them."""

from base64 import b64encode
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment

from prill._io.urls import UnsupportedURL, redact
from prill.model.value import dataclass, field

__all__ = ["Proxy", "proxy_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A proxy that is spoken to over plain HTTP; ``authorization`` is what it wants to see, if anything."""

    host: str
    port: int
    authorization: str = field(default="", repr=False)


def proxy_for(scheme: str, host: str) -> Proxy | None:
    """Return the proxy through which ``host`` is reached, if any; raise `UnsupportedURL`.

    ``host`` has its port behind it; an IPv6 address has no brackets.
    """
    known = getproxies_environment()
    proxy = known.get(scheme) or known.get("all")
    name, _, port = host.lower().rpartition(":")
    return None if not proxy or _passed_over(name, port, known.get("no", "")) else _parse(proxy)


def _passed_over(host: str, port: str, rules: str) -> bool:
    """Tell a host that no proxy is asked for: this machine itself, and what ``NO_PROXY`` lists.

    That has hosts, which stand for those below them too, and addresses, each perhaps with a port; networks; or ``*``.
    """
    address = _address(host)
    # Nobody means the proxy's own loopback; Go's programs, such as skopeo and crane, pass it over as well.
    if host == "localhost" or (address is not None and address.is_loopback):
        return True
    return any(_covers(rule.strip().lower(), host, port, address) for rule in rules.split(","))


def _covers(rule: str, host: str, port: str, address: IPv4Address | IPv6Address | None) -> bool:
    if rule == "*":
        return True
    if address is not None and "/" in rule:
        try:
            return address in ip_network(rule, strict=False)
        except ValueError:
            return False
    name, wanted = _split(rule)
    if wanted not in ("", port):
        return False
    if address is not None:
        return _address(name) == address
    name = name.removeprefix("*").removeprefix(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _split(rule: str) -> tuple[str, str]:
    """Split a rule into a host, an IPv6 address without its brackets, and a port, "" for any."""
    host, _, port = rule.rpartition(":")
    if not host or not port.isdecimal() or _address(rule) is not None:
        return rule.strip("[]"), ""
    return host.strip("[]"), port


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


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
