"""Which certificate authorities are trusted for TLS: the machine's, and those in a file."""

import os
import ssl
from functools import cache
from pathlib import Path

from prill.errors import PrillError

__all__ = ["UnreadableCertificates", "trusting"]

_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Alpine
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora, Red Hat
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # BSD, macOS
)


class UnreadableCertificates(PrillError):
    """A file should hold certificates, and does not."""


@cache
def trusting(ca_file: Path | None = None) -> ssl.SSLContext:
    """Trust ``SSL_CERT_FILE`` and ``SSL_CERT_DIR``, or the machine's certificates; and those in ``ca_file`` too.

    Reading them takes longer than fetching a small image, so a process does it once. Raise `UnreadableCertificates`.
    """
    context = ssl.create_default_context()  # OpenSSL's own paths, which the two variables replace
    context.set_alpn_protocols(["http/1.1"])
    named = os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")
    if not named and not context.cert_store_stats()["x509_ca"] and not _has_folder():
        for bundle in _BUNDLES:  # an OpenSSL that was compiled to look where this machine has none
            if Path(bundle).is_file():
                context.load_verify_locations(bundle)
                break
    if ca_file is None:
        return context
    try:
        context.load_verify_locations(ca_file)
    except OSError as error:  # SSLError is one
        raise UnreadableCertificates(f"{str(ca_file)!r} holds no certificates: {error.strerror or error}") from error
    return context


def _has_folder() -> bool:
    """Say whether OpenSSL's folder of certificates, which is read when a connection needs one of them, has any."""
    folder = ssl.get_default_verify_paths().openssl_capath
    return any(Path(folder).glob("*.0"))
