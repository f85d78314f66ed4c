"""Bundles of certificates that programs trust."""

import binascii

import msgspec

from prill.formats.x509 import InvalidCertificate, read_certificate
from prill.model.regex import regex
from prill.oci.evidence import Evidence, FoundFile, read_bounded

__all__ = ["CERTIFICATES", "BundleEvidence", "CertificateReader", "Trusted"]

_MAX_BYTES = 8 << 20
_MOST = 5000
_PEM = regex(rb"-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----")
_COMMON_NAME = regex(r"(?:^|,)CN=((?:[^,\\]|\\.)+)")
_SHOWN = 120


class Trusted(msgspec.Struct, frozen=True, array_like=True):
    """A certificate: whose it is, and from when to when it holds, in seconds since 1970."""

    name: str
    begins: int
    ends: int


class BundleEvidence(Evidence, frozen=True):
    """What is in one bundle; ``unreadable`` certificates are counted."""

    trusted: tuple[Trusted, ...] = ()
    unreadable: int = 0


class CertificateReader:
    """Reads the bundles at the places where TLS libraries look (PEM, RFC 7468)."""

    id = "certificates"
    version = 1
    patterns = (
        "etc/ssl/certs/ca-certificates.crt",
        "etc/ssl/certs/ca-bundle.crt",
        "etc/ssl/cert.pem",
        "etc/ssl/ca-bundle.pem",
        "etc/pki/tls/certs/ca-bundle.crt",
        "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "usr/lib/ssl/cert.pem",
        "var/lib/ca-certificates/ca-bundle.pem",
        "usr/share/pki/ca-trust-legacy/ca-bundle.legacy.default.crt",
        "**/certifi/cacert.pem",
    )
    programs = False
    evidence = BundleEvidence

    def read(self, file: FoundFile) -> BundleEvidence:
        """Read one bundle; raise `FileTooLarge`."""
        trusted = []
        unreadable = 0
        for text in _PEM.findall(read_bounded(file, _MAX_BYTES))[:_MOST]:
            try:
                one = read_certificate(binascii.a2b_base64(text))
            except (InvalidCertificate, binascii.Error):
                unreadable += 1
            else:
                trusted.append(Trusted(_name(one.subject), one.not_before, one.not_after))
        return BundleEvidence(trusted=tuple(trusted), unreadable=unreadable)


def _name(subject: str) -> str:
    """Return the common name, or the whole where there is none."""
    found = _COMMON_NAME.search(subject)
    return (found[1] if found else subject)[:_SHOWN].replace("\\", "")


CERTIFICATES = CertificateReader()
