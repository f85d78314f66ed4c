"""The payload of cosign's older signatures (cosign, SIGNATURE_SPEC.md; containers/image, containers-signature.5.md)."""

from prill.model import Digest
from prill.model.value import dataclass
from prill.signing.strict_json import Malformed, encode_json, parse_json

__all__ = ["SimpleSigning"]

_TYPES = ("cosign container image signature", "atomic container signature")
_MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleSigning:
    """``digest`` is the manifest's; ``reference`` is what the signer called the image, which nothing is decided by."""

    digest: Digest
    reference: str
    annotations: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, data: bytes) -> "SimpleSigning":
        """Read a payload; raise `Malformed`, and `InvalidDigest` for a digest that is none."""
        fields = parse_json(data, "the payload", most=_MAX_BYTES)
        critical = fields.fields("critical")
        kind = critical.text("type")
        if kind not in _TYPES:
            raise Malformed(f"the payload is of the type {kind[:80]!r}, not an image's signature")
        optional = fields.fields("optional").values if fields.has("optional") else {}
        return cls(
            digest=Digest.parse(critical.fields("image").text("docker-manifest-digest")),
            reference=critical.fields("identity").text("docker-reference"),
            annotations=tuple(sorted((key, value) for key, value in optional.items() if isinstance(value, str))),
        )

    def encode(self) -> bytes:
        """Write the payload as cosign does: compact, its keys in this order, null where there is nothing optional."""
        return encode_json(
            {
                "critical": {
                    "identity": {"docker-reference": self.reference},
                    "image": {"docker-manifest-digest": str(self.digest)},
                    "type": _TYPES[0],
                },
                "optional": dict(self.annotations) or None,
            }
        )
