"""What log entries say was signed, by kind: hashedrekord, intoto and dsse (sigstore/rekor, pkg/types; rekor-tiles).

An entry that is in the log proves nothing by itself: it has to be about this payload, this signature and this key.
"""

import hashlib
from collections.abc import Callable

from prill.errors import PrillError
from prill.signing._pem import pem_blocks
from prill.signing.log_entry import LogEntry
from prill.signing.signed import Signed
from prill.signing.strict_json import Fields, Malformed, from_base64, parse_json

__all__ = ["KINDS", "OtherEntry", "check_entry"]

_MAX_BYTES = 16 * 1024 * 1024
_SHA256 = ("sha256", "SHA2_256")


class OtherEntry(PrillError):
    """A log's entry is about something else than what is being verified."""


def check_entry(entry: LogEntry, signed: Signed, verifier: bytes) -> None:
    """Compare an entry with what was signed; ``verifier`` is the certificate's or the public key's DER.

    Raise `OtherEntry` for a difference, `Malformed` for an entry of an unknown kind or form.
    """
    fields = parse_json(entry.body, "the log entry", most=_MAX_BYTES)
    kind, version = fields.text("kind"), fields.text("apiVersion")
    if entry.kind and (entry.kind, entry.version) != (kind, version):
        raise OtherEntry(
            f"the entry is a {_shown(kind, version)}, and was announced as a {_shown(entry.kind, entry.version)}"
        )
    check = KINDS.get((kind, version))
    if check is None:
        raise Malformed(f"log entries of the kind {kind[:40]!r} {version[:40]!r} are not known")
    check(fields.fields("spec"), signed, verifier)


def _hashedrekord_1(spec: Fields, signed: Signed, verifier: bytes) -> None:
    stated = spec.fields("data").fields("hash")
    _same(stated.text("value").encode(), signed.message.digest(stated.text("algorithm")).hex().encode(), "signed bytes")
    signature = spec.fields("signature")
    _same(signature.data("content"), signed.signature, "signature")
    _same_verifier(signature.fields("publicKey").data("content"), verifier)


def _hashedrekord_2(spec: Fields, signed: Signed, verifier: bytes) -> None:
    record = spec.fields("hashedRekordV002")
    stated = record.fields("data")
    _same(stated.data("digest"), signed.message.digest(stated.text("algorithm")), "signed bytes")
    _same_signature_2(record.fields("signature"), signed, verifier)


def _intoto_1(spec: Fields, signed: Signed, verifier: bytes) -> None:
    content = spec.fields("content")
    if not signed.envelope_raw:
        raise OtherEntry("an intoto entry 0.0.1 names the envelope's own bytes, and a bundle does not keep them")
    _same_hash(content.fields("hash"), hashlib.sha256(signed.envelope_raw).digest(), "envelope")
    _same_hash(content.fields("payloadHash"), _payload_hash(signed), "payload")
    _same_verifier(spec.data("publicKey"), verifier)


def _intoto_2(spec: Fields, signed: Signed, verifier: bytes) -> None:
    content = spec.fields("content")
    if signed.envelope_raw and content.has("hash"):
        _same_hash(content.fields("hash"), hashlib.sha256(signed.envelope_raw).digest(), "envelope")
    _same_hash(content.fields("payloadHash"), _payload_hash(signed), "payload")
    envelope = content.fields("envelope")
    _same(envelope.text("payloadType").encode(), _payload_type(signed).encode(), "payload type")
    (one,) = _exactly_one(envelope)
    _same(_twice(one.data("sig"), one.path), signed.signature, "signature")
    _same_verifier(one.data("publicKey"), verifier)


def _dsse_1(spec: Fields, signed: Signed, verifier: bytes) -> None:
    if signed.envelope_raw:
        _same_hash(spec.fields("envelopeHash"), hashlib.sha256(signed.envelope_raw).digest(), "envelope")
    _same_hash(spec.fields("payloadHash"), _payload_hash(signed), "payload")
    (one,) = _exactly_one(spec)
    _same(one.data("signature"), signed.signature, "signature")
    _same_verifier(one.data("verifier"), verifier)


def _dsse_2(spec: Fields, signed: Signed, verifier: bytes) -> None:
    record = spec.fields("dsseV002")
    _same_digest(record.fields("payloadHash"), _payload_hash(signed), "payload")
    (one,) = _exactly_one(record)
    _same_signature_2(one, signed, verifier)


KINDS: dict[tuple[str, str], Callable[[Fields, Signed, bytes], None]] = {
    ("hashedrekord", "0.0.1"): _hashedrekord_1,
    ("hashedrekord", "0.0.2"): _hashedrekord_2,
    ("intoto", "0.0.1"): _intoto_1,
    ("intoto", "0.0.2"): _intoto_2,
    ("dsse", "0.0.1"): _dsse_1,
    ("dsse", "0.0.2"): _dsse_2,
}
"""The kinds of entries, each with what compares it."""


def _payload_hash(signed: Signed) -> bytes:
    if signed.envelope is None:
        raise OtherEntry("the entry is about an envelope, and there is none")
    return hashlib.sha256(signed.envelope.payload).digest()


def _payload_type(signed: Signed) -> str:
    return signed.envelope.payload_type if signed.envelope else ""


def _exactly_one(fields: Fields) -> list[Fields]:
    found = list(fields.items("signatures"))
    if len(found) != 1:
        raise OtherEntry(f"the entry has {len(found)} signatures, not one")
    return found


def _shown(kind: str, version: str) -> str:
    text = f"{kind[:40]} {version[:40]}"
    return text if text.isprintable() else repr(text)


def _same_hash(fields: Fields, expected: bytes, what: str) -> None:
    if fields.text("algorithm") not in _SHA256 or fields.text("value") != expected.hex():
        raise OtherEntry(
            f"the log's entry is about another {what}: {fields.text('value')[:64]!r}, not {expected.hex()!r}"
        )


def _same_digest(fields: Fields, expected: bytes, what: str) -> None:
    if fields.text("algorithm") not in _SHA256:
        raise OtherEntry(f"the log's entry has a {fields.text('algorithm')[:40]!r} of the {what}, not a SHA-256")
    _same(fields.data("digest"), expected, what)


def _same_signature_2(fields: Fields, signed: Signed, verifier: bytes) -> None:
    """Compare signature and key as Rekor v2 writes them."""
    _same(fields.data("content"), signed.signature, "signature")
    by = fields.fields("verifier")
    kind = "x509Certificate" if by.has("x509Certificate") else "publicKey"
    _same(by.fields(kind).data("rawBytes"), verifier, "key")


def _same_verifier(pem: bytes, verifier: bytes) -> None:
    """Compare the key or certificate that the entry names."""
    blocks = pem_blocks(pem, "the log entry's key")
    _same(blocks[0][1], verifier, "key")


def _same(seen: bytes, expected: bytes, what: str) -> None:
    if seen != expected:
        raise OtherEntry(f"the log's entry is about another {what}")


def _twice(data: bytes, where: str) -> bytes:
    """Undo the second base64 that intoto entries 0.0.2 have around signatures."""
    return from_base64(data.decode("ascii", "replace"), f"{where}.sig")
