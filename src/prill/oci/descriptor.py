"""Descriptors: what points from one content to another (OCI image-spec, descriptor.md)."""

from typing import Any

from prill.model import Digest, Platform
from prill.model.value import dataclass, replace
from prill.oci._wire import Fields, InvalidDocument, encode

__all__ = [
    "CONTAINERD_NAME",
    "EMPTY_JSON",
    "REF_NAME",
    "Annotations",
    "Descriptor",
    "descriptor_from_wire",
    "descriptor_to_wire",
    "encode_document",
    "map_to_pairs",
    "parse_platform",
]

REF_NAME = "org.opencontainers.image.ref.name"
"""The annotation that carries a tag in a layout's index (image-spec, annotations.md)."""

CONTAINERD_NAME = "io.containerd.image.name"
"""The annotation in which containerd, and so Docker, keeps a full reference beside the tag."""

EMPTY_JSON = b"{}"
"""The content of every descriptor of the media type ``EMPTY`` (manifest.md, "Guidance for an Empty Descriptor")."""

Annotations = tuple[tuple[str, str], ...]
"""Names with their values, sorted by name."""

_FIELDS = ("mediaType", "digest", "size", "urls", "annotations", "platform", "artifactType")
_PLATFORM = ("os", "architecture", "variant")
_MAX_MEDIA_TYPE = 255
_MAX_SIZE = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """A content's media type, digest and size in bytes, and what is said about it."""

    media_type: str
    digest: Digest
    size: int
    annotations: Annotations = ()
    platform: Platform | None = None
    artifact_type: str = ""

    @classmethod
    def of(cls, data: bytes, media_type: str) -> "Descriptor":
        """Describe ``data``."""
        return cls(media_type=media_type, digest=Digest.of(data), size=len(data))

    def annotation(self, name: str) -> str | None:
        """Return the value of one annotation, or None."""
        return next((value for key, value in self.annotations if key == name), None)

    def with_annotation(self, name: str, value: str) -> "Descriptor":
        """Return the same descriptor with one annotation set."""
        return replace(self, annotations=map_to_pairs({**dict(self.annotations), name: value}))

    def unnamed(self) -> "Descriptor":
        """Return the same descriptor without the annotations that are names in a layout."""
        kept = tuple(pair for pair in self.annotations if pair[0] not in (REF_NAME, CONTAINERD_NAME))
        return replace(self, annotations=kept)


def descriptor_from_wire(wire: Fields) -> Descriptor:
    """Turn the JSON into the value; raise `InvalidDigest` or `InvalidDocument` for fields that are none."""
    media_type = wire.exact(*_FIELDS).text("mediaType")
    if not 0 < len(media_type) <= _MAX_MEDIA_TYPE:
        raise InvalidDocument(f"a descriptor's media type has {len(media_type)} characters")
    wire.texts("urls")  # read by nobody here, and a list of texts all the same
    return Descriptor(
        media_type=media_type,
        digest=Digest.parse(wire.text("digest")),
        size=wire.number("size", 0, _MAX_SIZE),
        annotations=map_to_pairs(wire.text_map("annotations")),
        platform=_platform(wire.fields("platform")),
        artifact_type=wire.text("artifactType", ""),
    )


def _platform(wire: Fields | None) -> Platform | None:
    if wire is None:
        return None
    wire.exact(*_PLATFORM)
    return parse_platform(wire.text("os"), wire.text("architecture"), wire.text("variant", ""))


def descriptor_to_wire(descriptor: Descriptor) -> dict[str, Any]:
    """Turn the value into the JSON, fields in the specification's order."""
    wire: dict[str, Any] = {
        "mediaType": descriptor.media_type,
        "digest": str(descriptor.digest),
        "size": descriptor.size,
    }
    if descriptor.annotations:
        wire["annotations"] = dict(sorted(descriptor.annotations))
    if descriptor.platform is not None:
        wire["platform"] = _platform_to_wire(descriptor.platform)
    if descriptor.artifact_type:
        wire["artifactType"] = descriptor.artifact_type
    return wire


def _platform_to_wire(platform: Platform) -> dict[str, str]:
    wire = {"architecture": platform.architecture, "os": platform.os}
    return {**wire, "variant": platform.variant} if platform.variant else wire


def encode_document(
    *,
    media_type: str,
    artifact_type: str,
    content: dict[str, Any],
    subject: Descriptor | None,
    annotations: Annotations,
) -> bytes:
    """Write a manifest or an index around the ``content`` that distinguishes them; what is empty is left out."""
    document = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "artifactType": artifact_type,
        **content,
        "subject": descriptor_to_wire(subject) if subject else None,
        "annotations": dict(sorted(annotations)),
    }
    return encode({name: value for name, value in document.items() if name in content or value})


def map_to_pairs(values: dict[str, str] | None) -> Annotations:
    """Sort a JSON map by key; a missing one is empty."""
    return tuple(sorted((values or {}).items()))


def parse_platform(os: str, architecture: str, variant: str) -> Platform:
    """Read the three fields as `Platform.parse` does, so that equal platforms compare equal."""
    if "/" in os + architecture + variant:
        raise InvalidDocument(f"no platform: {os[:80]!r}, {architecture[:80]!r}, {variant[:80]!r}")
    return Platform.parse("/".join((os, architecture, variant) if variant else (os, architecture)))
