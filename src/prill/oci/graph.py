"""Walking from descriptors to everything they point to."""

from collections.abc import Iterable, Iterator

from prill.errors import PrillError
from prill.model import Digest
from prill.oci._wire import InvalidDocument, parse
from prill.oci.descriptor import Descriptor
from prill.oci.index import Index
from prill.oci.manifest import Manifest
from prill.oci.media_types import INDEX, INDEXES, MANIFEST, MANIFESTS
from prill.oci.store import BlobSource, read_document

__all__ = [
    "IndexTooDeep",
    "TooManyManifests",
    "indexed",
    "parse_manifest",
    "reachable",
    "read_manifest",
    "referrers_among",
    "stated_type",
]

_MAX_DEPTH = 8
_MAX_MANIFESTS = 10_000
_DESCRIBES = "vnd.docker.reference.digest"
"""The annotation of an index's entry that BuildKit made about another: its platform is ``unknown/unknown``."""


class IndexTooDeep(PrillError):
    """Indexes name indexes, over and over."""


class TooManyManifests(PrillError):
    """An image has more manifests than anything honest."""


def read_manifest(source: BlobSource, descriptor: Descriptor) -> Manifest | Index | None:
    """Read what the descriptor says is a manifest or an index; return None for any other blob."""
    if descriptor.media_type in INDEXES | MANIFESTS:
        return parse_manifest(read_document(source, descriptor), descriptor.media_type)
    return None


def parse_manifest(raw: bytes, media_type: str) -> Manifest | Index:
    """Read a manifest or an index; raise as they do, and `UnknownMediaType` for what is neither."""
    return Index.parse(raw, media_type) if media_type in INDEXES else Manifest.parse(raw, media_type)


def stated_type(raw: bytes) -> str:
    """Return what a manifest or an index says it is, or is by its fields; "" for what is neither, or could be both.

    Servers of plain files announce them as ``application/json`` or as nothing.
    """
    try:
        document = parse(raw, "image manifest")
        stated = document.text("mediaType", "")
    except InvalidDocument:
        return ""
    if stated:
        return stated if stated in MANIFESTS | INDEXES else ""
    index, image = document.has("manifests"), document.has("config") and document.has("layers")
    return "" if index == image else INDEX if index else MANIFEST


def reachable(source: BlobSource, entries: Iterable[Descriptor]) -> tuple[Descriptor, ...]:
    """Return everything the entries lead to, each digest once, what is pointed to before what points to it.

    Raise `IndexTooDeep` and `TooManyManifests`, so that nobody is kept busy by a hostile index.
    """
    found: dict[Digest, Descriptor] = {}
    manifests = 0

    def visit(descriptor: Descriptor, depth: int) -> None:
        nonlocal manifests
        if descriptor.digest in found:
            return
        if depth > _MAX_DEPTH:
            raise IndexTooDeep(f"{descriptor.digest} lies more than {_MAX_DEPTH} indexes deep")
        manifest = read_manifest(source, descriptor)
        if manifest is not None:
            manifests += 1
            if manifests > _MAX_MANIFESTS:
                raise TooManyManifests(f"more than {_MAX_MANIFESTS} manifests belong to one image")
            for child in manifest.children():
                visit(child, depth + 1)
        found[descriptor.digest] = descriptor

    for entry in entries:
        visit(entry, 0)
    return tuple(found.values())


def indexed(source: BlobSource, index: Descriptor) -> tuple[Descriptor, ...]:
    """Return all that an index stands for, in its order, each digest once, and what indexes in it stand for.

    An entry needs no platform to be one. Left out is what BuildKit says about another entry. Raise `IndexTooDeep`,
    `TooManyManifests`, and what reading raises.
    """
    found: dict[Digest, Descriptor] = {}

    def visit(descriptor: Descriptor, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise IndexTooDeep(f"{descriptor.digest} lies more than {_MAX_DEPTH} indexes deep")
        for entry in Index.parse(read_document(source, descriptor), descriptor.media_type).manifests:
            about_another = entry.platform is not None and entry.platform.os == "unknown"
            if entry.digest in found or (about_another and entry.annotation(_DESCRIBES)):
                continue
            if len(found) >= _MAX_MANIFESTS:
                raise TooManyManifests(f"more than {_MAX_MANIFESTS} manifests belong to one image")
            found[entry.digest] = entry
            if entry.media_type in INDEXES:
                visit(entry, depth + 1)

    visit(index, 0)
    return tuple(found.values())


def referrers_among(
    source: BlobSource, entries: Iterable[Descriptor], digest: Digest, artifact_type: str | None
) -> tuple[Descriptor, ...]:
    """Return, in order and each once, the entries whose subject is ``digest``, described as a referrers list does."""
    found = {entry.digest: entry for entry in _about(source, entries, digest)}
    return tuple(entry for entry in found.values() if artifact_type in (None, entry.artifact_type))


def _about(source: BlobSource, entries: Iterable[Descriptor], digest: Digest) -> Iterator[Descriptor]:
    for number, entry in enumerate(entries):
        if number >= _MAX_MANIFESTS:
            raise TooManyManifests(f"more than {_MAX_MANIFESTS} entries to look through for referrers")
        manifest = read_manifest(source, entry)
        if manifest and manifest.subject and manifest.subject.digest == digest:
            yield manifest.descriptor()
