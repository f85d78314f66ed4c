"""Who else vouches for a signature: steps 3.2 and 3.3, when it was made and that it is on record."""

from prill.signing.log import LogFailure, trusted_log, verify_inclusion, verify_promise
from prill.signing.log_entry import LogEntry
from prill.signing.steps import Step, VerificationError
from prill.signing.trusted_root import TrustedRoot
from prill.signing.verified import LogRecord
from prill.signing.walk import Walk

__all__ = ["hear_witnesses"]


def hear_witnesses(walk: Walk, trust: TrustedRoot, *, keyless: bool, log_optional: bool) -> None:
    """Verify the log entries and time stamps that came along, and that there are those which have to be.

    Everything by somebody trusted has to be right. Time stamps by unknown authorities count for nothing; entries of
    unknown logs are refused unless a log is optional. Raise `VerificationError`.
    """
    for entry in walk.signed.entries:
        if not (log_optional and trust.log(entry.log_id) is None):
            _entry(walk, entry, trust)
    for response in walk.signed.timestamps:
        _timestamp(walk, response, trust)
    origin = walk.signed.origin
    if keyless and not walk.logs and not log_optional:
        raise VerificationError(
            Step.INCLUSION,
            f"no transparency log has it on record ({origin})",
            hint="where an authority's time stamp is enough, --insecure-ignore-tlog says so",
        )
    if keyless and not walk.times:
        raise VerificationError(
            Step.TIME,
            f"nobody trusted says when it was signed: neither a log's promise nor a known authority's time stamp "
            f"({origin})",
        )
    for record in walk.logs:
        with walk.step(Step.INCLUSION) if record.entry.proof else walk.step(Step.TIME):
            _check_in_use(walk, record, trust)


def _entry(walk: Walk, entry: LogEntry, trust: TrustedRoot) -> None:
    by = []
    if entry.promise:
        with walk.step(Step.TIME):  # 3.2: the log's promise, over the canonical entry
            walk.times.append((verify_promise(entry, trust), trusted_log(entry, trust).url))
        by.append("promise")
    if entry.proof is not None:
        with walk.step(Step.INCLUSION):  # 3.3: the inclusion proof, up to the root that the checkpoint signs
            verify_inclusion(entry, entry.proof, trust)
        by.append("inclusion")
    if not by:
        raise VerificationError(
            Step.INCLUSION, f"the log entry comes with neither a promise nor a proof ({walk.signed.origin})"
        )
    log = trusted_log(entry, trust)
    walk.logs.append(LogRecord(log=log.url, index=entry.index, by=tuple(by), entry=entry))


def _timestamp(walk: Walk, response: bytes, trust: TrustedRoot) -> None:
    from prill.signing.timestamp import UnknownAuthority, verify_timestamp  # noqa: PLC0415 - few have one

    try:
        with walk.step(Step.TIME):  # 3.2: an authority's time stamp, over the signature
            walk.times.append((verify_timestamp(response, walk.signed.timestamped, trust), "a timestamp authority"))
    except VerificationError as error:
        if not isinstance(error.__cause__, UnknownAuthority):
            raise


def _check_in_use(walk: Walk, record: LogRecord, trust: TrustedRoot) -> None:
    """Check that the log was in use at a time that somebody names; a log whose promise said the time already was."""
    if walk.times and not any(time in trusted_log(record.entry, trust, time).period for time, _ in walk.times):
        raise LogFailure(f"{record.log} was not in use when it was signed")
