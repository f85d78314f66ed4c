"""cosign's encrypted key files, both ways (theupdateframework/go-tuf, encrypted): scrypt, then NaCl's secret box.

A PEM block around JSON::

    {"kdf": {"name": "scrypt", "params": {"N": 65536, "r": 8, "p": 1}, "salt": …},
     "cipher": {"name": "nacl/secretbox", "nonce": …}, "ciphertext": …}

The plain text is the key as PKCS #8 in DER.
"""

import hashlib
from typing import TYPE_CHECKING

from prill.errors import PrillError
from prill.signing._pem import pem_blocks, to_pem
from prill.signing.strict_json import Malformed, encode_json, parse_json, to_base64

if TYPE_CHECKING:
    from nacl.secret import SecretBox

__all__ = ["LABELS", "NoSecretBox", "WrongPassword", "decrypt_key", "encrypt_key"]

LABELS = ("ENCRYPTED SIGSTORE PRIVATE KEY", "ENCRYPTED COSIGN PRIVATE KEY")
"""What the PEM blocks are called, today and before cosign 2."""

_N, _R, _P = 65536, 8, 1
_MAX_N, _MAX_R, _MAX_P = 1 << 20, 16, 8
_KEY_BYTES, _SALT_BYTES, _NONCE_BYTES = 32, 32, 24
_MAX_BYTES = 64 * 1024


class WrongPassword(PrillError):
    """A key file's password is wrong, or the file is damaged: nobody can tell which."""


class NoSecretBox(PrillError):
    """PyNaCl, which cosign's key files need, is not installed."""


def decrypt_key(data: bytes, password: bytes) -> bytes:
    """Return the private key in PKCS #8 DER; raise `WrongPassword`, `NoSecretBox` or `Malformed`."""
    label, body = pem_blocks(data, "the key file")[0]
    if label not in LABELS:
        raise Malformed(f"the key file is a {label!r}, not one of cosign's")
    fields = parse_json(body, "the key file", most=_MAX_BYTES)
    kdf, cipher = fields.fields("kdf"), fields.fields("cipher")
    if (kdf.text("name"), cipher.text("name")) != ("scrypt", "nacl/secretbox"):
        raise Malformed(f"the key file is encrypted with {kdf.text('name')[:40]!r} and {cipher.text('name')[:40]!r}")
    params = kdf.fields("params")
    box = _box(password, kdf.data("salt"), n=params.number("N"), r=params.number("r"), p=params.number("p"))
    from nacl.exceptions import CryptoError  # noqa: PLC0415 - an extra

    try:
        return bytes(box.decrypt(fields.data("ciphertext"), cipher.data("nonce")))
    except (CryptoError, ValueError) as error:
        raise WrongPassword(
            "the password does not open the key file", hint="is it the right one? COSIGN_PASSWORD or PRILL_KEY_PASSWORD"
        ) from error


def encrypt_key(pkcs8: bytes, password: bytes, random: bytes) -> bytes:
    """Write a key file as cosign does; ``random`` are 56 bytes for salt and nonce. Raise `NoSecretBox`."""
    salt, nonce = random[:_SALT_BYTES], random[_SALT_BYTES : _SALT_BYTES + _NONCE_BYTES]
    box = _box(password, salt, n=_N, r=_R, p=_P)
    document = {
        "kdf": {"name": "scrypt", "params": {"N": _N, "r": _R, "p": _P}, "salt": to_base64(salt)},
        "cipher": {"name": "nacl/secretbox", "nonce": to_base64(nonce)},
        "ciphertext": to_base64(box.encrypt(pkcs8, nonce).ciphertext),
    }
    return to_pem(LABELS[0], encode_json(document))


def _box(password: bytes, salt: bytes, *, n: int, r: int, p: int) -> "SecretBox":
    """Derive the key; bounded, as a file may ask for more memory than there is."""
    try:
        from nacl.secret import SecretBox  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise NoSecretBox(
            "cosign's key files need PyNaCl, which is not installed",
            hint="pip install 'prill[signing]', or use a key in plain PEM",
        ) from error
    if not (1 < n <= _MAX_N and n & (n - 1) == 0 and 0 < r <= _MAX_R and 0 < p <= _MAX_P):
        raise Malformed(f"the key file asks for scrypt with N={n}, r={r}, p={p}")
    memory = 128 * r * (n + p + 2)
    derived = hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, maxmem=2 * memory, dklen=_KEY_BYTES)
    return SecretBox(derived)
