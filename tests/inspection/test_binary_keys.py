"""Keys in binary form, as OpenSSL's and Java's tools write them."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from hypothesis import example, given
from hypothesis import strategies as st

from prill.inspection.binary_keys import binary_key
from prill.inspection.readers.secrets import SECRETS, Place
from prill.model import FileKind, FileStat

RSA, EC = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
DSA = bytes.fromhex("3012" + "020100" + "020101" * 5)
PASSWORD = BestAvailableEncryption(b"x")


def certificate() -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    start = datetime(2024, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, EC.public_key(), 1, start, start + timedelta(days=1))
    return made.sign(EC, SHA256())


CERTIFICATE = certificate()
PLAIN_STORE = pkcs12.serialize_key_and_certificates(b"k", EC, CERTIFICATE, None, NoEncryption())
STORE = pkcs12.serialize_key_and_certificates(b"k", EC, CERTIFICATE, None, PASSWORD)
TRUSTED = pkcs12.serialize_java_truststore([pkcs12.PKCS12Certificate(CERTIFICATE, b"c")], NoEncryption())


def java(*entries: tuple[int, bytes], magic: str = "feedfeed", version: int = 2) -> bytes:
    """Return a key store of Java's: its entries' kinds and what they hold."""
    parts = [bytes.fromhex(magic), version.to_bytes(4, "big"), len(entries).to_bytes(4, "big")]
    for kind, data in entries:
        parts += [kind.to_bytes(4, "big"), b"\0\1a", bytes(8)]
        parts += [b"\0\5X.509"] if kind == 2 and version == 2 else []
        parts += [len(data).to_bytes(4, "big"), data]
    return b"".join((*parts, bytes(20)))


def der(*parts: bytes) -> bytes:
    """Return a sequence of values."""
    held = b"".join(parts)
    return b"0" + bytes([len(held)]) + held


@pytest.mark.parametrize("key", [RSA, EC, ED], ids=["rsa", "ec", "ed25519"])
def test_keys(key: rsa.RSAPrivateKey):
    assert binary_key(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())) == "private-key"
    assert binary_key(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, PASSWORD)) == "encrypted-private-key"
    if key is not ED:
        old = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        assert binary_key(old) == "private-key"
    assert not binary_key(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (DSA, "private-key"),
        (DSA + b"\0", ""),
        (PLAIN_STORE, "private-key"),
        (STORE, "encrypted-private-key"),
        (TRUSTED, ""),
        (CERTIFICATE.public_bytes(Encoding.DER), ""),
        (java((2, b"c"), (1, b"k")), "encrypted-private-key"),
        (java((2, b"c"), (1, b"k"), version=1), "encrypted-private-key"),
        (java((2, b"c"), (3, b"k"), magic="cececece"), "encrypted-private-key"),
        (java((2, b"c"), (2, b"d")), ""),
        (java((2, b"c"), (1, b"k"))[:30], ""),
        (der(b"\2\1\0" * 9), "private-key"),
        (der(b"\2\1\1" * 9), ""),
        (der(b"\2\1\0" * 8), ""),
        (der(b"\2\1\0", b"\x30\2\6\0", b"\4\0"), "private-key"),
        (der(b"\2\1\0", b"\x30\3\2\1\0", b"\4\0"), ""),
        (der(b"\2\1\1", b"\4\0", b"\xa0\0"), "private-key"),
        (der(b"\2\1\1", b"\4\0"), ""),
        (der(b"\x30\5\6\3\x55\4\3", b"\4\0"), ""),
        (b"0", ""),
        (b"0 is no key", ""),
        (b"", ""),
    ],
)
def test_stores(data: bytes, expected: str):
    assert binary_key(data) == expected


@example(b"\x80")
@example(b"\x84\xff\xff\xff\xff\2")
@given(st.binary(max_size=60))
def test_anything_is_read(data: bytes):
    assert binary_key(b"0" + data) in ("", "private-key", "encrypted-private-key")
    assert binary_key(bytes.fromhex("feedfeed") + data) in ("", "encrypted-private-key")


class Found:
    path = "etc/server.p12"
    stat = FileStat(path=path, kind=FileKind.FILE, mode=0o600, size=len(STORE))

    def open(self) -> BytesIO:
        return BytesIO(STORE)


def test_a_store_is_a_secret():
    assert SECRETS.wants(Found.path, len(STORE), STORE[:8])
    found = SECRETS.read(Found())
    assert found is not None
    assert found.places == (Place("encrypted-private-key", 0),)
