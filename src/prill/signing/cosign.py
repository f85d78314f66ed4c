"""Where signatures stand beside an image, in cosign's older layout and in its newer one.

- **Legacy**: a manifest under the tag ``sha256-….sig`` or ``.att``; each of its layers is a signature, whose
  certificate, log entry and so on are annotations of the layer (cosign, SIGNATURE_SPEC.md and ATTESTATION_SPEC.md).
- **Bundle**: one manifest a signature, with the image as its subject; its one layer is a Sigstore bundle (cosign,
  BUNDLE_SPEC.md).
"""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from prill._io.fetch_errors import FetchFailed
from prill._io.pace import Budget
from prill.errors import PrillError
from prill.model import Digest, Gap
from prill.model.value import dataclass, field, replace
from prill.oci.descriptor import Descriptor
from prill.oci.graph import read_manifest
from prill.oci.manifest import Manifest
from prill.oci.referrers import read_referrers
from prill.oci.store import ImageSource
from prill.oci.tags import cosign_tag
from prill.signing._pem import pem_blocks
from prill.signing.bundle import Bundle
from prill.signing.dsse import ENVELOPE_TYPE
from prill.signing.keys import Message
from prill.signing.signed import Signed, SignedForm
from prill.signing.statement import COSIGN_SIGN
from prill.signing.strict_json import MAX_JSON_BYTES, Malformed, from_base64, parse_json

if TYPE_CHECKING:
    from prill.signing.log_entry import LogEntry

__all__ = [
    "BUNDLE_ANNOTATION",
    "BUNDLE_PREDICATE",
    "CERTIFICATE_ANNOTATION",
    "CREATED_ANNOTATION",
    "PREDICATE_ANNOTATION",
    "SIGNATURE_ANNOTATION",
    "SIMPLE_SIGNING",
    "TIMESTAMP_ANNOTATION",
    "CollectLimits",
    "Collected",
    "collect",
    "is_bundle",
]

SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
"""The media type of a payload in the older layout (cosign, SIGNATURE_SPEC.md)."""

SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature"
CERTIFICATE_ANNOTATION = "dev.sigstore.cosign/certificate"
CHAIN_ANNOTATION = "dev.sigstore.cosign/chain"
BUNDLE_ANNOTATION = "dev.sigstore.cosign/bundle"
TIMESTAMP_ANNOTATION = "dev.sigstore.cosign/rfc3161timestamp"
PREDICATE_ANNOTATION = "predicateType"
BUNDLE_PREDICATE = "dev.sigstore.bundle.predicateType"
CREATED_ANNOTATION = "org.opencontainers.image.created"

_BUNDLE = "application/vnd.dev.sigstore.bundle"
_FIRST = ("application/vnd.dev.sigstore.bundle.v0.3+json", "application/vnd.dev.sigstore.bundle.v0.2+json")
_SHOWN = 300
_PIECE = 1 << 14


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectLimits:
    """How many signatures are read for one image, how many bytes each and all may have, and how long all may take."""

    number: int = 100
    size: int = MAX_JSON_BYTES
    total_size: int = 256 << 20
    seconds: float = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """The signatures that were found beside ``subject``, and what of it could not be read."""

    subject: Digest
    signatures: tuple[Signed, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """What may be a signature. ``says`` is its predicate's type and ``made`` sorts by time; anybody may write both."""

    layer: Descriptor
    origin: str
    says: str
    made: str


@dataclass(slots=True)
class _Collector:
    """Collects what is found, and counts what may still be read."""

    store: ImageSource
    subject: Digest
    limits: CollectLimits
    budget: Budget
    found: list[_Found] = field(default_factory=list)
    signatures: list[Signed] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    size: int = 0
    left: int = 0

    def tagged(self, descriptor: Descriptor, tag: str) -> None:
        """Find the signatures of the older layout."""
        try:
            manifest = read_manifest(self.store, descriptor)
        except FetchFailed:
            raise
        except PrillError as error:
            self.gaps.append(Gap(f"tag {tag}", f"it cannot be read: {str(error)[:_SHOWN]}"))
            return
        if isinstance(manifest, Manifest):
            for number, layer in enumerate(manifest.layers, 1):
                says = layer.annotation(PREDICATE_ANNOTATION) or ""
                self.found.append(_Found(layer, f"tag {tag}, layer {number}", says, f"{number:09}"))

    def referrer(self, descriptor: Descriptor, manifest: Manifest, *, attestations: bool) -> None:
        """Find the signatures of the newer layout."""
        notes = dict(manifest.annotations)
        for layer in _signature_layers(manifest, attestations=attestations):
            says, made = notes.get(BUNDLE_PREDICATE, ""), notes.get(CREATED_ANNOTATION, "")
            self.found.append(_Found(layer, f"referrer {descriptor.digest}", says, made))

    def read(self, wanted: Callable[[str], bool]) -> None:
        """Read what was found; where that is too much, first what says that it is ``wanted``, the newest of it."""
        if len(self.found) > self.limits.number:
            self.found.sort(key=lambda one: one.made, reverse=True)
            self.found.sort(key=lambda one: bool(one.says) and not wanted(one.says))
        for one in self.found:
            self.layer(one.layer, one.origin)

    def layer(self, descriptor: Descriptor, origin: str) -> None:
        """Read one signature, within the limits."""
        limits = self.limits
        many = len(self.signatures) >= limits.number or self.size + descriptor.size > limits.total_size
        if many or self.budget.spent:
            self.left += 1
            return
        if descriptor.size > limits.size:
            self.gaps.append(Gap(origin, f"a signature of {descriptor.size} bytes, more than {limits.size}"))
            return
        self.size += descriptor.size
        try:
            data = self._content(descriptor)
            self.signatures.append(_signed(descriptor, data, origin, self.subject))
        except FetchFailed:
            raise
        except PrillError as error:
            self.gaps.append(Gap(origin, f"a signature cannot be read: {str(error)[:_SHOWN]}"))

    def _content(self, descriptor: Descriptor) -> bytes:
        parts = []
        with self.store.open(descriptor) as stream:
            while part := stream.read(_PIECE):
                parts.append(part)
                if self.budget.spent:
                    raise Malformed("it comes too slowly")
        return b"".join(parts)


def collect(
    store: ImageSource,
    subject: Digest,
    *,
    attestations: bool,
    predicate_type: str = "",
    limits: CollectLimits | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Collected:
    """Collect what may be a signature of ``subject``, or with ``attestations`` an attestation about it.

    Where there are more than ``limits`` allow, those are read first that say to be of ``predicate_type``. What is
    listed and cannot be read is a gap. Raise `FetchFailed` where the store does not answer.
    """
    limits = limits or CollectLimits()
    collector = _Collector(store, subject, limits, Budget(limits.seconds, clock=clock))
    tag = cosign_tag(subject, "att" if attestations else "sig")
    tagged = store.find(tag)
    if tagged is not None:
        collector.tagged(tagged, tag)
    referrers = read_referrers(store, subject, first=_FIRST)
    for referrer in referrers.found:
        if isinstance(referrer.manifest, Manifest):
            collector.referrer(referrer.descriptor, referrer.manifest, attestations=attestations)
    collector.read(lambda says: (says != COSIGN_SIGN) == attestations and predicate_type in ("", says))
    gaps = [*referrers.gaps, *collector.gaps]
    if collector.left:
        gaps.append(
            Gap(str(subject), f"{collector.left} signatures were not read: they are too many, too large or too slow")
        )
    return Collected(subject=subject, signatures=tuple(collector.signatures), gaps=tuple(gaps))


def is_bundle(media_type: str) -> bool:
    """Say whether a media type is a Sigstore bundle's, of any version."""
    return media_type.startswith(_BUNDLE)


def _signature_layers(manifest: Manifest, *, attestations: bool) -> Iterator[Descriptor]:
    legacy = ENVELOPE_TYPE if attestations else SIMPLE_SIGNING
    for layer in manifest.layers:
        if is_bundle(layer.media_type) or layer.media_type == legacy:
            yield layer


def _signed(layer: Descriptor, data: bytes, origin: str, subject: Digest) -> Signed:
    """Read one layer by its media type; raise `Malformed`."""
    if is_bundle(layer.media_type):
        digest = bytes.fromhex(subject.hex) if subject.algorithm == "sha256" else b""
        return Bundle.parse(data).signed(origin, Message(None, digest))
    plain = Signed(
        origin=origin,
        form=SignedForm.LEGACY_SIGNATURE,
        message=Message.of(data),
        signature=b"",
        payload=data,
        certificate=_certificate(layer),
        entries=_entries(layer),
        timestamps=_timestamps(layer),
        annotations=layer.annotations,
    )
    if layer.media_type == ENVELOPE_TYPE:
        return plain.enveloped(data)
    if layer.media_type != SIMPLE_SIGNING:
        raise Malformed(f"{layer.media_type[:160]!r} is no signature")
    return replace(plain, signature=from_base64(layer.annotation(SIGNATURE_ANNOTATION) or "", "the signature"))


def _certificate(layer: Descriptor) -> bytes:
    pem = layer.annotation(CERTIFICATE_ANNOTATION)
    return pem_blocks(pem.encode(), "the certificate")[0][1] if pem else b""


def _entries(layer: Descriptor) -> "tuple[LogEntry, ...]":
    text = layer.annotation(BUNDLE_ANNOTATION)
    if not text:
        return ()
    from prill.signing.log_entry import LogEntry  # noqa: PLC0415 - a key's signature often has none

    return (LogEntry.of_annotation(parse_json(text, "the log entry")),)


def _timestamps(layer: Descriptor) -> tuple[bytes, ...]:
    text = layer.annotation(TIMESTAMP_ANNOTATION)
    return (parse_json(text, "the time stamp").data("SignedRFC3161Timestamp"),) if text else ()
