"""Image manifests: one image of one platform, or an artifact (OCI image-spec, manifest.md)."""

from prill.model import Digest
from prill.model.value import dataclass, field, replace
from prill.oci import _wire
from prill.oci._wire import InvalidDocument
from prill.oci.descriptor import (
    Annotations,
    Descriptor,
    descriptor_from_wire,
    descriptor_to_wire,
    encode_document,
    map_to_pairs,
)
from prill.oci.media_types import MANIFEST, MANIFESTS, UnknownMediaType

__all__ = ["Manifest"]

_FIELDS = ("schemaVersion", "mediaType", "artifactType", "config", "layers", "subject", "annotations", "manifests")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A config, its layers and, for a referrer, the ``subject`` it is about.

    ``raw`` is what has the digest: the bytes that were parsed, or those a value made here is written as.
    """

    config: Descriptor
    layers: tuple[Descriptor, ...]
    subject: Descriptor | None = None
    artifact_type: str = ""
    annotations: Annotations = ()
    media_type: str = MANIFEST
    raw: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # A value that `replace` makes comes by here too, and so never keeps another value's bytes.
        content = {
            "config": descriptor_to_wire(self.config),
            "layers": [descriptor_to_wire(layer) for layer in self.layers],
        }
        raw = encode_document(
            media_type=self.media_type,
            artifact_type=self.artifact_type,
            content=content,
            subject=self.subject,
            annotations=self.annotations,
        )
        object.__setattr__(self, "raw", raw)

    @classmethod
    def parse(cls, raw: bytes, media_type: str = "") -> "Manifest":
        """Read a manifest that was announced as ``media_type``, Docker's schema 2 included.

        Raise `InvalidDocument` for what is none, for content that contradicts its announced type, and for a document
        that could be read as an index as well (CVE-2021-41190).
        """
        wire = _wire.parse(raw, "image manifest").exact(*_FIELDS)
        wire.number("schemaVersion", 2, 2)
        stated = wire.text("mediaType", "") or media_type or MANIFEST
        if wire.has("manifests"):
            raise InvalidDocument("the image manifest could be read as an index too: it has 'manifests'")
        if media_type and stated != media_type:
            raise InvalidDocument(f"a manifest says it is {stated[:160]!r}, but was announced as {media_type[:160]!r}")
        if stated not in MANIFESTS:
            raise UnknownMediaType(f"{stated[:160]!r} is no image manifest")
        subject = wire.fields("subject")
        manifest = cls(
            config=descriptor_from_wire(wire.needed("config")),
            layers=tuple(descriptor_from_wire(layer) for layer in wire.items("layers")),
            subject=descriptor_from_wire(subject) if subject else None,
            artifact_type=wire.text("artifactType", ""),
            annotations=map_to_pairs(wire.text_map("annotations")),
            media_type=stated,
        )
        object.__setattr__(manifest, "raw", raw)
        return manifest

    def encode(self) -> bytes:
        """Return ``raw``."""
        return self.raw

    @property
    def digest(self) -> Digest:
        """Return the digest of ``raw``."""
        return Digest.of(self.raw)

    def children(self) -> tuple[Descriptor, ...]:
        """Return what this points to, its subject left out."""
        return (self.config, *self.layers)

    def descriptor(self) -> Descriptor:
        """Describe this manifest as a referrers list does: with its artifact type and annotations.

        Where a referrer has no artifact type, its config's media type counts (distribution-spec,
        "Pushing Manifests with Subject").
        """
        described = Descriptor.of(self.raw, self.media_type)
        if self.subject is None:
            return described
        kind = self.artifact_type or self.config.media_type
        return replace(described, annotations=self.annotations, artifact_type=kind)
