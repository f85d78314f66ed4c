"""Sigstore bundles, versions 0.1 to 0.3: one file with a signature and all that is needed to verify it offline.

protobuf-specs, sigstore_bundle.proto. Version 0.3 is written. A field that no version has is refused, as readers of
protobuf's JSON do: what it says might change what the others mean.
"""

from typing import TYPE_CHECKING, Any

from prill.model.value import dataclass, field, replace
from prill.signing.dsse import Envelope
from prill.signing.keys import Message
from prill.signing.signed import Signed, SignedForm
from prill.signing.strict_json import Fields, Malformed, encode_json, parse_json, to_base64

if TYPE_CHECKING:
    from prill.signing.log_entry import LogEntry

__all__ = ["BUNDLE_TYPE", "Bundle", "MessageSignature"]

BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"

_READ = {
    BUNDLE_TYPE: "0.3",
    "application/vnd.dev.sigstore.bundle+json;version=0.1": "0.1",
    "application/vnd.dev.sigstore.bundle+json;version=0.2": "0.2",
    "application/vnd.dev.sigstore.bundle+json;version=0.3": "0.3",
}
_DIGESTS = ("SHA2_256", "SHA2_384", "SHA2_512")
_MAX_ENTRIES = 16
_MAX_CHAIN = 10
_CERTIFICATE = {"rawBytes": None}
_PROOF = {"logIndex": None, "rootHash": None, "treeSize": None, "hashes": None, "checkpoint": {"envelope": None}}
_ENTRY = {
    "logIndex": None,
    "logId": {"keyId": None},
    "kindVersion": {"kind": None, "version": None},
    "integratedTime": None,
    "inclusionPromise": {"signedEntryTimestamp": None},
    "inclusionProof": _PROOF,
    "canonicalizedBody": None,
}
_NAMES: dict[str, Any] = {
    "mediaType": None,
    "verificationMaterial": {
        "publicKey": {"hint": None},
        "certificate": _CERTIFICATE,
        "x509CertificateChain": {"certificates": _CERTIFICATE},
        "tlogEntries": _ENTRY,
        "timestampVerificationData": {"rfc3161Timestamps": {"signedTimestamp": None}},
    },
    "messageSignature": {"messageDigest": {"algorithm": None, "digest": None}, "signature": None},
    "dsseEnvelope": {"payload": None, "payloadType": None, "signatures": {"sig": None, "keyid": None}},
}
"""Every field there is, with those of the message that it holds, or that each element of its list is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSignature:
    """A signature over a file, which is not part of the bundle, and the hash it is said to have, if any.

    cosign 3 names the hash that fits the key, and for Ed25519 none.
    """

    signature: bytes
    digest: bytes = b""
    algorithm: str = "SHA2_256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """``content`` is an envelope or a signature over a file; made by a certificate's key or by one named by a hint."""

    content: Envelope | MessageSignature
    certificate: bytes = field(default=b"", repr=False)
    key_hint: str = ""
    entries: "tuple[LogEntry, ...]" = ()
    timestamps: tuple[bytes, ...] = field(default=(), repr=False)
    version: str = "0.3"

    @classmethod
    def parse(cls, data: bytes) -> "Bundle":
        """Read a bundle's JSON; raise `Malformed` for what no version of the specification allows."""
        return cls.of(parse_json(data, "the bundle"))

    @classmethod
    def of(cls, fields: Fields) -> "Bundle":
        """Read a bundle's JSON that was parsed; raise `Malformed`."""
        media_type = fields.text("mediaType")
        version = _READ.get(media_type)
        if version is None:
            raise Malformed(f"this is no bundle that is known: its media type is {media_type[:120]!r}")
        _check_names(fields.values, _NAMES, fields.path)
        material = fields.fields("verificationMaterial")
        certificate = _certificate(material, version)
        key = material.fields("publicKey") if material.has("publicKey") else None
        if (not certificate) == (key is None):
            raise Malformed("the bundle names neither a certificate nor a key, or both")
        entries = _entries(material, version) if material.has("tlogEntries") else ()
        stamps = material.fields("timestampVerificationData") if material.has("timestampVerificationData") else None
        bundle = cls(
            content=_content(fields),
            certificate=certificate,
            key_hint=key.text("hint", "") if key else "",
            entries=entries,
            timestamps=tuple(
                one.data("signedTimestamp") for one in stamps.items("rfc3161Timestamps", most=_MAX_ENTRIES)
            )
            if stamps
            else (),
            version=version,
        )
        bundle._check_witnesses()
        return bundle

    def encode(self) -> bytes:
        """Write the bundle, version 0.3."""
        material: dict[str, object] = {}
        if self.certificate:
            material["certificate"] = {"rawBytes": to_base64(self.certificate)}
        else:
            material["publicKey"] = {"hint": self.key_hint}
        if self.entries:
            material["tlogEntries"] = [one.to_json() for one in self.entries]
        if self.timestamps:
            stamps = [{"signedTimestamp": to_base64(one)} for one in self.timestamps]
            material["timestampVerificationData"] = {"rfc3161Timestamps": stamps}
        document: dict[str, object] = {"mediaType": BUNDLE_TYPE, "verificationMaterial": material}
        if isinstance(self.content, Envelope):
            document["dsseEnvelope"] = self.content.to_json()
        else:
            digest = {"algorithm": self.content.algorithm, "digest": to_base64(self.content.digest)}
            document["messageSignature"] = {
                "messageDigest": digest,
                "signature": to_base64(self.content.signature),
            }
        return encode_json(document)

    def signed(self, origin: str, file: Message | None = None) -> Signed:
        """Return what there is to verify; ``file`` is the file that a message signature is over.

        Raise `Malformed` where the bundle holds a signature over a file and there is none, or the other way round, and
        for an envelope with other than one signature (sigstore_bundle.proto, ``dsse_envelope``).
        """
        if isinstance(self.content, MessageSignature):
            if file is None:
                raise Malformed("the bundle's signature is over a file, not an attestation about one")
            if self.content.digest and self.content.digest != file.digest(self.content.algorithm):
                name = self.content.algorithm.replace("SHA2_", "SHA-")
                raise Malformed(f"the bundle is about another file, whose {name} is {self.content.digest.hex()}")
            message, signature, envelope = file, self.content.signature, None
        else:
            envelope = self.content
            message, signature = Message.of(envelope.signed), envelope.only().signature
        return Signed(
            origin=origin,
            form=SignedForm.BUNDLE,
            message=message,
            signature=signature,
            payload=envelope.payload if envelope else b"",
            envelope=envelope,
            certificate=self.certificate,
            key_hint=self.key_hint,
            entries=self.entries,
            timestamps=self.timestamps,
        )

    def _check_witnesses(self) -> None:
        """From version 0.2 on, entries come with a proof and its checkpoint; before, with a promise. None comes twice.

        Whoever counts witnesses would count one of them for two.
        """
        if len({(entry.log_id, entry.index) for entry in self.entries}) < len(self.entries):
            raise Malformed("the bundle has a log entry twice")
        if len(set(self.timestamps)) < len(self.timestamps):
            raise Malformed("the bundle has a time stamp twice")
        for entry in self.entries:
            if self.version == "0.1":
                if not entry.promise:
                    raise Malformed("a bundle of version 0.1 has a log entry without a promise")
            elif entry.proof is None or not entry.proof.checkpoint:
                raise Malformed("a bundle has a log entry without an inclusion proof and its checkpoint")


def _content(fields: Fields) -> Envelope | MessageSignature:
    if fields.has("dsseEnvelope") == fields.has("messageSignature"):
        raise Malformed("the bundle has neither an envelope nor a signature over a file, or both")
    if fields.has("dsseEnvelope"):
        return Envelope.of(fields.fields("dsseEnvelope"))
    message = fields.fields("messageSignature")
    signature = message.data("signature")
    stated = message.fields("messageDigest") if message.has("messageDigest") else None
    if stated is None or not (stated.has("algorithm") or stated.has("digest")):
        return MessageSignature(signature=signature)
    algorithm = stated.text("algorithm")
    if algorithm not in _DIGESTS:
        raise Malformed(f"the bundle's digest is a {algorithm[:40]!r}, not a SHA-256, nor a longer SHA-2")
    digest = stated.data("digest")
    if not digest:
        raise Malformed(f"the bundle says that it has a {algorithm}, and has none")
    return MessageSignature(signature=signature, digest=digest, algorithm=algorithm)


def _check_names(value: Any, known: "dict[str, Any] | None", path: str) -> None:  # noqa: ANN401 - JSON
    """Raise `Malformed` for a field that is not ``known``; what holds another kind of thing is told elsewhere.

    Protobuf's own names, such as ``media_type``, are none (sigstore's client-spec, section 5).
    """
    if isinstance(value, list):
        for number, one in enumerate(value):
            _check_names(one, known, f"{path}[{number}]")
    elif isinstance(value, dict) and known is not None:
        for name, one in value.items():
            if name not in known:
                raise Malformed(f"{path} has {name[:80]!r}, which no bundle has")
            _check_names(one, known[name], f"{path}.{name}")


def _entries(material: Fields, version: str) -> "tuple[LogEntry, ...]":
    from prill.signing.log_entry import LogEntry  # noqa: PLC0415 - a key's signature often has none

    entries = tuple(LogEntry.of_bundle(one) for one in material.items("tlogEntries", most=_MAX_ENTRIES))
    return tuple(map(_promised, entries)) if version == "0.1" else entries


def _promised(entry: "LogEntry") -> "LogEntry":
    """Leave out a proof that no checkpoint signs, as the first bundles have it: the promise, which has to be there."""
    unsigned = entry.proof is not None and not entry.proof.checkpoint
    return replace(entry, proof=None) if unsigned else entry


def _certificate(material: Fields, version: str) -> bytes:
    """Return the leaf; version 0.3 has one certificate, the older ones a chain that begins with it."""
    if material.has("certificate"):
        return material.fields("certificate").data("rawBytes")
    if material.has("x509CertificateChain"):
        if version == "0.3":
            raise Malformed("a bundle of version 0.3 has a chain of certificates in place of one")
        chain = list(material.fields("x509CertificateChain").items("certificates", most=_MAX_CHAIN))
        if not chain:
            raise Malformed("the bundle's chain of certificates is empty")
        return chain[0].data("rawBytes")
    return b""
