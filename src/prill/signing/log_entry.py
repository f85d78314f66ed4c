"""Entries of transparency logs, from bundles and from cosign's older annotations (sigstore_rekor.proto)."""

from prill.model.value import dataclass, field
from prill.signing.strict_json import Fields, Malformed, encode_json, to_base64

__all__ = ["InclusionProof", "LogEntry"]

_MAX_HASHES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionProof:
    """The way from an entry up to the root of a tree of ``size``, and the log's signed word for that root."""

    index: int
    size: int
    root: bytes
    hashes: tuple[bytes, ...] = field(repr=False)
    checkpoint: str = field(repr=False)

    def to_json(self) -> dict[str, object]:
        """Return the proof as bundles have it."""
        return {
            "logIndex": str(self.index),
            "rootHash": to_base64(self.root),
            "treeSize": str(self.size),
            "hashes": [to_base64(one) for one in self.hashes],
            "checkpoint": {"envelope": self.checkpoint},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """What a log recorded, ``body`` being its own bytes; ``promise`` is the signed entry timestamp.

    ``integrated_time`` is 0 where the log says none (Rekor v2), and believed only with a promise.
    """

    log_id: bytes
    index: int
    integrated_time: int
    body: bytes = field(repr=False)
    kind: str = ""
    version: str = ""
    promise: bytes = field(default=b"", repr=False)
    proof: InclusionProof | None = None

    @classmethod
    def of_bundle(cls, fields: Fields) -> "LogEntry":
        """Read an entry of a bundle's ``tlogEntries``; raise `Malformed`."""
        announced = fields.fields("kindVersion")
        kind, version = announced.text("kind"), announced.text("version")
        if not kind or not version:
            raise Malformed(f"{announced.path} names no kind of entry, which a bundle has to")
        promise = (
            fields.fields("inclusionPromise").data("signedEntryTimestamp") if fields.has("inclusionPromise") else b""
        )
        if fields.has("inclusionPromise") and not promise:
            raise Malformed(f"{fields.path}.inclusionPromise promises nothing")
        return cls(
            log_id=fields.fields("logId").data("keyId"),
            index=fields.number("logIndex", 0),
            integrated_time=fields.number("integratedTime", 0),
            body=fields.data("canonicalizedBody"),
            kind=kind,
            version=version,
            promise=promise,
            proof=_proof(fields.fields("inclusionProof")) if fields.has("inclusionProof") else None,
        )

    @classmethod
    def of_annotation(cls, fields: Fields) -> "LogEntry":
        """Read the annotation ``dev.sigstore.cosign/bundle``; raise `Malformed`."""
        payload = fields.fields("Payload")
        try:
            log_id = bytes.fromhex(payload.text("logID"))
        except ValueError as error:
            raise Malformed(f"{payload.path}.logID is not hexadecimal") from error
        return cls(
            log_id=log_id,
            index=payload.number("logIndex"),
            integrated_time=payload.number("integratedTime"),
            body=payload.data("body"),
            promise=fields.data("SignedEntryTimestamp"),
        )

    @property
    def promised(self) -> bytes:
        """Return the canonical JSON that the signed entry timestamp is over."""
        return encode_json(
            {
                "body": to_base64(self.body),
                "integratedTime": self.integrated_time,
                "logID": self.log_id.hex(),
                "logIndex": self.index,
            }
        )

    def to_json(self) -> dict[str, object]:
        """Return the entry as bundles have it."""
        document: dict[str, object] = {
            "logIndex": str(self.index),
            "logId": {"keyId": to_base64(self.log_id)},
            "kindVersion": {"kind": self.kind, "version": self.version},
            "integratedTime": str(self.integrated_time),
            "canonicalizedBody": to_base64(self.body),
        }
        if self.promise:
            document["inclusionPromise"] = {"signedEntryTimestamp": to_base64(self.promise)}
        if self.proof:
            document["inclusionProof"] = self.proof.to_json()
        return document

    def to_annotation(self) -> dict[str, object]:
        """Return the entry as cosign's annotation has it."""
        return {
            "SignedEntryTimestamp": to_base64(self.promise),
            "Payload": {
                "body": to_base64(self.body),
                "integratedTime": self.integrated_time,
                "logIndex": self.index,
                "logID": self.log_id.hex(),
            },
        }


def _proof(fields: Fields) -> InclusionProof:
    hashes = []
    for number, text in enumerate(fields.list("hashes", most=_MAX_HASHES)):
        if not isinstance(text, str):
            raise Malformed(f"{fields.path}.hashes[{number}] is no string")
        hashes.append(Fields({"hash": text}, f"{fields.path}.hashes[{number}]").data("hash"))
    checkpoint = fields.fields("checkpoint") if fields.has("checkpoint") else None
    return InclusionProof(
        index=fields.number("logIndex", 0),
        size=fields.number("treeSize"),
        root=fields.data("rootHash"),
        hashes=tuple(hashes),
        checkpoint=checkpoint.text("envelope", "") if checkpoint else "",
    )
