"""How a CSAF provider publishes its documents (CSAF 2.0, section 7): metadata, directories, ROLIE feeds."""

import csv
import io
from collections.abc import Iterator

import msgspec

from prill.formats.csaf import InvalidCsaf
from prill.model.typed_json import decode_json

__all__ = ["PROVIDER_PLACE", "PublishedFile", "feed_files", "listed_files", "provider_distributions"]

PROVIDER_PLACE = "/.well-known/csaf/provider-metadata.json"
"""Where a host has its provider's metadata (section 7.1.8)."""


class PublishedFile(msgspec.Struct, frozen=True):
    """A document by its address, relative to where it is listed, and when it was changed as the list has it."""

    address: str
    changed: str = ""


class _Feed(msgspec.Struct):
    url: str
    tlp_label: str = ""


class _Rolie(msgspec.Struct):
    feeds: list[_Feed] = []


class _Distribution(msgspec.Struct):
    directory_url: str = ""
    rolie: _Rolie | None = None


class _Provider(msgspec.Struct):
    distributions: list[_Distribution]


class _Link(msgspec.Struct):
    rel: str = ""
    href: str = ""


class _Content(msgspec.Struct):
    src: str = ""


class _Entry(msgspec.Struct):
    updated: str = ""
    content: _Content | None = None
    link: list[_Link] = []


class _Entries(msgspec.Struct):
    entry: list[_Entry] = []


class _FeedDocument(msgspec.Struct):
    feed: _Entries


def provider_distributions(data: bytes, source: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the addresses of a provider's directories and of its feeds for everybody; raise `InvalidCsaf`."""
    provider = decode_json(data, _Provider, InvalidCsaf, f"{source} is no metadata of a CSAF provider")
    feeds = (feed for one in provider.distributions if one.rolie for feed in one.rolie.feeds)
    return (
        tuple(one.directory_url for one in provider.distributions if one.directory_url),
        tuple(feed.url for feed in feeds if feed.tlp_label in ("", "WHITE", "CLEAR", "UNLABELED")),
    )


def listed_files(data: bytes, *, changes: bool) -> tuple[PublishedFile, ...]:
    """Return what ``changes.csv`` lists (section 7.1.13), newest first, or ``index.txt`` (7.1.12)."""
    text = data.decode("utf-8", "replace")
    if not changes:
        return tuple(PublishedFile(line.strip()) for line in text.splitlines() if line.strip().endswith(".json"))
    rows = (row for row in csv.reader(io.StringIO(text)) if len(row) > 1 and row[0].endswith(".json"))
    return tuple(sorted((PublishedFile(row[0], row[1]) for row in rows), key=lambda one: one.changed, reverse=True))


def feed_files(data: bytes, source: str) -> tuple[PublishedFile, ...]:
    """Return what a ROLIE feed lists (section 7.1.15); raise `InvalidCsaf`."""
    document = decode_json(data, _FeedDocument, InvalidCsaf, f"{source} is no ROLIE feed")
    return tuple(filter(lambda one: one.address, map(_of_entry, document.feed.entry)))


def _of_entry(entry: _Entry) -> PublishedFile:
    links: Iterator[str] = (link.href for link in entry.link if link.rel == "self")
    address = entry.content.src if entry.content and entry.content.src else next(links, "")
    return PublishedFile(address, entry.updated)
