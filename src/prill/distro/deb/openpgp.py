"""OpenPGP's cleartext signatures, as Debian's InRelease files carry them (RFC 9580, section 7).

The mathematics are Sequoia's. Around it this module is stricter than the format:

1. The file is one cleartext message and nothing else: no text before it, none behind it, no second one, so that no
   reader can mistake unsigned text for signed text.
2. A signature counts if Sequoia finds it good, which includes that its key was valid when it signed and was never
   revoked as compromised, *and* the key has not expired at the time of judgement. Someone who steals an expired
   key can date a signature back; they gain nothing here.
3. One signature that counts suffices. Signatures by keys that are not in the keyring are noted, no more: Debian signs
   with the keys of two or three releases, so that each can be replaced.
4. What is handed out is the text that was verified, not the file.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from prill._io.regular import read_regular
from prill.errors import PrillError
from prill.model.value import dataclass

if TYPE_CHECKING:
    from pysequoia import Cert

__all__ = [
    "BadSignature",
    "Keyring",
    "NotSigned",
    "SignedText",
    "SignerExpired",
    "UnknownSigner",
    "UnreadableKey",
    "verify_cleartext",
]

_MAX_KEY_BYTES = 1 << 20

_BEGIN = b"-----BEGIN PGP SIGNED MESSAGE-----\n"
_SIGNATURE = b"\n-----BEGIN PGP SIGNATURE-----\n"
_END = b"\n-----END PGP SIGNATURE-----"
_MITM = "the mirror is broken, or someone changes what it sends; try another mirror"


class UnreadableKey(PrillError):
    """A key file is not there, or holds no OpenPGP key."""


class BadSignature(PrillError):
    """No signature by a trusted key is good: the text was changed, or never signed."""


class NotSigned(BadSignature):
    """Something is not one cleartext-signed message, whole and alone."""


class UnknownSigner(BadSignature):
    """Something is signed, but by no key that is trusted for it."""


class SignerExpired(BadSignature):
    """Something is signed by trusted keys only after, or long before, they expired."""


@dataclass(frozen=True, slots=True)
class SignedText:
    """Text that was verified, and whose keys said so: upper-case fingerprints of primary keys, sorted.

    ``unknown`` are the fingerprints (or key IDs) of keys that signed too and are not in the keyring: not checked.
    """

    text: bytes
    signers: tuple[str, ...]
    unknown: tuple[str, ...]


class Keyring:
    """The keys that are trusted for something, with the times at which they expire."""

    def __init__(self, certs: "Iterable[Cert]") -> None:
        self.certs = tuple(certs)
        self._expires = {cert.fingerprint: _expiry(cert) for cert in self.certs}
        for cert in self.certs:
            self._expires.update(_subkey_expiry(bytes(cert)))

    @classmethod
    def read(cls, paths: Iterable[Path]) -> "Keyring":
        """Read key files, armoured or binary; raise `UnreadableKey`."""
        return cls(cert for path in paths for cert in _read_key(path))

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Return the primary keys' fingerprints, upper case, sorted."""
        return tuple(sorted(cert.fingerprint.upper() for cert in self.certs))

    def knows(self, key: str) -> bool:
        """Return whether ``key``, a fingerprint or key ID in lower case, belongs to the keyring."""
        return any(known == key or known.endswith(key) for known in self._expires)

    def expired(self, certificate: str, signing_key: str, now: int) -> bool:
        """Return whether a key, or the primary key it belongs to, has expired at ``now``."""
        expiries = (self._expires.get(certificate), self._expires.get(signing_key))
        return any(expires is not None and expires <= now for expires in expiries)


def _expiry(cert: "Cert") -> int | None:
    """Return when a key expires, or None for one that does not, and for one that is made later than now.

    By a clock that is behind, nothing that such a key signed is good: `verify_cleartext` says so.
    """
    try:
        return int(cert.expiration.timestamp()) if cert.expiration else None
    except RuntimeError:
        return None


def _read_key(path: Path) -> "list[Cert]":
    from pysequoia import Cert  # noqa: PLC0415 - start-up imports no OpenPGP

    hint = "[archive] keys in the settings names files with OpenPGP keys, armoured or binary"
    try:
        found = Cert.split_bytes(read_regular(path, _MAX_KEY_BYTES))
    except OSError as error:
        raise UnreadableKey(f"cannot read the key {str(path)!r}: {error.strerror}", hint=hint) from error
    except RuntimeError as error:
        reason = str(error).partition("\n")[0]
        raise UnreadableKey(f"{str(path)!r} holds no OpenPGP key: {reason}", hint=hint) from error
    if not found:
        raise UnreadableKey(f"{str(path)!r} holds no OpenPGP key", hint=hint)
    return found


def verify_cleartext(data: bytes, keyring: Keyring, *, now: int, what: str) -> SignedText:
    """Verify a cleartext-signed message at the time ``now``; ``what`` names it in errors.

    Raise `NotSigned`, `UnknownSigner`, `BadSignature` or `SignerExpired`.
    """
    from pysequoia import verify  # noqa: PLC0415 - start-up imports no OpenPGP

    issuers = _issuers(_signature_block(data, what), what)
    unknown = tuple(sorted(issuer.upper() for issuer in issuers if not keyring.knows(issuer)))
    if len(unknown) == len(issuers):
        raise UnknownSigner(
            f"{what} is signed by {', '.join(unknown)}, none of which is trusted for it",
            hint=f"trusted are {', '.join(keyring.fingerprints)}; is this Debian's archive?",
        )
    try:
        result = verify(data, store=lambda _: list(keyring.certs))
    except RuntimeError as error:
        reason = str(error).partition("\n")[0]
        raise BadSignature(f"{what} has no good signature: {reason}", hint=f"{_MITM}; is the clock right?") from error
    good = [(sig.certificate, sig.signing_key) for sig in result.valid_sigs]
    signers = {certificate.upper() for certificate, key in good if not keyring.expired(certificate, key, now)}
    if not signers or result.bytes is None:
        late = ", ".join(sorted(certificate.upper() for certificate, _ in good))
        raise SignerExpired(f"{what} is signed by keys that have expired: {late}", hint="update Prill for newer keys")
    return SignedText(result.bytes, tuple(sorted(signers)), unknown)


def _signature_block(data: bytes, what: str) -> bytes:
    """Return the armoured signature of ``data``; raise `NotSigned` unless ``data`` is one whole message."""

    def refuse(reason: str) -> NotSigned:
        return NotSigned(f"{what} is not a signed file: {reason}", hint=_MITM)

    if not data.startswith(_BEGIN):
        raise refuse(f"it begins with {data[:40]!r}")
    headers, blank, text = data[len(_BEGIN) :].partition(b"\n\n")
    if not blank or not all(line.startswith(b"Hash: ") for line in headers.split(b"\n")):
        raise refuse("its header says something else than Hash")
    body, found, signature = text.partition(_SIGNATURE)
    if not found:
        raise refuse("it has no signature, or ends before it")
    if body.startswith(b"-----") or b"\n-----" in body or b"\r" in data:
        raise refuse("its text has lines that must not stand in it")
    armour, end, rest = signature.partition(_END)
    if not end or rest.strip(b"\n") or b"-----" in armour:
        raise refuse("its signature does not end, or something follows")
    return _SIGNATURE[1:] + armour + _END


def _issuers(block: bytes, what: str) -> tuple[str, ...]:
    """Return who claims to have made the signatures, each as a fingerprint or key ID in lower case."""
    from pysequoia.packet import PacketPile, Tag  # noqa: PLC0415 - start-up imports no OpenPGP

    try:
        packets = [packet for packet in PacketPile.from_bytes(block) if packet.tag == Tag.Signature]
    except RuntimeError as error:
        raise NotSigned(f"{what} has a damaged signature", hint=_MITM) from error
    issuers = (packet.issuer_fingerprint or packet.issuer_key_id for packet in packets)
    return tuple(issuer for issuer in issuers if issuer)


def _subkey_expiry(cert: bytes) -> dict[str, int | None]:
    """Return when each subkey of ``cert`` expires, by its newest binding signature."""
    from pysequoia.packet import PacketPile, SignatureType, Tag  # noqa: PLC0415 - start-up imports no OpenPGP

    expiry: dict[str, int | None] = {}
    newest: dict[str, int] = {}
    subkey, born = "", 0
    for packet in PacketPile.from_bytes(cert):
        if packet.tag in (Tag.PublicKey, Tag.PublicSubkey):
            subkey = (packet.fingerprint or "") if packet.tag == Tag.PublicSubkey else ""
            born = int(packet.key_created.timestamp()) if packet.key_created else 0
        elif subkey and packet.signature_type == SignatureType.SubkeyBinding and packet.signature_created:
            made = int(packet.signature_created.timestamp())
            if made >= newest.get(subkey, 0):
                newest[subkey] = made
                period = packet.key_validity_period
                expiry[subkey] = born + int(period.total_seconds()) if period else None
    return expiry
