"""Signed certificate timestamps: a log's promise, inside the certificate, to list that certificate (RFC 6962, 3.2)."""

import hashlib
import struct
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from prill.errors import PrillError
from prill.signing.certificate import extension, load_certificate
from prill.signing.keys import BadSignature, Message
from prill.signing.trusted_root import TrustedRoot

if TYPE_CHECKING:
    from cryptography import x509

__all__ = ["UnlistedCertificate", "has_sct", "verify_sct"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_V1, _CERTIFICATE_TIMESTAMP, _PRECERT_ENTRY = 0, 0, 1


class UnlistedCertificate(PrillError):
    """No trusted certificate transparency log has promised to list a certificate."""


def verify_sct(
    certificate: "x509.Certificate", issuer: "x509.Certificate", trust: TrustedRoot, *, optional: bool = False
) -> str:
    """Check the timestamps in ``certificate``; return the address of a log that promised. Raise `UnlistedCertificate`.

    A timestamp of a log that is not trusted counts for nothing; one of a trusted log has to be right. Where they are
    ``optional``, none may be left, and nothing is returned.
    """
    from cryptography import x509  # noqa: PLC0415 - lazy

    embedded = extension(certificate, x509.PrecertificateSignedCertificateTimestamps)
    if embedded is None and optional:
        return ""
    if embedded is None:
        raise UnlistedCertificate("the certificate holds no signed certificate timestamp")
    found = ""
    for sct in embedded:
        when = _milliseconds(sct) // 1000
        log = trust.ct_log(sct.log_id, when)
        if log is None:
            continue
        if when not in log.period:
            raise UnlistedCertificate(f"{log.url} was not in use when it promised to list the certificate")
        try:
            log.key().verify(sct.signature, Message.of(_signed(certificate, issuer, sct)))
        except BadSignature as error:
            raise UnlistedCertificate(f"the timestamp is not by {log.url}: {error}") from error
        found = log.url
    if not found and not optional:
        seen = ", ".join(sct.log_id.hex()[:16] for sct in embedded) or "none"
        raise UnlistedCertificate(f"the certificate's timestamps are of logs that are not trusted: {seen}")
    return found


def has_sct(der: bytes) -> bool:
    """Say whether a certificate brings timestamps along, whoever's; raise `Malformed` for what is none."""
    from cryptography import x509  # noqa: PLC0415 - lazy

    return extension(load_certificate(der), x509.PrecertificateSignedCertificateTimestamps) is not None


def _signed(
    certificate: "x509.Certificate",
    issuer: "x509.Certificate",
    sct: "x509.certificate_transparency.SignedCertificateTimestamp",
) -> bytes:
    """Return what a log signs of a precertificate (RFC 6962, 3.2)."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415 - lazy

    spki = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    body = certificate.tbs_precertificate_bytes
    return b"".join(
        (
            struct.pack(">BBQH", _V1, _CERTIFICATE_TIMESTAMP, _milliseconds(sct), _PRECERT_ENTRY),
            hashlib.sha256(spki).digest(),
            len(body).to_bytes(3, "big"),
            body,
            len(sct.extension_bytes).to_bytes(2, "big"),
            sct.extension_bytes,
        )
    )


def _milliseconds(sct: "x509.certificate_transparency.SignedCertificateTimestamp") -> int:
    """Return when it was promised, since 1970. `cryptography` gives UTC and does not say so: it is no local time."""
    return (sct.timestamp.replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)
