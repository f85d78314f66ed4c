"""The public addresses of sources that can be named in a word."""

from urllib.parse import quote

from prill.errors import PrillError

__all__ = ["FEEDS", "OSV_ROOT", "UnknownFeed", "feed_address", "is_whole_feed"]

OSV_ROOT = "https://osv-vulnerabilities.storage.googleapis.com"
"""OSV's public bucket; a mirror has the same folders."""

FEEDS = {
    "debian-tracker": "https://security-tracker.debian.org/tracker/data/json",
    "epss": "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",
    "kev": "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
}


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
