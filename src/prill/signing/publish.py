"""Putting a signature beside its image, in the newer layout or in the older one.

In the older one all signatures of an image share a tag. Whoever adds one reads what is there, appends, writes, and
looks again: a second signer at the same moment is not overwritten for good.
"""

import json
import time
from collections.abc import Callable

import msgspec

from prill.errors import PrillError
from prill.model import Digest
from prill.oci.config import rfc3339
from prill.oci.contended import settle
from prill.oci.descriptor import EMPTY_JSON, Descriptor, map_to_pairs
from prill.oci.graph import read_manifest
from prill.oci.manifest import Manifest
from prill.oci.media_types import CONFIG, EMPTY
from prill.oci.memory import MemoryStore
from prill.oci.referrers import attach
from prill.oci.store import Blob, ImageStore
from prill.oci.tags import cosign_tag
from prill.signing._pem import to_pem
from prill.signing.bundle import BUNDLE_TYPE
from prill.signing.cosign import (
    BUNDLE_ANNOTATION,
    BUNDLE_PREDICATE,
    CERTIFICATE_ANNOTATION,
    CHAIN_ANNOTATION,
    CREATED_ANNOTATION,
    PREDICATE_ANNOTATION,
    SIGNATURE_ANNOTATION,
    SIMPLE_SIGNING,
    TIMESTAMP_ANNOTATION,
)
from prill.signing.dsse import ENVELOPE_TYPE
from prill.signing.sign import bundle_of
from prill.signing.signed import Signed, SignedForm
from prill.signing.strict_json import to_base64

__all__ = ["SignaturesLost", "publish_bundle", "publish_legacy"]

_CONTENT = "dev.sigstore.bundle.content"


class SignaturesLost(PrillError):
    """A signature that was written is not there afterwards, or what has its tag cannot be added to."""


def publish_bundle(
    store: ImageStore, subject: Descriptor, signed: Signed, *, predicate_type: str, now: int
) -> Descriptor:
    """Store a bundle as an artifact about ``subject``; return the artifact's descriptor."""
    bundle = bundle_of(signed).encode()
    created = rfc3339(now)
    annotations = {_CONTENT: "dsse-envelope", BUNDLE_PREDICATE: predicate_type, CREATED_ANNOTATION: created}
    manifest = Manifest(
        config=Descriptor.of(EMPTY_JSON, EMPTY),
        layers=(Descriptor.of(bundle, BUNDLE_TYPE),),
        subject=Descriptor(media_type=subject.media_type, digest=subject.digest, size=subject.size),
        artifact_type=BUNDLE_TYPE,
        annotations=map_to_pairs(annotations),
    )
    return attach(store, manifest, (EMPTY_JSON, bundle))


def publish_legacy(
    store: ImageStore,
    subject: Digest,
    signed: Signed,
    *,
    predicate_type: str = "",
    chain: bytes = b"",
    sleep: Callable[[float], None] = time.sleep,
) -> Descriptor:
    """Add a signature to those under the older layout's tag; ``chain`` is PEM. Raise `SignaturesLost`."""
    data, layer = _layer(signed, predicate_type, chain)
    tag = cosign_tag(subject, "att" if signed.form is SignedForm.LEGACY_ATTESTATION else "sig")
    _put(store, data, layer)

    def add() -> bool:
        layers = _layers(store, tag)
        if layer in layers:
            return False
        layers = (*layers, layer)
        config = _config([one.digest for one in layers])
        manifest = Manifest(config=Descriptor.of(config, CONFIG), layers=layers)
        _put(store, config, manifest.config)
        store.put_manifest(manifest.raw, manifest.media_type, tag=tag)
        return True

    if not settle(add, sleep=sleep):
        raise SignaturesLost(f"the tag {tag} is written by somebody else at the same time", hint="try again")
    return layer


def _layers(store: ImageStore, tag: str) -> tuple[Descriptor, ...]:
    found = store.find(tag)
    if found is None:
        return ()
    manifest = read_manifest(store, found)
    if not isinstance(manifest, Manifest):
        raise SignaturesLost(f"the tag {tag} is an index, and no signature can be added to it")
    return manifest.layers


def _put(store: ImageStore, data: bytes, descriptor: Descriptor) -> None:
    if not store.has(descriptor):
        store.put(descriptor, MemoryStore([Blob.of(data)]))


def _layer(signed: Signed, predicate_type: str, chain: bytes) -> tuple[bytes, Descriptor]:
    """Return the layer's bytes, and its descriptor with everything else in annotations."""
    attestation = signed.form is SignedForm.LEGACY_ATTESTATION
    data = signed.envelope_raw if attestation else signed.payload
    annotations = {SIGNATURE_ANNOTATION: "" if attestation else to_base64(signed.signature)}
    if attestation:
        annotations[PREDICATE_ANNOTATION] = predicate_type
    if signed.certificate:
        annotations[CERTIFICATE_ANNOTATION] = to_pem("CERTIFICATE", signed.certificate).decode()
        annotations[CHAIN_ANNOTATION] = chain.decode()
    for entry in signed.entries[:1]:
        annotations[BUNDLE_ANNOTATION] = json.dumps(entry.to_annotation(), separators=(",", ":"))
    for stamp in signed.timestamps[:1]:
        document = {"SignedRFC3161Timestamp": to_base64(stamp)}
        annotations[TIMESTAMP_ANNOTATION] = json.dumps(document, separators=(",", ":"))
    descriptor = Descriptor(
        media_type=ENVELOPE_TYPE if attestation else SIMPLE_SIGNING,
        digest=Digest.of(data),
        size=len(data),
        annotations=map_to_pairs(annotations),
    )
    return data, descriptor


def _config(digests: list[Digest]) -> bytes:
    """Write the config that cosign writes: an image of no platform, whose layers are the signatures."""
    return msgspec.json.encode(
        {
            "architecture": "",
            "created": "0001-01-01T00:00:00Z",
            "history": [{"created": "0001-01-01T00:00:00Z"} for _ in digests],
            "os": "",
            "rootfs": {"type": "layers", "diff_ids": [str(digest) for digest in digests]},
            "config": {},
        }
    )
