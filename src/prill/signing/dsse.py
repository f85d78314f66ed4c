"""DSSE envelopes: a payload, its type, and signatures over both (secure-systems-lab/dsse, protocol.md, envelope.md)."""

from prill.model.value import dataclass, field
from prill.signing.strict_json import Fields, Malformed, encode_json, parse_json, to_base64

__all__ = ["ENVELOPE_TYPE", "IN_TOTO_PAYLOAD", "Envelope", "EnvelopeSignature", "pae"]

ENVELOPE_TYPE = "application/vnd.dsse.envelope.v1+json"
IN_TOTO_PAYLOAD = "application/vnd.in-toto+json"

_MAX_SIGNATURES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeSignature:
    """One signature; ``key_id`` is a hint that nothing is decided by."""

    signature: bytes
    key_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A payload's own bytes with signatures over them.

    ``raw`` is the envelope as it was read: logs know it by the digest of these bytes.
    """

    payload: bytes
    payload_type: str
    signatures: tuple[EnvelopeSignature, ...]
    raw: bytes = field(default=b"", repr=False, compare=False)

    @classmethod
    def parse(cls, data: bytes) -> "Envelope":
        """Read an envelope's JSON; raise `Malformed`."""
        return cls.of(parse_json(data, "the DSSE envelope"), raw=data)

    @classmethod
    def of(cls, fields: Fields, *, raw: bytes = b"") -> "Envelope":
        """Read an envelope that is part of another document; raise `Malformed`."""
        signatures = tuple(
            EnvelopeSignature(signature=one.data("sig"), key_id=one.text("keyid", ""))
            for one in fields.items("signatures", most=_MAX_SIGNATURES)
        )
        if not signatures:
            raise Malformed(f"{fields.path} has no signatures")
        return cls(
            payload=fields.data("payload"), payload_type=fields.text("payloadType"), signatures=signatures, raw=raw
        )

    @property
    def signed(self) -> bytes:
        """Return what the signatures are over."""
        return pae(self.payload_type, self.payload)

    def only(self) -> EnvelopeSignature:
        """Return the one signature; raise `Malformed` for several, of which a reader might verify another."""
        if len(self.signatures) != 1:
            raise Malformed(f"the envelope has {len(self.signatures)} signatures, not one")
        return self.signatures[0]

    def to_json(self) -> dict[str, object]:
        """Return the envelope as bundles have it, without key ids."""
        return {
            "payload": to_base64(self.payload),
            "payloadType": self.payload_type,
            "signatures": [{"sig": to_base64(one.signature)} for one in self.signatures],
        }

    def encode(self) -> bytes:
        """Return ``raw``, or the envelope's JSON where it was made here, as cosign writes it: with empty key ids."""
        if self.raw:
            return self.raw
        signatures = [{"keyid": one.key_id, "sig": to_base64(one.signature)} for one in self.signatures]
        return encode_json(
            {"payloadType": self.payload_type, "payload": to_base64(self.payload), "signatures": signatures}
        )


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return the pre-authentication encoding: type and payload, each with its length in bytes (protocol.md)."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
