"""Verifying an image: what is beside it is collected, and each signature goes through the steps.

1. The digest is the manifest's, hashed from its bytes by whoever opened the place; no tag is looked at again.
2. Signatures are collected in all layouts, within limits.
3. and 4. `Verifier` walks each one; of those that fail, the reason is kept.
5. `Conditions` are checked of each, then of all.
"""

from collections.abc import Sequence

from prill.model import Digest, Gap
from prill.model.value import dataclass, field, replace
from prill.oci.store import ImageSource
from prill.oci.tags import cosign_tag
from prill.signing.conditions import Conditions
from prill.signing.cosign import Collected, CollectLimits, collect
from prill.signing.signed import Signed, SignedForm
from prill.signing.statement import COSIGN_SIGN, parse_statement
from prill.signing.steps import Step, VerificationError
from prill.signing.strict_json import Malformed
from prill.signing.subject import Claim, ClaimKind
from prill.signing.verified import Verified
from prill.signing.verifier import Verifier

__all__ = ["ImageVerification", "NoSignature", "VerifiedSubject", "verify_subject"]

_SHOWN = 5
_TYPES = 20


class NoSignature(VerificationError):
    """There is nothing to verify: no signature, or no attestation of the type, lies beside an image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageVerification:
    """What is asked: by whom, of which kind, under which conditions; ``now`` is the current second."""

    verifier: Verifier
    kind: ClaimKind = ClaimKind.SIGNATURE
    predicate_type: str = ""
    conditions: Conditions = field(default_factory=Conditions)
    limits: CollectLimits = field(default_factory=CollectLimits)
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedSubject:
    """A digest with the signatures that hold, and why others do not count; ``gaps`` could not be read at all."""

    subject: Digest
    kind: ClaimKind
    verified: tuple[Verified, ...]
    failed: tuple[VerificationError, ...] = ()
    gaps: tuple[Gap, ...] = ()


def verify_subject(store: ImageSource, subject: Digest, request: ImageVerification) -> VerifiedSubject:
    """Verify what lies beside ``subject``; raise `VerificationError` unless as much of it holds as was asked for."""
    attestations = request.kind is ClaimKind.ATTESTATION
    collected = collect(  # 2
        store,
        subject,
        attestations=attestations,
        predicate_type=request.predicate_type if attestations else "",
        limits=request.limits,
    )
    candidates = [one for one in collected.signatures if _is_candidate(one, request)]
    if not candidates:
        raise _nothing(store, collected, request)
    verified, failed = [], []
    claim = Claim(kind=request.kind, digest=subject, predicate_type=request.predicate_type)
    for signed in candidates:
        try:
            one = request.verifier.verify(signed, claim)  # 3, 4
            steps = request.conditions.check_one(one, request.now)  # 5
        except VerificationError as error:
            failed.append(error)
        else:
            verified.append(replace(one, steps=(Step.RESOLVE, Step.COLLECT, *one.steps, *steps)))
    if not verified:
        raise _with_gaps(_summary(failed), collected.gaps)
    try:
        request.conditions.check_all(verified)
    except VerificationError as error:
        raise _with_gaps(error, collected.gaps) from error
    return VerifiedSubject(
        subject=subject, kind=request.kind, verified=tuple(verified), failed=tuple(failed), gaps=collected.gaps
    )


def _is_candidate(signed: Signed, request: ImageVerification) -> bool:
    """Tell signatures from attestations, and attestations by type, before anything is verified.

    What cannot be read stays a candidate, so that the verification says what is wrong with it.
    """
    if signed.form is SignedForm.LEGACY_SIGNATURE or signed.envelope is None:
        return request.kind is ClaimKind.SIGNATURE
    try:
        seen = parse_statement(signed.payload).predicate_type
    except Malformed:
        return True
    if request.kind is ClaimKind.SIGNATURE:
        return seen == COSIGN_SIGN
    return seen != COSIGN_SIGN and request.predicate_type in ("", seen)


def _nothing(store: ImageSource, collected: Collected, request: ImageVerification) -> NoSignature:
    subject, gaps = collected.subject, collected.gaps
    if gaps:
        return NoSignature(Step.COLLECT, f"no {request.kind} of {subject} can be read: {_reasons(gaps)}")
    if request.kind is ClaimKind.ATTESTATION and collected.signatures:
        found = sorted({_type_of(one) for one in collected.signatures} - {COSIGN_SIGN})
        types = [one if one.isprintable() else repr(one) for one in found[:_TYPES]] or ["none"]
        return NoSignature(
            Step.COLLECT,
            f"{subject} has no attestation of the type {request.predicate_type!r}",
            hint=f"it has: {', '.join(types)}; choose with --type",
        )
    attested = collected.signatures or store.find(cosign_tag(subject, "att")) is not None
    also = ", but there are attestations, which prill verify-attestation verifies" if attested else ""
    return NoSignature(
        Step.COLLECT,
        f"there is no {request.kind} of {subject}{also}",
        hint="a mirror may have left signatures behind: prill copy --with-referrers takes them along",
    )


def _type_of(signed: Signed) -> str:
    try:
        return parse_statement(signed.payload).predicate_type
    except Malformed:
        return "unreadable"


def _summary(failed: Sequence[VerificationError]) -> VerificationError:
    """Return one error for all: of a single signature its own, of several the one that came furthest, first."""
    if len(failed) == 1:
        return failed[0]
    order = sorted(failed, key=lambda error: error.step.value, reverse=True)
    reasons = "; ".join(f"step {error.step.value}: {error.reason}" for error in order[:_SHOWN])
    more = f"; and {len(order) - _SHOWN} more" if len(order) > _SHOWN else ""
    return VerificationError(
        order[0].step, f"none of {len(order)} signatures holds: {reasons}{more}", hint=order[0].hint
    )


def _with_gaps(error: VerificationError, gaps: Sequence[Gap]) -> VerificationError:
    """Return the error with what was not read, which might have changed the answer."""
    if not gaps:
        return error
    return VerificationError(error.step, f"{error.reason}; not counted: {_reasons(gaps)}", hint=error.hint)


def _reasons(gaps: Sequence[Gap]) -> str:
    more = f"; and {len(gaps) - _SHOWN} more" if len(gaps) > _SHOWN else ""
    return "; ".join(f"{gap.subject}: {gap.reason}" for gap in gaps[:_SHOWN]) + more
