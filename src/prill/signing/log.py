"""What a transparency log vouches for: its promise to add an entry, and the proof that it did."""

from prill.errors import PrillError
from prill.signing._json import Malformed
from prill.signing.checkpoint import Checkpoint
from prill.signing.keys import BadSignature, Message
from prill.signing.log_entry import InclusionProof, LogEntry
from prill.signing.merkle import NotIncluded, root_of_inclusion
from prill.signing.trusted_root import TrustedLog, TrustedRoot

__all__ = ["LogFailure", "UnknownLog", "trusted_log", "verify_inclusion", "verify_promise"]


class LogFailure(PrillError):
    """A log did not say what it is said to have said."""


class UnknownLog(LogFailure):
    """An entry is of a log that is not trusted."""


def trusted_log(entry: LogEntry, trust: TrustedRoot, when: int | None = None) -> TrustedLog:
    """Return the log of an entry, as it was trusted at ``when``; raise `UnknownLog`."""
    log = trust.log(entry.log_id, when)
    if log is None:
        raise UnknownLog(f"the entry is of a log that is not trusted: {entry.log_id.hex()[:80]}")
    return log


def verify_promise(entry: LogEntry, trust: TrustedRoot) -> int:
    """Check the signed entry timestamp; return its time. Raise `LogFailure`."""
    log = trusted_log(entry, trust, entry.integrated_time)
    try:
        log.key().verify(entry.promise, Message.of(entry.promised))
    except BadSignature as error:
        raise LogFailure(f"the signed entry timestamp is not by {log.url}: {error}") from error
    if entry.integrated_time not in log.period:
        raise LogFailure(f"{log.url} was not in use at {entry.integrated_time}, when the entry was added")
    return entry.integrated_time


def verify_inclusion(entry: LogEntry, proof: InclusionProof, trust: TrustedRoot) -> None:
    """Check that the proof leads to its root, and that the log's checkpoint signs that root; raise `LogFailure`."""
    log = trusted_log(entry, trust)
    try:
        root = root_of_inclusion(entry.body, index=proof.index, size=proof.size, hashes=proof.hashes)
    except NotIncluded as error:
        raise LogFailure(str(error)) from error
    if root != proof.root:
        raise LogFailure(f"the inclusion proof leads to another root: {root.hex()}, not {proof.root.hex()}")
    try:
        checkpoint = Checkpoint.parse(proof.checkpoint)
    except Malformed as error:
        raise LogFailure(str(error)) from error
    _verify_checkpoint(checkpoint, log)
    if (checkpoint.root, checkpoint.size) != (proof.root, proof.size):
        raise LogFailure(
            f"the checkpoint is of a tree of {checkpoint.size} with another root than the proof's of {proof.size}"
        )


def _verify_checkpoint(checkpoint: Checkpoint, log: TrustedLog) -> None:
    """Check that the log's own key signed the note; witnesses' signatures beside it count for nothing."""
    message = Message.of(checkpoint.signed)
    by_hint = [one for one in checkpoint.signatures if log.log_id.startswith(one.key_hint)]
    if not by_hint:
        raise LogFailure(f"the checkpoint of {checkpoint.origin[:80]!r} is not signed by {log.url}")
    failure: BadSignature | None = None
    for one in by_hint:
        try:
            log.key().verify(one.signature, message)
        except BadSignature as error:
            failure = error
        else:
            return
    raise LogFailure(f"the checkpoint's signature is not by {log.url}: {failure}")
