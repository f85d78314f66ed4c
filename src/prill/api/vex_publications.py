"""What publishers state for everybody, as it was fetched last: kept beside the cache, read by scans.

A publisher is a folder, which is read as it is, or an address, whose documents `prill vex update` fetches. A publisher
that was named and never fetched is a gap: its statements are not known.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from prill._io.cache import ContentCache
from prill._io.regular import read_regular
from prill._io.urls import redact
from prill.errors import PrillError
from prill.formats.vex_documents import MAX_VEX, InvalidVex, read_vex
from prill.formats.vex_repository import INDEX, document_paths
from prill.model import Digest, Gap
from prill.model.advisory import AdvisorySource
from prill.model.typed_json import ready
from prill.model.value import dataclass, replace
from prill.model.vex import VexStatement

__all__ = [
    "Publication",
    "PublishedDocument",
    "PublishedVex",
    "is_address",
    "known_publication",
    "publication_path",
    "read_published",
    "stays_below",
]

_MAX_BYTES = 1 << 30
_MAX_DOCUMENTS = 50_000
_DAY = 86_400


class PublishedDocument(msgspec.Struct, frozen=True):
    """One document's statements, and when it was changed as its publisher says; that decides on fetching it again."""

    changed: str
    statements: tuple[VexStatement, ...]


class Publication(msgspec.Struct, frozen=True):
    """What one address published when it was asked, in seconds since 1970, by documents; and what was missed."""

    address: str
    retrieved: int
    documents: dict[str, PublishedDocument]
    gaps: tuple[Gap, ...] = ()

    @property
    def statements(self) -> Iterator[VexStatement]:
        """Return all statements, each with its publisher and its document."""
        shown = redact(self.address)
        for path, document in self.documents.items():
            for one in document.statements:
                yield replace(one, source=f"{shown}, {path}", publisher=shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedVex:
    """The statements of several publishers, who they are, and what of them is missing."""

    statements: tuple[VexStatement, ...] = ()
    sources: tuple[AdvisorySource, ...] = ()
    gaps: tuple[Gap, ...] = ()


def is_address(publisher: str) -> bool:
    """Tell an address from a folder."""
    return publisher.startswith(("https://", "http://"))


def publication_path(cache: ContentCache, address: str) -> Path:
    """Return where what an address published is kept; pruning the cache leaves it alone."""
    return cache.state / "vex" / f"{Digest.of(address.encode()).hex[:32]}.msgpack"


def read_published(
    publishers: Sequence[str], cache: ContentCache, *, now: int, max_age: int | None = None
) -> PublishedVex:
    """Return what ``publishers`` state; what was fetched more than ``max_age`` seconds ago is a gap besides."""
    statements: list[VexStatement] = []
    sources: list[AdvisorySource] = []
    gaps: list[Gap] = []
    for publisher in publishers:
        shown = redact(publisher) if is_address(publisher) else publisher
        try:
            publication = known_publication(publisher, cache) if is_address(publisher) else _folder(publisher, now)
        except (PrillError, OSError) as error:
            gaps.append(Gap(shown, f"what it states cannot be read: {error}"))
            continue
        if publication is None:
            gaps.append(Gap(shown, "what it states was never fetched: prill vex update"))
            continue
        found = tuple(publication.statements)
        statements += found
        gaps += publication.gaps
        sources.append(
            AdvisorySource(
                id="vex-publisher", name=shown, url=shown, retrieved=publication.retrieved, records=len(found)
            )
        )
        if max_age is not None and now - publication.retrieved > max_age:
            days = (now - publication.retrieved) // _DAY
            gaps.append(Gap(shown, f"it was fetched {days} days ago, and {max_age // _DAY} are allowed (--max-db-age)"))
    return PublishedVex(statements=tuple(statements), sources=tuple(sources), gaps=tuple(gaps))


def known_publication(address: str, cache: ContentCache) -> Publication | None:
    """Return what was fetched of an address last, or None; raise `InvalidVex` where that is damaged."""
    path = publication_path(cache, address)
    try:
        return msgspec.msgpack.decode(read_regular(path, _MAX_BYTES), type=ready(Publication))
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        raise InvalidVex(f"{path} is damaged: {error}", hint="fetch it again: prill vex update") from error


def _folder(publisher: str, now: int) -> Publication:
    """Read a repository's work tree, a folder with documents, or one document."""
    root = Path(publisher)
    if root.is_file():
        return _documents(publisher, [(root.name, root)], now)
    if not root.is_dir():
        raise InvalidVex(f"there is no {publisher}")
    if (root / INDEX).is_file():
        paths = document_paths(read_regular(root / INDEX, MAX_VEX), INDEX)
        return _documents(publisher, [(path, root / path) for path in paths], now)
    found = sorted(path for path in root.rglob("*.json") if path.is_file())
    return _documents(publisher, [(str(path.relative_to(root)), path) for path in found], now)


def _documents(publisher: str, found: Sequence[tuple[str, Path]], now: int) -> Publication:
    documents: dict[str, PublishedDocument] = {}
    gaps = []
    if len(found) > _MAX_DOCUMENTS:
        gaps.append(Gap(publisher, f"{len(found) - _MAX_DOCUMENTS} of {len(found)} documents were left aside"))
    for name, path in found[:_MAX_DOCUMENTS]:
        if not stays_below(name):
            gaps.append(Gap(f"{publisher}, {name[:200]}", "it is not below the publisher's folder"))
            continue
        try:
            documents[name] = PublishedDocument("", read_vex(read_regular(path, MAX_VEX), name))
        except (PrillError, OSError) as error:
            gaps.append(Gap(f"{publisher}, {name}", str(error)))
    return Publication(publisher, now, documents, tuple(gaps))


def stays_below(path: str) -> bool:
    """Tell a path, or an address, from a folder on, from one that leads elsewhere."""
    return not path.startswith("/") and "://" not in path and ".." not in path.split("/")
