"""What a transparency log vouches for: its promise to add an entry, and the proof that it did."""

import hashlib

from prill.errors import PrillError
from prill.signing.checkpoint import Checkpoint, NoteSignature
from prill.signing.keys import BadSignature, Message
from prill.signing.log_entry import InclusionProof, LogEntry
from prill.signing.merkle import NotIncluded, root_of_inclusion
from prill.signing.strict_json import Malformed
from prill.signing.trusted_root import TrustedLog, TrustedRoot

__all__ = ["LogFailure", "UnknownLog", "trusted_log", "verify_inclusion", "verify_promise"]


class LogFailure(PrillError):
    """A log did not say what it is said to have said."""


_NUMBERED_ALIKE = frozenset({("hashedrekord", "0.0.2"), ("dsse", "0.0.2")})
"""Kinds of entries of Rekor v2, where a log is one tree: an entry's number and the proof's are the same."""
_ED25519 = b"\x01"
_ED25519_HEAD = bytes.fromhex("302a300506032b6570032100")
"""How an Ed25519 key's SubjectPublicKeyInfo begins, up to its 32 bytes (RFC 8410)."""


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
    if (entry.kind, entry.version) in _NUMBERED_ALIKE and entry.index != proof.index:
        raise LogFailure(f"the entry says that it is number {entry.index}, and the proof is about number {proof.index}")
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
    by_hint = [one for one in checkpoint.signatures if log.log_id.startswith(one.key_hint) and _names(one, log)]
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


def _names(signature: NoteSignature, log: TrustedLog) -> bool:
    """Say whether a line names the log, where the log's id is one of a name and an Ed25519 key (C2SP, signed-note).

    The id of Rekor v1 is the hash of its key alone, and says nothing about names.
    """
    if not log.key_der.startswith(_ED25519_HEAD) or log.log_id == hashlib.sha256(log.key_der).digest():
        return True
    key = log.key_der.removeprefix(_ED25519_HEAD)
    return hashlib.sha256(signature.name.encode() + b"\n" + _ED25519 + key).digest().startswith(signature.key_hint)
