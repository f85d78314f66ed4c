"""Image indexes: one image for several platforms, a layout's content, or a list of referrers (image-index.md)."""

from prill.errors import PrillError
from prill.model import Digest, Platform
from prill.model.value import dataclass, field, replace
from prill.oci import _wire
from prill.oci._wire import InvalidDocument
from prill.oci.descriptor import (
    REF_NAME,
    Annotations,
    Descriptor,
    descriptor_from_wire,
    descriptor_to_wire,
    encode_document,
    map_to_pairs,
)
from prill.oci.media_types import INDEX, INDEXES, UnknownMediaType

__all__ = ["Index", "PlatformNotFound", "with_entry"]

_FIELDS = ("schemaVersion", "mediaType", "artifactType", "manifests", "subject", "annotations", "config", "layers")


class PlatformNotFound(PrillError):
    """An index has no image for a platform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Descriptors in a meaningful order. ``raw`` is what has the digest, as in `Manifest`."""

    manifests: tuple[Descriptor, ...]
    subject: Descriptor | None = None
    artifact_type: str = ""
    annotations: Annotations = ()
    media_type: str = INDEX
    raw: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        raw = encode_document(
            media_type=self.media_type,
            artifact_type=self.artifact_type,
            content={"manifests": [descriptor_to_wire(entry) for entry in self.manifests]},
            subject=self.subject,
            annotations=self.annotations,
        )
        object.__setattr__(self, "raw", raw)

    @classmethod
    def parse(cls, raw: bytes, media_type: str = "") -> "Index":
        """Read an index that was announced as ``media_type``, or Docker's manifest list; raise as `Manifest.parse`."""
        wire = _wire.parse(raw, "image index").exact(*_FIELDS)
        wire.number("schemaVersion", 2, 2)
        stated = wire.text("mediaType", "") or media_type or INDEX
        if wire.has("config") or wire.has("layers"):
            raise InvalidDocument("the image index could be read as a manifest too: it has 'config' or 'layers'")
        if media_type and stated != media_type:
            raise InvalidDocument(f"an index says it is {stated[:160]!r}, but was announced as {media_type[:160]!r}")
        if stated not in INDEXES:
            raise UnknownMediaType(f"{stated[:160]!r} is no image index")
        subject = wire.fields("subject")
        index = cls(
            manifests=tuple(descriptor_from_wire(entry) for entry in wire.items("manifests", null=True)),
            subject=descriptor_from_wire(subject) if subject else None,
            artifact_type=wire.text("artifactType", ""),
            annotations=map_to_pairs(wire.text_map("annotations")),
            media_type=stated,
        )
        object.__setattr__(index, "raw", raw)
        return index

    def encode(self) -> bytes:
        """Return ``raw``."""
        return self.raw

    @property
    def digest(self) -> Digest:
        """Return the digest of ``raw``."""
        return Digest.of(self.raw)

    def children(self) -> tuple[Descriptor, ...]:
        """Return what this points to, its subject left out."""
        return self.manifests

    def descriptor(self) -> Descriptor:
        """Describe this index; one with a subject as a referrers list does."""
        described = Descriptor.of(self.raw, self.media_type)
        if self.subject is None:
            return described
        return replace(described, annotations=self.annotations, artifact_type=self.artifact_type)

    def platforms(self) -> tuple[Platform, ...]:
        """Return the platforms there are images for, each once; attestations have the platform ``unknown``."""
        seen = (entry.platform for entry in self.manifests)
        return tuple(dict.fromkeys(platform for platform in seen if platform and platform.os != "unknown"))

    def select(self, platform: Platform) -> Descriptor:
        """Return the first entry for ``platform``; one that asks for no variant takes any. Raise `PlatformNotFound`."""
        for entry in self.manifests:
            if entry.platform == platform:
                return entry
        for entry in self.manifests:
            theirs = entry.platform
            if (
                theirs
                and not platform.variant
                and theirs.architecture == platform.architecture
                and theirs.os == platform.os
            ):
                return entry
        known = ", ".join(map(str, self.platforms())) or "none"
        raise PlatformNotFound(f"there is no image for {platform}", hint=f"the index has: {known}")


def with_entry(entries: tuple[Descriptor, ...], new: Descriptor, tag: str) -> tuple[Descriptor, ...]:
    """Return a layout's entries with ``new`` at their end, under ``tag`` if there is one; what had the tag gives way.

    A descriptor of an artifact has the artifact's annotations, and those must not name it anything else.
    """
    if not tag:
        return entries if any(entry.digest == new.digest for entry in entries) else (*entries, new.unnamed())
    others = (entry for entry in entries if entry.annotation(REF_NAME) != tag)
    kept = (entry for entry in others if entry.digest != new.digest or entry.annotation(REF_NAME))
    return (*kept, new.unnamed().with_annotation(REF_NAME, tag))
