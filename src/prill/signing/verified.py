"""The answer yes: who signed what and when, and how that is known."""

from typing import TYPE_CHECKING

from prill.model import Digest
from prill.model.value import dataclass
from prill.signing.signed import SignedForm
from prill.signing.steps import Step

if TYPE_CHECKING:
    from prill.signing.log_entry import LogEntry

__all__ = ["LogRecord", "Signer", "Verified"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signed: a key by its fingerprint, or an identity with the issuer that vouched for it."""

    key: str = ""
    identity: str = ""
    issuer: str = ""
    claims: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """Return what distinct signers differ by."""
        return self.key or f"{self.identity} ({self.issuer})"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRecord:
    """An entry of a transparency log that was verified, and by what: ``promise``, ``inclusion`` or both."""

    log: str
    index: int
    by: tuple[str, ...]
    entry: "LogEntry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """One signature that holds.

    ``time`` is when it was made, if that is known for certain, in seconds since 1970; ``time_by`` says from whom.
    ``steps`` are those that were walked; a step that was not asked for, or that a key needs none of, is not among them.
    """

    subject: Digest
    signer: Signer
    form: SignedForm
    origin: str
    payload: bytes
    signature: bytes = b""
    predicate_type: str = ""
    time: int | None = None
    time_by: str = ""
    logs: tuple[LogRecord, ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    steps: tuple[Step, ...] = ()
