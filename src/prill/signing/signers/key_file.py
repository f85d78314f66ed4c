"""A key in a file: cosign's encrypted format, or PEM."""

from pathlib import Path

from prill._io.regular import read_regular
from prill.model.value import dataclass
from prill.signing.keys import PublicKey, UnusableKey
from prill.signing.private_key import PrivateKey
from prill.signing.signer import KeyContext, SignerKind, UnknownSigner

__all__ = ["KIND", "KeySigner"]

_MAX_BYTES = 1 << 20
_REMOTE = ("awskms:", "azurekms:", "gcpkms:", "hashivault:", "k8s:", "gitlab:", "kms:")


@dataclass(frozen=True, slots=True)
class KeySigner:
    """A `Signer` over a private key in memory."""

    key: PrivateKey

    @property
    def public_key(self) -> PublicKey:
        """Return the key's public half."""
        return self.key.public_key

    @property
    def certificate(self) -> bytes:
        """Return nothing: the key is known by itself."""
        return b""

    def sign(self, message: bytes) -> bytes:
        """Sign."""
        return self.key.sign(message)


def _open(reference: str, context: KeyContext) -> KeySigner:
    """Read the file; raise `UnknownSigner` where there is none, and what `PrivateKey.parse` raises."""
    if reference.startswith(_REMOTE):
        raise UnknownSigner(
            f"keys in {reference.partition(':')[0]!r} are not supported",
            hint="a key file, env://NAME, or a token's pkcs11: URI",
        )
    try:
        data = read_regular(Path(reference), _MAX_BYTES)
    except FileNotFoundError as error:
        raise UnknownSigner(f"there is no key file {reference[:160]!r}", hint="prill keys new makes one") from error
    except OSError as error:
        raise UnknownSigner(f"the key file {reference[:160]!r} cannot be read: {error.strerror}") from error
    if len(data) > _MAX_BYTES:
        raise UnusableKey(f"the key file {reference[:160]!r} has more than {_MAX_BYTES} bytes")
    return KeySigner(PrivateKey.parse(data, context.password))


KIND = SignerKind(id="key-file", summary="a key in a file, cosign's format or PEM", prefix="", open=_open)
