"""One signature as it was found, whatever layout it stood in."""

from enum import StrEnum
from typing import TYPE_CHECKING

from prill.model.value import dataclass, field, replace
from prill.signing.dsse import Envelope
from prill.signing.keys import Message

if TYPE_CHECKING:
    from prill.signing.log_entry import LogEntry

__all__ = ["Signed", "SignedForm"]


class SignedForm(StrEnum):
    """In which form a signature was kept."""

    LEGACY_SIGNATURE = "simple-signing"
    """A layer below the tag ``sha256-….sig``: a payload, and everything else in annotations."""
    LEGACY_ATTESTATION = "dsse"
    """A layer below the tag ``sha256-….att``: an envelope, and everything else in annotations."""
    BUNDLE = "bundle"
    """A Sigstore bundle."""
    BARE = "bare"
    """A file's signature by itself, as ``cosign sign-blob --output-signature`` leaves it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signature with everything that came with it; nothing of it is verified yet.

    ``origin`` says where it was found. ``message`` is what the signature is over: a payload, an envelope's PAE, or a
    file. ``payload`` is what it says: a simple-signing document, an in-toto statement, or nothing for a file.
    ``timestamped`` is what a time stamp is about: the signature, or an older attestation's whole envelope.
    """

    origin: str
    form: SignedForm
    message: Message
    signature: bytes = field(repr=False)
    payload: bytes = field(default=b"", repr=False)
    envelope: Envelope | None = field(default=None, repr=False)
    certificate: bytes = field(default=b"", repr=False)
    key_hint: str = ""
    entries: "tuple[LogEntry, ...]" = ()
    timestamps: tuple[bytes, ...] = field(default=(), repr=False)
    annotations: tuple[tuple[str, str], ...] = ()

    @property
    def envelope_raw(self) -> bytes:
        """Return the envelope's own bytes, where they were kept."""
        return self.envelope.raw if self.envelope else b""

    @property
    def timestamped(self) -> bytes:
        """Return what a time stamp has to be about."""
        return self.envelope_raw if self.form is SignedForm.LEGACY_ATTESTATION else self.signature

    def enveloped(self, data: bytes) -> "Signed":
        """Return this as an attestation of cosign 2's: the one signature of an envelope; raise as `Envelope.parse`."""
        envelope = Envelope.parse(data)
        return replace(
            self,
            form=SignedForm.LEGACY_ATTESTATION,
            message=Message.of(envelope.signed),
            signature=envelope.only().signature,
            payload=envelope.payload,
            envelope=envelope,
        )
