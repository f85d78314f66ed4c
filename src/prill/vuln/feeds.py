"""The public addresses of sources that can be named in a word."""

from collections.abc import Sequence
from urllib.parse import quote

from prill.errors import PrillError

__all__ = ["FEEDS", "OSV_ROOT", "UnknownFeed", "feed_address", "feed_name", "is_whole_feed"]

OSV_ROOT = "https://osv-vulnerabilities.storage.googleapis.com"
"""OSV's public bucket; a mirror has the same folders."""

FEEDS = {
    "debian-tracker": "https://security-tracker.debian.org/tracker/data/json",
    "epss": "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",
    "kev": "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
}

_SAME_NAMES = frozenset(
    {
        "all.zip",
        *(f"{repository}.{form}" for repository in ("community", "main", "security") for form in ("json", "yaml")),
    }
)
"""Files of different feeds: OSV's of each ecosystem, Alpine's of each release, Wolfi's and Chainguard's."""


class UnknownFeed(PrillError):
    """A word names no source."""


def feed_address(text: str, *, osv_root: str = OSV_ROOT) -> str:
    """Return the address for ``osv:PyPI``, a feed's name, or an address; raise `UnknownFeed`."""
    if text.startswith(("https://", "http://", "file://")):
        return text
    if text.startswith("osv:") and text.removeprefix("osv:"):
        return f"{osv_root.rstrip('/')}/{quote(text.removeprefix('osv:'))}/all.zip"
    if text in FEEDS:
        return FEEDS[text]
    raise UnknownFeed(
        f"not a source of advisories: {text[:160]!r}", hint=f"write osv:ECOSYSTEM, {', '.join(FEEDS)}, or an address"
    )


def is_whole_feed(address: str) -> bool:
    """Tell an address, or a file's, at which a source publishes all that it has: a feed's own, or OSV's ``all.zip``."""
    return address in FEEDS.values() or address.partition("?")[0].endswith("/all.zip")


def feed_name(parts: Sequence[str]) -> str:
    """Return what a feed is called by the parts of its path: its last; with its folder's where many are called so."""
    return "-".join(parts[-2:]) if parts[-1:] and parts[-1] in _SAME_NAMES else (parts[-1] if parts else "")
