"""Addresses: what may be shown of them, and where one may lead."""

import ipaddress
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit, urlunsplit

from prill.errors import PrillError

__all__ = [
    "RedirectRefused",
    "Redirects",
    "UnsupportedURL",
    "credentials",
    "file_path",
    "follow",
    "is_loopback",
    "redact",
    "same_origin",
    "split_url",
]

_PORTS = {"http": 80, "https": 443}


class UnsupportedURL(PrillError):
    """An address is none, or of a kind that is not fetched from."""


class RedirectRefused(PrillError):
    """A server sends its caller to a place where it must not go."""


class Redirects(StrEnum):
    """Where a server may send its caller; never from https to http, and never with the first host's credentials."""

    SAME_HOST = "same-host"
    ANY_HOST = "any-host"


def redact(url: str) -> str:
    """Return ``url`` as it may be shown: without user name, password, query and fragment.

    Control characters are quoted: the address may be a server's, and a terminal is not its to command.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(an invalid URL)"
    host = parts.netloc.rpartition("@")[2]
    whole = urlunsplit((parts.scheme, host, parts.path, "", ""))
    shown = whole
    if not whole.isprintable():
        shown = "".join(one if one.isprintable() else quote(one, errors="replace") for one in whole)
    return f"{shown}?…" if parts.query else shown


def split_url(url: str) -> SplitResult:
    """Take an address of a kind that is fetched from apart; raise `UnsupportedURL`."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise UnsupportedURL(f"not a URL: {redact(url)!r}") from error
    if parts.scheme not in {*_PORTS, "file"} or (parts.scheme in _PORTS and not parts.hostname):
        raise UnsupportedURL(f"not a URL to fetch from: {redact(url)!r}", hint="http, https and file are known")
    return parts


def credentials(url: str) -> tuple[str, tuple[str, str] | None]:
    """Split ``url`` into an address without, and its user name and password; raise `UnsupportedURL`."""
    parts = split_url(url)
    if parts.username is None:
        return url, None
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return bare, (unquote(parts.username), unquote(parts.password or ""))


def file_path(url: str) -> Path | None:
    """Return the path a ``file://`` address names, or None for another scheme; raise `UnsupportedURL`."""
    parts = split_url(url)
    if parts.scheme != "file":
        return None
    if parts.netloc not in {"", "localhost"} or not parts.path.startswith("/") or "\0" in unquote(parts.path):
        raise UnsupportedURL(f"not a local file: {redact(url)!r}", hint="write file:///absolute/path")
    return Path(unquote(parts.path))


def follow(url: str, location: str, *, allowed: Redirects) -> str:
    """Return where the redirect ``location`` of ``url`` leads, without credentials; raise `RedirectRefused`."""
    try:
        target = urljoin(url, location)
    except ValueError as error:
        raise RedirectRefused(f"{redact(url)} redirects to what is no URL", hint="its server is at fault") from error
    shown = f"{redact(url)} redirects to {redact(target)}"
    try:
        here, there = split_url(url), split_url(target)
    except UnsupportedURL as error:
        raise RedirectRefused(f"{shown}, which is less safe", hint=error.hint) from error
    if there.scheme not in _PORTS or (here.scheme == "https" and there.scheme == "http"):
        raise RedirectRefused(f"{shown}, which is less safe", hint="use an address that answers itself")
    if allowed is Redirects.SAME_HOST and not _same_host(here, there):
        raise RedirectRefused(f"{shown}, another host", hint="if you trust that host, name it as the mirror")
    return urlunsplit(there._replace(netloc=there.netloc.rpartition("@")[2], fragment=""))


def same_origin(one: str, other: str) -> bool:
    """Return whether two addresses have the same scheme, host and port."""
    here, there = split_url(one), split_url(other)
    return here.scheme == there.scheme and _same_host(here, there)


def is_loopback(url: str) -> bool:
    """Return whether an address is on this machine, by its name or number alone; raise `UnsupportedURL`."""
    host = split_url(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _same_host(here: SplitResult, there: SplitResult) -> bool:
    """Compare host and port; the step from http's own port to https's is the same host."""
    ports = (here.port or _PORTS[here.scheme], there.port or _PORTS[there.scheme])
    upgrade = ports == (_PORTS["http"], _PORTS["https"])
    return here.hostname == there.hostname and (ports[0] == ports[1] or upgrade)
