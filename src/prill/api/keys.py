"""Key pairs in files, as cosign keeps them: the private half encrypted, the public half in PEM."""

from pathlib import Path

from prill._io.atomic import write_atomic
from prill.errors import PrillError
from prill.model.value import dataclass
from prill.signing.cosign_key import encrypt_key
from prill.signing.keys import PublicKey
from prill.signing.private_key import KeyKind, PrivateKey, generate_key

__all__ = ["KeyFileExists", "KeyPair", "new_key_pair", "write_key_pair"]

_PRIVATE, _PUBLIC = 0o600, 0o644


class KeyFileExists(PrillError):
    """There is a file already where a key would be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """Where the two halves were written."""

    private: Path
    public: Path
    key: PublicKey


def new_key_pair(prefix: Path, *, kind: KeyKind, password: bytes, random: bytes) -> KeyPair:
    """Make a key and write ``PREFIX.key`` and ``PREFIX.pub``; raise `KeyFileExists` or `NoSecretBox`."""
    return write_key_pair(generate_key(kind), prefix, password=password, random=random)


def write_key_pair(key: PrivateKey, prefix: Path, *, password: bytes, random: bytes) -> KeyPair:
    """Write a key's two halves; the private one is readable by its owner alone. Raise as `new_key_pair`."""
    private, public = prefix.with_name(f"{prefix.name}.key"), prefix.with_name(f"{prefix.name}.pub")
    for path in (private, public):
        if path.exists() or path.is_symlink():
            raise KeyFileExists(
                f"there is a file {str(path)!r}", hint="nothing is overwritten: choose another --output"
            )
    sealed = encrypt_key(key.to_pkcs8(), password, random)
    write_atomic(private, sealed, mode=_PRIVATE)
    write_atomic(public, key.public_key.to_pem(), mode=_PUBLIC)
    return KeyPair(private=private, public=public, key=key.public_key)
