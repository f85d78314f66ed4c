"""Public keys, and the checks of signatures by them: ECDSA on P-256, P-384 and P-521, Ed25519, RSA."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from prill.errors import PrillError
from prill.model.hashes import hasher, sha256
from prill.model.value import dataclass, field
from prill.signing._pem import beginning, pem_blocks, to_pem
from prill.signing.strict_json import Malformed, to_base64

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

__all__ = ["BadSignature", "Message", "PublicKey", "UnusableKey"]

_MIN_RSA_BITS = 2048
_P256_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
"""How a SubjectPublicKeyInfo on P-256 begins, up to its point (RFC 5480), which is not compressed."""
_P256_POINT = 64
_HASHES = {f"{begin}{size}": f"sha{size}" for begin in ("sha", "SHA2_") for size in (256, 384, 512)}
_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}

_Check: TypeAlias = Callable[[bytes], None]
_Supported: TypeAlias = "ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey"


class UnusableKey(PrillError):
    """A key cannot be read, or is of a kind that nothing is signed with here."""


class BadSignature(PrillError):
    """A signature is not by this key over these bytes."""


@dataclass(frozen=True, slots=True)
class Message:
    """What was signed: the bytes themselves, which of a large file stay in it, or their SHA-256 alone."""

    data: "bytes | memoryview[int] | None" = field(repr=False)
    sha256: bytes

    @classmethod
    def of(cls, data: "bytes | memoryview[int]") -> "Message":
        """Take bytes."""
        return cls(data, sha256(data))

    def digest(self, algorithm: str) -> bytes:
        """Return a hash of the message; ``algorithm`` is as log entries or bundles name it. Raise `Malformed`."""
        name = _HASHES.get(algorithm)
        if name is None:
            raise Malformed(f"the hash {algorithm[:40]!r} is not taken: SHA-256, SHA-384 and SHA-512 are")
        if name == "sha256":
            return self.sha256
        if self.data is None:
            raise Malformed(
                f"a {name} is needed, and of what was signed only the SHA-256 is known", hint="name the file"
            )
        running = hasher(name)
        running.update(self.data)
        return running.digest()


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key; ``der`` is its SubjectPublicKeyInfo, by which it is compared."""

    der: bytes
    kind: str = field(compare=False)
    _key: "_Supported" = field(repr=False, compare=False)

    @classmethod
    def parse_pem(cls, data: bytes) -> "PublicKey":
        """Read a key from PEM; raise `UnusableKey`."""
        usual = _usual_key(data)
        if usual is not None:
            return usual
        from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415 - lazy

        try:
            return cls.of(load_pem_public_key(data))
        except (ValueError, TypeError) as error:
            raise UnusableKey(
                f"this is no public key: it begins with {beginning(data)}",
                hint="write the file that prill keys new or cosign generate-key-pair made, such as cosign.pub",
            ) from error

    @classmethod
    def parse_der(cls, data: bytes) -> "PublicKey":
        """Read a SubjectPublicKeyInfo; raise `UnusableKey`."""
        from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415 - lazy

        try:
            return cls.of(load_der_public_key(data))
        except (ValueError, TypeError) as error:
            raise UnusableKey(f"this is no public key in DER: it begins with {data[:20].hex()!r}") from error

    @classmethod
    def of(cls, key: "PublicKeyTypes") -> "PublicKey":
        """Take a key of `cryptography`'s; raise `UnusableKey` for other kinds and for short ones."""
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - lazy
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415

        if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
            kind = f"ECDSA {_CURVES[key.curve.name]}"
        elif isinstance(key, ed25519.Ed25519PublicKey):
            kind = "Ed25519"
        elif isinstance(key, rsa.RSAPublicKey):
            kind = f"RSA {key.key_size}"
            if key.key_size < _MIN_RSA_BITS:
                raise UnusableKey(f"an RSA key of {key.key_size} bits", hint=f"at least {_MIN_RSA_BITS}")
        else:
            raise UnusableKey(
                f"keys of this kind sign nothing here: {type(key).__name__}",
                hint="ECDSA on P-256, P-384 or P-521, Ed25519, or RSA",
            )
        try:
            der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        except UnsupportedAlgorithm as error:
            raise UnusableKey(f"this key cannot be written: {error}") from error
        return cls(der, kind, key)

    def to_pem(self) -> bytes:
        """Write the key as PEM."""
        return to_pem("PUBLIC KEY", self.der)

    @property
    def hint(self) -> str:
        """Return how bundles name the key: its SHA-256 in base64 (cosign, ``verificationMaterial.publicKey.hint``)."""
        return to_base64(sha256(self.der))

    @property
    def fingerprint(self) -> str:
        """Return how people name the key: ``sha256:`` and hexadecimal digits."""
        return f"sha256:{sha256(self.der).hex()}"

    def verify(self, signature: bytes, message: Message) -> None:
        """Check ``signature``; raise `BadSignature`.

        ECDSA and RSA sign a SHA-256, or for the larger curves the hash of the curve's size as well: cosign 2 takes
        SHA-256 for every key, cosign 3 what fits the key. RSA signatures are PKCS #1 v1.5 or PSS; of Ed25519, both
        the plain ones and those over a SHA-512 (Ed25519ph), as cosign 3 makes them.
        """
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - lazy

        for check in _checks(self._key, message):
            try:
                check(signature)
            except InvalidSignature:
                continue
            return
        raise BadSignature(f"not signed by the {self.kind} key {self.fingerprint}")


def _usual_key(pem: bytes) -> PublicKey | None:
    """Read a key on P-256 in one PEM block; None for anything else, and for what has to be looked at closer.

    Most keys are of this kind, and the readers of all kinds take as long to import as everything else that a
    verification needs of `cryptography`. The point is checked to be on the curve, as they do.
    """
    try:
        blocks = pem_blocks(pem, "the key")
    except Malformed:
        return None
    label, der = blocks[0]
    if len(blocks) != 1 or label != "PUBLIC KEY" or der[:-_P256_POINT] != _P256_HEAD:
        return None
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - lazy

    try:
        return PublicKey(
            der, "ECDSA P-256", ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), der[-_P256_POINT - 1 :])
        )
    except ValueError:
        return None


def _checks(key: "_Supported", message: Message) -> "list[_Check]":
    """Return the ways in which ``key`` may have signed ``message``."""
    from cryptography.hazmat.primitives.asymmetric import ec, utils  # noqa: PLC0415 - lazy
    from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512  # noqa: PLC0415

    digest, hashed, data = message.sha256, utils.Prehashed(SHA256()), message.data
    if isinstance(key, ec.EllipticCurvePublicKey):
        checks: list[_Check] = [lambda signature: key.verify(signature, digest, _ecdsa(hashed))]
        fitting: dict[str, HashAlgorithm] = {"secp384r1": SHA384(), "secp521r1": SHA512()}
        larger = fitting.get(key.curve.name)
        if larger is not None:
            checks.append(lambda signature: key.verify(signature, _whole(data, larger.name), _ecdsa(larger)))
        return checks
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415 - lazy

    if isinstance(key, rsa.RSAPublicKey):
        pss = padding.PSS(padding.MGF1(SHA256()), padding.PSS.AUTO)
        return [
            lambda signature: key.verify(signature, digest, padding.PKCS1v15(), hashed),
            lambda signature: key.verify(signature, digest, pss, hashed),
        ]
    if data is None:
        raise BadSignature("Ed25519 signs whole files, and only this one's digest is known")
    import hashlib  # noqa: PLC0415 - few keys are of this kind

    from prill.signing import _ed25519ph  # noqa: PLC0415

    raw, hashed_data = key.public_bytes_raw(), hashlib.sha512(data).digest()
    return [
        lambda signature: key.verify(signature, data),
        lambda signature: _ed25519ph.verify(raw, signature, hashed_data),
    ]


def _whole(data: "bytes | memoryview[int] | None", algorithm: str) -> "bytes | memoryview[int]":
    """Return the bytes; raise `BadSignature` where they are not known."""
    if data is None:
        raise BadSignature(
            f"it is not over the SHA-256, the only hash that is known; the file may have a good {algorithm}"
        )
    return data


def _ecdsa(hashed: "HashAlgorithm | Prehashed") -> "ec.ECDSA":
    """Return ECDSA over a hash: what ``ec.ECDSA`` makes, which first asks for all that `cryptography` can do.

    That question is whether this OpenSSL can sign without randomness; nothing is signed here. It takes as long to
    answer as to import what verifies.
    """
    return _verifying()(hashed)


@cache
def _verifying() -> "Callable[[HashAlgorithm | Prehashed], ec.ECDSA]":
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - lazy

    class Verifying(ec.ECDSA):
        deterministic_signing = False

        def __init__(self, algorithm: "HashAlgorithm | Prehashed") -> None:
            """Ask nothing."""
            self._hashed = algorithm

        @property
        def algorithm(self) -> "HashAlgorithm | Prehashed":
            return self._hashed

    return Verifying
