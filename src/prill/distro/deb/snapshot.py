"""snapshot.debian.org: every state Debian's archives were in, by timestamp.

``BASE/archive/debian/20250520T000000Z/`` is the archive as it was then, and ``…/debian-security/…`` the security
archive; a timestamp between two snapshots is redirected to the one before it, on the same host. A Release comes into
the snapshot that is taken a few hours later, so at the Release's own date the state before it is served.
"""

from datetime import UTC, datetime

from prill.errors import PrillError
from prill.model.regex import regex

__all__ = [
    "SNAPSHOT",
    "InvalidTimestamp",
    "format_timestamp",
    "parse_timestamp",
    "snapshot_root",
    "snapshot_time",
    "timestamp_of",
]

SNAPSHOT = "https://snapshot.debian.org"
"""Debian's own service."""

_HALF_A_DAY = 43_200
"""Longer than it takes until a Release is in a snapshot, and shorter than the pool keeps what the Release lists."""

_FORMAT = "%Y%m%dT%H%M%SZ"
_ROOT = regex(r"(?P<base>.*)/archive/(?:debian|debian-security)/(?P<timestamp>[0-9]{8}T[0-9]{6}Z)")


class InvalidTimestamp(PrillError):
    """A text is no timestamp of a snapshot."""


def parse_timestamp(text: str) -> int:
    """Read ``20250520T000000Z`` as seconds since 1970; raise `InvalidTimestamp`."""
    try:
        return int(datetime.strptime(text, _FORMAT).replace(tzinfo=UTC).timestamp())
    except ValueError as error:
        raise InvalidTimestamp(f"not a timestamp: {text[:40]!r}", hint="write it like 20250520T000000Z") from error


def format_timestamp(seconds: int) -> str:
    """Write seconds since 1970 as a snapshot's timestamp."""
    return datetime.fromtimestamp(seconds, UTC).strftime(_FORMAT)


def snapshot_root(base: str, archive: str, seconds: int) -> str:
    """Return the root of ``archive`` (``debian`` or ``debian-security``) as it was at a time."""
    return f"{base.rstrip('/')}/archive/{archive}/{format_timestamp(seconds)}"


def snapshot_time(released: int) -> int:
    """Return the time whose snapshot has a Release of the date ``released``; both are in seconds since 1970."""
    return released + _HALF_A_DAY


def timestamp_of(root: str) -> tuple[str, int] | None:
    """Return base and time if the address ``root`` is laid out like a snapshot's, on whatever host; else None."""
    match = _ROOT.fullmatch(root.rstrip("/"))
    return (match["base"], parse_timestamp(match["timestamp"])) if match else None
