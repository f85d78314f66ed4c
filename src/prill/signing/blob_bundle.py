"""What cosign 2 writes with ``sign-blob --bundle`` and ``attest-blob --bundle`` (cosign, ``LocalSignedPayload``).

    {"base64Signature": …, "cert": …, "rekorBundle": {"SignedEntryTimestamp": …, "Payload": {…}}}

``cert`` is PEM in base64: the signer's certificate, or the key, which is no more than a hint here as in any bundle.
``rekorBundle`` is the log's entry as it stands beside images. In an attestation's place for the signature is its whole
envelope.
"""

from prill.signing._pem import pem_blocks
from prill.signing.keys import Message
from prill.signing.log_entry import LogEntry
from prill.signing.signed import Signed, SignedForm
from prill.signing.strict_json import Fields

__all__ = ["is_blob_bundle", "read_blob_bundle"]

_ORIGIN = "cosign 2's bundle"


def is_blob_bundle(fields: Fields) -> bool:
    """Tell cosign 2's form from Sigstore's."""
    return fields.has("base64Signature") and not fields.has("mediaType")


def read_blob_bundle(fields: Fields, file: Message) -> Signed:
    """Return what there is to verify about ``file``; raise `Malformed`."""
    signature = fields.data("base64Signature")
    signed = Signed(
        origin=_ORIGIN,
        form=SignedForm.BARE,
        message=file,
        signature=signature,
        certificate=_certificate(fields),
        entries=(LogEntry.of_annotation(fields.fields("rekorBundle")),) if fields.has("rekorBundle") else (),
    )
    if not (signature.startswith(b"{") and b'"payload"' in signature):
        return signed
    return signed.enveloped(signature)


def _certificate(fields: Fields) -> bytes:
    if not fields.text("cert", ""):
        return b""
    label, content = pem_blocks(fields.data("cert"), f"{fields.path}.cert")[0]
    return content if label == "CERTIFICATE" else b""
