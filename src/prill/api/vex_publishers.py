"""Fetching what publishers of VEX state: a VEX repository, a CSAF provider, or one document.

1. An address that ends in ``.tar.gz`` is a repository's archive; in ``.json``, a repository's manifest, a provider's
   metadata, or a document. Of another, the places are asked where hosts have the first two.
2. Of a CSAF provider, the documents that changed are fetched, the newest first, so many at a time; the next update
   goes on with the others.
3. What was fetched is written when it is whole. What an address does not give is a gap, and what was known of it stays.

Nobody signs most of these documents: that they come from the publisher is what TLS says, so plain HTTP is refused.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote, urljoin, urlsplit

import msgspec

from prill._io.atomic import write_atomic
from prill._io.fetch_errors import NotFound
from prill._io.urls import Redirects, redact, same_origin
from prill.api.services import Services
from prill.api.vex_publications import Publication, PublishedDocument, known_publication, publication_path, stays_below
from prill.archive.bounds import Limits
from prill.archive.codecs import Codec, open_decoded
from prill.archive.tar import read_stream
from prill.errors import PrillError
from prill.formats.csaf_provider import (
    PROVIDER_PLACE,
    PublishedFile,
    feed_files,
    listed_files,
    provider_distributions,
)
from prill.formats.vex_documents import InvalidVex, read_vex
from prill.formats.vex_repository import INDEX, MANIFEST_PLACE, archive_address, document_paths
from prill.model import FileKind, Gap
from prill.model.typed_json import decode_json
from prill.model.value import dataclass, field

__all__ = ["PlainPublisher", "Updated", "update_publisher"]

_MAX_DOCUMENT = 32 << 20
_MAX_ARCHIVE = 256 << 20
_MOST_AT_ONCE = 2000
_MOST_FAILURES = 10
_LIMITS = Limits(max_entries=200_000, max_file_size=_MAX_DOCUMENT, max_total_size=1 << 30, max_ratio=1100)


class PlainPublisher(PrillError):
    """A publisher would be believed whose words anybody on the way could have written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """What became of one publisher: what is known of it now, and how many documents are new or changed."""

    publication: Publication
    fetched: int


@dataclass(slots=True)
class _Fetching:
    """The documents so far; ``former`` are those of the last time."""

    services: Services
    plain_http: bool
    former: Mapping[str, PublishedDocument]
    found: dict[str, PublishedDocument] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    fetched: int = 0

    def get(self, address: str, *, most: int = _MAX_DOCUMENT, redirects: Redirects = Redirects.SAME_HOST) -> bytes:
        """Fetch what is at an address; raise `PlainPublisher`, or what fetching raises."""
        if urlsplit(address).scheme != "https" and not self.plain_http:
            raise PlainPublisher(
                f"{redact(address)} is not https, so anybody on the way could dismiss what a scan finds",
                hint="--plain-http fetches it all the same",
            )
        return self.services.fetcher().fetch_bytes(address, max_size=most, redirects=redirects)

    def keep(self, name: str) -> None:
        """Keep what was known of a document, if anything was."""
        if name in self.former:
            self.found[name] = self.former[name]

    def add(self, name: str, data: bytes, changed: str = "") -> None:
        """Take one; what cannot be read is a gap."""
        self.fetched += 1
        try:
            self.found[name] = PublishedDocument(changed, read_vex(data, name))
        except InvalidVex as error:
            self.gaps.append(Gap(name, str(error)))


def update_publisher(address: str, services: Services, *, plain_http: bool = False) -> Updated:
    """Fetch what ``address`` publishes, and keep it; raise what fetching and reading it raises, or `PlainPublisher`."""
    try:
        former = known_publication(address, services.cache)
    except InvalidVex:
        former = None
    documents = _Fetching(services, plain_http, former.documents if former else {})
    _fetch(address, documents)
    publication = Publication(address, services.clock.now(), documents.found, tuple(documents.gaps))
    write_atomic(publication_path(services.cache, address), msgspec.msgpack.encode(publication))
    return Updated(publication=publication, fetched=documents.fetched)


def _fetch(address: str, documents: _Fetching) -> None:
    path = urlsplit(address).path
    if path.endswith((".tar.gz", ".tgz")):
        _repository(address, documents)
        return
    if path.endswith(".json"):
        _json(address, documents.get(address), documents)
        return
    places = [address.rstrip("/") + place for place in (MANIFEST_PLACE, PROVIDER_PLACE)]
    for place in places:
        try:
            data = documents.get(place)
        except NotFound:
            continue
        _json(place, data, documents)
        return
    raise InvalidVex(f"{redact(address)} publishes no VEX: there is neither {places[0]} nor {places[1]}")


def _json(address: str, data: bytes, documents: _Fetching) -> None:
    """Tell by its members what a document is."""
    members = decode_json(data, dict[str, msgspec.Raw], InvalidVex, f"{redact(address)} is no JSON object")
    if "distributions" in members:
        _provider(address, data, documents)
    elif "versions" in members:
        _repository(urljoin(address, archive_address(data, redact(address))), documents)
    else:
        name = urlsplit(address).path.rpartition("/")[2]
        documents.fetched += 1
        documents.found[name] = PublishedDocument("", read_vex(data, redact(address)))


def _repository(address: str, documents: _Fetching) -> None:
    """Read a repository's archive, whose top folder has any name."""
    packed = io.BytesIO(documents.get(address, most=_MAX_ARCHIVE, redirects=Redirects.ANY_HOST))
    files: dict[str, bytes] = {}
    with open_decoded(packed, Codec.GZIP, limits=_LIMITS) as stream:
        for entry, body in read_stream(stream, limits=_LIMITS):
            name = entry.stat.path.partition("/")[2]
            if entry.stat.kind is FileKind.FILE and name.endswith(".json"):
                files[name] = body.read()
    if INDEX not in files:
        raise InvalidVex(f"{redact(address)} has no {INDEX} below its top folder")
    for path in document_paths(files[INDEX], INDEX):
        if path in files:
            documents.add(path, files[path])
        else:
            documents.gaps.append(Gap(path, "the repository's index names it, and it is not there"))


def _provider(address: str, data: bytes, documents: _Fetching) -> None:
    """Fetch what changed in a CSAF provider's directories and feeds."""
    directories, feeds = provider_distributions(data, redact(address))
    files: dict[str, PublishedFile] = {}
    for directory in directories:
        base = f"{directory.rstrip('/')}/"
        for file in _directory(base, documents):
            if stays_below(file.address):
                files.setdefault(base + quote(file.address), file)
            else:
                documents.gaps.append(Gap(redact(base), f"it lists {file.address[:200]!r}, which is not below it"))
    for feed in feeds:
        for file in feed_files(documents.get(feed), redact(feed)):
            target = urljoin(feed, file.address)
            if same_origin(target, feed):
                files.setdefault(target, file)
            else:
                documents.gaps.append(Gap(redact(feed), f"it lists {redact(target)[:200]}, which is elsewhere"))
    _changed(files, documents)


def _directory(base: str, documents: _Fetching) -> Sequence[PublishedFile]:
    try:
        return listed_files(documents.get(f"{base}changes.csv", most=_MAX_ARCHIVE), changes=True)
    except NotFound:
        return listed_files(documents.get(f"{base}index.txt", most=_MAX_ARCHIVE), changes=False)


def _changed(files: Mapping[str, PublishedFile], documents: _Fetching) -> None:
    """Fetch documents that are new or changed, up to so many; give up where the publisher fails again and again."""
    failures = 0
    wanted = list(_outdated(files, documents))
    for place, (address, file) in enumerate(wanted):
        if documents.fetched >= _MOST_AT_ONCE or failures >= _MOST_FAILURES:
            left = len(wanted) - place
            documents.gaps.append(Gap(redact(address), f"it and {left - 1} others are left for the next update"))
            for rest, _ in wanted[place:]:
                documents.keep(rest)
            return
        documents.services.progress.update("fetching statements", place, len(wanted))
        try:
            documents.add(address, documents.get(address), file.changed)
        except PrillError as error:
            failures += 1
            documents.gaps.append(Gap(redact(address), f"it could not be fetched: {error}"))
            documents.keep(address)


def _outdated(files: Mapping[str, PublishedFile], documents: _Fetching) -> Iterator[tuple[str, PublishedFile]]:
    """Yield the files that have to be fetched; the others are kept as they are."""
    for address, file in files.items():
        known = documents.former.get(address)
        if known is not None and file.changed and known.changed == file.changed:
            documents.found[address] = known
        else:
            yield address, file
