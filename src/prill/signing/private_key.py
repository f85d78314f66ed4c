"""Private keys: made, read from PEM or from cosign's files, and used."""

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from prill.model.value import dataclass, field
from prill.signing._pem import pem_blocks
from prill.signing.cosign_key import LABELS, decrypt_key
from prill.signing.keys import PublicKey, UnusableKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

__all__ = ["KeyKind", "PrivateKey", "generate_key"]

_Supported: TypeAlias = "ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey"


class KeyKind(StrEnum):
    """The kinds of keys that can be made."""

    P256 = "ecdsa-p256"
    P384 = "ecdsa-p384"
    P521 = "ecdsa-p521"
    ED25519 = "ed25519"
    RSA_3072 = "rsa-3072"
    RSA_4096 = "rsa-4096"


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key; it signs as `PublicKey.verify` checks."""

    public_key: PublicKey
    _key: "_Supported" = field(repr=False, compare=False)

    @classmethod
    def parse(cls, data: bytes, password: Callable[[], bytes]) -> "PrivateKey":
        """Read a key file; ``password`` is asked only where the file is encrypted.

        Raise `UnusableKey`, `WrongPassword`, `NoSecretBox` or `Malformed`.
        """
        from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - lazy
            load_der_private_key,
            load_pem_private_key,
        )

        label, _ = pem_blocks(data, "the key file")[0]
        try:
            if label in LABELS:
                return cls.of(load_der_private_key(decrypt_key(data, password()), None))
            encrypted = label == "ENCRYPTED PRIVATE KEY" or b"Proc-Type: 4,ENCRYPTED" in data
            return cls.of(load_pem_private_key(data, password() if encrypted else None))
        except (ValueError, TypeError) as error:
            public = "PUBLIC" in label
            raise UnusableKey(
                "the key file holds a public key"
                if public
                else f"the key file is a {label!r} that cannot be read: {str(error)[:120]}",
                hint="signing needs the private key, such as cosign.key",
            ) from error

    @classmethod
    def of(cls, key: object) -> "PrivateKey":
        """Take a key of `cryptography`'s; raise `UnusableKey` for other kinds."""
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # noqa: PLC0415 - lazy

        if not isinstance(key, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey):
            raise UnusableKey(f"keys of this kind sign nothing here: {type(key).__name__}")
        return cls(PublicKey.of(key.public_key()), key)

    def sign(self, message: bytes) -> bytes:
        """Sign: ECDSA with SHA-256, whatever the curve, as cosign does; RSA by PKCS #1 v1.5 with SHA-256."""
        from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa  # noqa: PLC0415 - lazy
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(message, ec.ECDSA(SHA256()))
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(message, padding.PKCS1v15(), SHA256())
        return self._key.sign(message)

    def signing_request(self) -> bytes:
        """Return a certificate signing request in PEM, which proves that the key is here (RFC 2986)."""
        from cryptography import x509  # noqa: PLC0415 - lazy
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

        algorithm = None if isinstance(self._key, ed25519.Ed25519PrivateKey) else SHA256()
        builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
        return builder.sign(self._key, algorithm).public_bytes(Encoding.PEM)

    def to_pkcs8(self) -> bytes:
        """Write the key as PKCS #8 DER, unencrypted: for `encrypt_key`, and for nothing else."""
        from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - lazy
            Encoding,
            NoEncryption,
            PrivateFormat,
        )

        return self._key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def generate_key(kind: KeyKind = KeyKind.P256) -> PrivateKey:
    """Make a key."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # noqa: PLC0415 - lazy

    curves: dict[KeyKind, ec.EllipticCurve] = {
        KeyKind.P256: ec.SECP256R1(),
        KeyKind.P384: ec.SECP384R1(),
        KeyKind.P521: ec.SECP521R1(),
    }
    if kind in curves:
        return PrivateKey.of(ec.generate_private_key(curves[kind]))
    if kind is KeyKind.ED25519:
        return PrivateKey.of(ed25519.Ed25519PrivateKey.generate())
    return PrivateKey.of(rsa.generate_private_key(65537, int(kind.rpartition("-")[2])))
