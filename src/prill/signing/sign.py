"""Making signatures: what is signed, by whom, on whose record; one value from which either layout is written.

1. The payload is made: an in-toto statement in an envelope, or the older simple-signing document.
2. The signer signs it.
3. Whoever was asked to witness does: a log records the signature, an authority dates it.
"""

from collections.abc import Sequence
from typing import Protocol

from prill.model import Digest
from prill.model.value import dataclass, replace
from prill.signing.bundle import Bundle, MessageSignature
from prill.signing.dsse import IN_TOTO_PAYLOAD, Envelope, EnvelopeSignature, pae
from prill.signing.keys import Message
from prill.signing.log_entry import LogEntry
from prill.signing.signed import Signed, SignedForm
from prill.signing.signer import Signer
from prill.signing.simple_signing import SimpleSigning
from prill.signing.statement import COSIGN_SIGN, STATEMENT_TYPES
from prill.signing.strict_json import encode_json

__all__ = [
    "Testimony",
    "Witness",
    "bundle_of",
    "sign_attestation",
    "sign_file",
    "sign_image",
    "sign_image_legacy",
    "statement_json",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Testimony:
    """What a witness gave."""

    entries: tuple[LogEntry, ...] = ()
    timestamps: tuple[bytes, ...] = ()


class Witness(Protocol):
    """Puts a signature on record, or dates it."""

    def witness(self, signed: Signed, verifier: bytes) -> Testimony:
        """Return what vouches for ``signed``; ``verifier`` is the certificate's or public key's DER."""


def sign_image(
    digest: Digest, signer: Signer, *, annotations: Sequence[tuple[str, str]] = (), witnesses: Sequence[Witness] = ()
) -> Signed:
    """Sign an image as cosign 3 does: a statement with an empty predicate about the digest."""
    subject: dict[str, object] = {"digest": {digest.algorithm: digest.hex}, "annotations": dict(annotations)}
    statement = {"_type": STATEMENT_TYPES[0], "subject": [subject], "predicateType": COSIGN_SIGN, "predicate": {}}
    return _sign_envelope(encode_json(statement), signer, witnesses, SignedForm.BUNDLE)


def sign_image_legacy(
    digest: Digest,
    signer: Signer,
    *,
    reference: str,
    annotations: Sequence[tuple[str, str]] = (),
    witnesses: Sequence[Witness] = (),
) -> Signed:
    """Sign an image as cosign 2 does: a simple-signing document, which names ``reference``."""
    payload = SimpleSigning(digest=digest, reference=reference, annotations=tuple(annotations)).encode()
    signed = Signed(
        origin="made here",
        form=SignedForm.LEGACY_SIGNATURE,
        message=Message.of(payload),
        signature=signer.sign(payload),
        payload=payload,
        certificate=signer.certificate,
    )
    return _witnessed(signed, signer, witnesses)


def sign_attestation(
    statement: bytes, signer: Signer, *, witnesses: Sequence[Witness] = (), legacy: bool = False
) -> Signed:
    """Sign a statement in an envelope."""
    form = SignedForm.LEGACY_ATTESTATION if legacy else SignedForm.BUNDLE
    return _sign_envelope(statement, signer, witnesses, form)


def sign_file(data: bytes, signer: Signer, *, witnesses: Sequence[Witness] = ()) -> Signed:
    """Sign a file's own bytes."""
    signed = Signed(
        origin="made here",
        form=SignedForm.BUNDLE,
        message=Message.of(data),
        signature=signer.sign(data),
        certificate=signer.certificate,
        key_hint=signer.public_key.hint,
    )
    return _witnessed(signed, signer, witnesses)


def statement_json(
    digest: Digest, *, predicate_type: str, predicate: bytes, name: str = "", legacy: bool = False
) -> bytes:
    """Write a statement about one digest; ``legacy`` is version 0.1, which cosign 2 writes."""
    import msgspec  # noqa: PLC0415 - only attestations have predicates

    subject: dict[str, object] = {"digest": {digest.algorithm: digest.hex}}
    document = {
        "_type": STATEMENT_TYPES[1 if legacy else 0],
        "subject": [{"name": name, **subject} if name else subject],
        "predicateType": predicate_type,
        "predicate": msgspec.Raw(predicate),
    }
    return msgspec.json.encode(document)


def bundle_of(signed: Signed) -> Bundle:
    """Return the bundle that holds a signature made here."""
    return Bundle(
        content=signed.envelope or MessageSignature(signature=signed.signature, digest=signed.message.sha256),
        certificate=signed.certificate,
        key_hint="" if signed.certificate else signed.key_hint,
        entries=signed.entries,
        timestamps=signed.timestamps,
    )


def _sign_envelope(payload: bytes, signer: Signer, witnesses: Sequence[Witness], form: SignedForm) -> Signed:
    message = pae(IN_TOTO_PAYLOAD, payload)
    signature = signer.sign(message)
    envelope = Envelope(
        payload=payload, payload_type=IN_TOTO_PAYLOAD, signatures=(EnvelopeSignature(signature=signature),)
    )
    if form is SignedForm.LEGACY_ATTESTATION:
        envelope = replace(envelope, raw=envelope.encode())
    signed = Signed(
        origin="made here",
        form=form,
        message=Message.of(message),
        signature=signature,
        payload=payload,
        envelope=envelope,
        certificate=signer.certificate,
        key_hint=signer.public_key.hint,
    )
    return _witnessed(signed, signer, witnesses)


def _witnessed(signed: Signed, signer: Signer, witnesses: Sequence[Witness]) -> Signed:
    verifier = signer.certificate or signer.public_key.der
    for witness in witnesses:
        given = witness.witness(signed, verifier)
        signed = replace(
            signed, entries=(*signed.entries, *given.entries), timestamps=(*signed.timestamps, *given.timestamps)
        )
    return signed
