"""What signs: a key in a file, in a token, in the environment, or one that lives for a single signature."""

from collections.abc import Callable, Mapping
from typing import Protocol

from prill.errors import PrillError
from prill.model.value import dataclass, field
from prill.signing.keys import PublicKey

__all__ = ["KeyContext", "Signer", "SignerKind", "UnknownSigner", "open_signer"]


class UnknownSigner(PrillError):
    """A reference names no key that can be signed with."""


class Signer(Protocol):
    """Signs bytes. ``certificate`` is the DER of what vouches for the key, empty for a key that is known by itself."""

    @property
    def public_key(self) -> PublicKey:
        """Return the key that verifies what this signs."""

    @property
    def certificate(self) -> bytes:
        """Return the certificate, or nothing."""

    def sign(self, message: bytes) -> bytes:
        """Sign, so that `PublicKey.verify` accepts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyContext:
    """What opening a key may need: the environment, and a password that is asked for only when it is needed."""

    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    password: Callable[[], bytes] = field(default=lambda: b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerKind:
    """A kind of place for keys. ``prefix`` is what its references begin with; ``requires`` is for people."""

    id: str
    summary: str
    prefix: str
    requires: str = ""
    open: Callable[[str, KeyContext], Signer]


def open_signer(reference: str, context: KeyContext) -> Signer:
    """Open the key that ``reference`` names; raise `UnknownSigner`, or what its kind raises."""
    from prill.signing.signers import BUILTIN  # noqa: PLC0415 - the kinds know the protocol above

    for kind in BUILTIN:
        if reference.startswith(kind.prefix):
            return kind.open(reference, context)
    raise UnknownSigner(f"no key is named by {reference[:80]!r}")
