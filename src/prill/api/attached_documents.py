"""The documents of one kind that somebody attached to an image, SBOMs or VEX, wherever they are kept.

1. Attestations: cosign's ``.att`` tag, and bundles that refer to the image or to its index.
2. Referrers of any layout, such as ``oras attach`` and ``prill build`` make.
3. cosign's tag of its own for a kind, ``.sbom``.
4. BuildKit's attestations in the index, which nobody signs one by one.

Files inside the image are `prill.api.sboms_inside`'s.
"""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from prill._io.fetch_errors import FetchFailed
from prill.errors import PrillError
from prill.formats.in_toto import MEDIA_TYPE as IN_TOTO
from prill.formats.in_toto import Statement
from prill.formats.sbom_documents import MAX_BYTES
from prill.model import Digest, Gap
from prill.model.typed_json import ready
from prill.model.value import dataclass, field
from prill.oci.descriptor import Descriptor
from prill.oci.graph import read_manifest
from prill.oci.index import Index
from prill.oci.manifest import Manifest
from prill.oci.referrers import read_referrers
from prill.oci.store import ImageSource
from prill.oci.tags import cosign_tag
from prill.signing.cosign import collect, is_bundle
from prill.signing.dsse import ENVELOPE_TYPE
from prill.signing.signed import Signed
from prill.signing.statement import parse_statement, subject_of

__all__ = ["SBOMS", "AttachedDocument", "DocumentKind", "DocumentPlace", "DocumentSearch"]

_BEGINNING = 256
_BUILDKIT_TYPE, _BUILDKIT_SUBJECT = "vnd.docker.reference.type", "vnd.docker.reference.digest"
_ATTESTATIONS = "attestation-manifest"
_SHOWN = 300
_MOST = 200


class _Wrapped(msgspec.Struct, frozen=True, rename={"data": "Data"}):
    data: str = ""


class DocumentPlace(StrEnum):
    """Where a document is kept; those that somebody may have signed come first."""

    ATTESTATION = "attestation"
    REFERRER = "attached artifact"
    COSIGN_TAG = "cosign's .sbom"
    BUILDKIT = "BuildKit's attestation"
    FILE = "file in the image"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKind:
    """What is looked for: its name with an article, how predicate types that hold one begin, words in its media types.

    ``tag`` is what cosign's tag for one ends in; a document has at most ``max_bytes``.
    """

    name: str
    predicates: tuple[str, ...]
    words: tuple[str, ...]
    max_bytes: int
    tag: str = ""


SBOMS = DocumentKind(
    name="an SBOM",
    predicates=("https://spdx.dev/Document", "https://cyclonedx.org/bom"),
    words=("spdx", "cyclonedx", "syft", "sbom"),
    max_bytes=MAX_BYTES,
    tag="sbom",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedDocument:
    """A document as it was found. ``where`` names it among the others, ``subject`` is what it is attached to.

    ``signed`` is the attestation that it came in; ``artifact`` the manifest that holds it and has the image as its
    subject, which may have signatures of its own. Nothing of it is verified.
    """

    place: DocumentPlace
    where: str
    subject: Digest
    content: bytes = field(repr=False)
    signed: Signed | None = field(default=None, repr=False)
    artifact: Digest | None = None
    predicate_type: str = ""


class DocumentSearch:
    """Looks for what is attached to one image; ``gaps`` are what could not be read."""

    def __init__(self, store: ImageSource, image: Digest, target: Descriptor, kind: DocumentKind) -> None:
        """Look for the documents about ``image``, which stands in the index ``target``, or is it."""
        self._kind = kind
        self._store = store
        self._image = image
        self._target = target
        self._subjects = tuple(dict.fromkeys((image, target.digest)))
        self.gaps: list[Gap] = []

    def run(self) -> tuple[AttachedDocument, ...]:
        """Return what was found, the best places first; raise `FetchFailed` where the store does not answer."""
        found = [
            *(one for subject in self._subjects for one in self._attestations(subject)),  # 1
            *(one for subject in self._subjects for one in self._referrers(subject)),  # 2
            *(one for subject in self._subjects for one in self._tagged(subject)),  # 3
            *self._buildkit(),  # 4
        ]
        if len(found) > _MOST:
            self.gaps.append(Gap(str(self._image), f"{len(found) - _MOST} of {len(found)} documents were left aside"))
        return tuple(found[:_MOST])

    def _attestations(self, subject: Digest) -> Iterator[AttachedDocument]:
        collected = collect(self._store, subject, attestations=True)
        self.gaps += collected.gaps
        for signed in collected.signatures:
            if signed.envelope is None:
                continue
            statement = self._statement(signed.payload, signed.origin)
            if statement is not None:
                yield AttachedDocument(
                    place=DocumentPlace.ATTESTATION,
                    where=signed.origin,
                    subject=subject,
                    content=_document(statement),
                    signed=signed,
                    predicate_type=statement.predicate_type,
                )

    def _referrers(self, subject: Digest) -> Iterator[AttachedDocument]:
        for referrer in read_referrers(self._store, subject).found:  # its gaps are those of the attestations
            if isinstance(referrer.manifest, Manifest):
                where = f"referrer {referrer.descriptor.digest}"
                kind = referrer.descriptor.artifact_type
                yield from self._layers(DocumentPlace.REFERRER, where, subject, referrer.manifest, kind)

    def _tagged(self, subject: Digest) -> Iterator[AttachedDocument]:
        if not self._kind.tag:
            return
        tag = cosign_tag(subject, self._kind.tag)
        descriptor = self._store.find(tag)
        manifest = self._manifest(descriptor, f"tag {tag}") if descriptor else None
        if isinstance(manifest, Manifest):
            yield from self._layers(DocumentPlace.COSIGN_TAG, f"tag {tag}", subject, manifest, "")

    def _buildkit(self) -> Iterator[AttachedDocument]:
        index = self._manifest(self._target, str(self._target.digest))
        if not isinstance(index, Index):
            return
        for entry in index.manifests:
            about = entry.annotation(_BUILDKIT_SUBJECT)
            if entry.annotation(_BUILDKIT_TYPE) == _ATTESTATIONS and about == str(self._image):
                where = f"manifest {entry.digest}"
                manifest = self._manifest(entry, where)
                if isinstance(manifest, Manifest):
                    yield from self._layers(DocumentPlace.BUILDKIT, where, self._image, manifest, "")

    def _layers(
        self, place: DocumentPlace, where: str, subject: Digest, manifest: Manifest, artifact_type: str
    ) -> Iterator[AttachedDocument]:
        """Yield the layers that are such documents, or statements that hold one."""
        bound = manifest.subject is not None and manifest.subject.digest == subject
        artifact = manifest.digest if bound else None
        for number, layer in enumerate(manifest.layers, 1):
            kind = layer.media_type
            known = kind == IN_TOTO or self._names(kind)
            if is_bundle(kind) or kind == ENVELOPE_TYPE or not (known or self._names(artifact_type)):
                continue
            origin = where if len(manifest.layers) == 1 else f"{where}, layer {number}"
            content: bytes | None = self._read(layer, origin)
            statement = self._statement(content, origin) if kind == IN_TOTO and content else None
            if statement is not None:
                content = _document(statement)
            elif kind == IN_TOTO:
                continue
            if content and (known or _is_document(content)):
                yield AttachedDocument(place=place, where=origin, subject=subject, content=content, artifact=artifact)

    def _names(self, kind: str) -> bool:
        """Tell a document by its media type, or by the artifact type of what holds it."""
        return any(word in kind.lower() for word in self._kind.words)

    def _statement(self, payload: bytes, origin: str) -> Statement | None:
        """Return a statement of this kind about the image or the index."""
        try:
            statement = parse_statement(payload)
        except PrillError as error:
            self.gaps.append(Gap(origin, str(error)[:_SHOWN]))
            return None
        if not statement.predicate_type.startswith(self._kind.predicates):
            return None
        if not any(subject_of(statement, digest) for digest in self._subjects):
            self.gaps.append(Gap(origin, f"it has {self._kind.name} of something else"))
            return None
        return statement

    def _manifest(self, descriptor: Descriptor, origin: str) -> Manifest | Index | None:
        try:
            return read_manifest(self._store, descriptor)
        except FetchFailed:
            raise
        except PrillError as error:
            self.gaps.append(Gap(origin, str(error)[:_SHOWN]))
            return None

    def _read(self, layer: Descriptor, origin: str) -> bytes:
        most = self._kind.max_bytes
        if layer.size > most:
            self.gaps.append(Gap(origin, f"{layer.size} bytes, more than the {most} that a document may have"))
            return b""
        try:
            with self._store.open(layer) as stream:
                return stream.read()
        except FetchFailed:
            raise
        except PrillError as error:
            self.gaps.append(Gap(origin, str(error)[:_SHOWN]))
            return b""


def _document(statement: Statement) -> bytes:
    """Return what a predicate holds; what is not JSON is a text in it, or its ``Data`` (cosign, ``--type spdx``)."""
    try:
        predicate = msgspec.json.decode(statement.predicate, type=ready(str | _Wrapped))
    except msgspec.DecodeError:
        return statement.predicate
    if isinstance(predicate, str):
        return predicate.encode()
    return predicate.data.encode() if predicate.data else statement.predicate


def _is_document(content: bytes) -> bool:
    """Tell a document from an archive by its beginning: oras calls any file a tar, if nobody says what it is."""
    return content[:_BEGINNING].lstrip()[:1] in (b"{", b"<") or content.startswith(b"SPDXVersion:")
