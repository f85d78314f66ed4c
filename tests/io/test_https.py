import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from loopback import Loopback
from prill._io.fetch_errors import Unreachable
from prill._io.http import Fetcher, Patience
from prill._io.urls import RedirectRefused, Redirects
from prill.model import ImageReference
from prill.oci.registry import connect

QUICK = Patience(attempts=1)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Write a certificate for the loopback address, signed by itself, and its key, into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (path := tmp_path / "certificate.pem").write_bytes(certificate.public_bytes(pem) + secret)
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[Loopback]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = Loopback({"/a": b"over TLS"})
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.url = server.url.replace("http:", "https:")
    with server:
        yield server


def test_a_server_with_a_known_certificate(secure: Loopback, certificate: Path):
    with Fetcher(patience=QUICK, ca_file=certificate) as fetcher:
        assert fetcher.fetch_bytes(f"{secure.url}/a", max_size=99) == b"over TLS"


def test_a_server_with_an_unknown_certificate(secure: Loopback):
    with Fetcher(patience=QUICK) as fetcher, pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        fetcher.fetch_bytes(f"{secure.url}/a", max_size=99)
    assert secure.requests == []


def test_https_does_not_lead_to_http(secure: Loopback, server: Loopback, certificate: Path):
    secure.behaviour["/a"] = lambda handler: handler.redirect(f"{server.url}/a")
    with Fetcher(patience=QUICK, ca_file=certificate) as fetcher, pytest.raises(RedirectRefused, match="less safe"):
        fetcher.fetch_bytes(f"{secure.url}/a", max_size=99, redirects=Redirects.ANY_HOST)
    assert server.requests == []


def test_a_registry_over_plain_http_may_lead_to_tls_that_is_checked(secure: Loopback, server: Loopback):
    """Certificates are read when they are needed, and then they count."""
    server.behaviour["/v2/app/manifests/1"] = lambda handler: handler.redirect(f"{secure.url}/a")
    place = connect(
        ImageReference.parse(f"{server.url.removeprefix('http://')}/app:1"), plain_http=True, sleep=lambda _: None
    )
    with closing(place), pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        place.resolve()
    assert secure.requests == []
