"""What a signature has to be about: an image's signature, an attestation about an image or a file, or a file itself."""

from enum import StrEnum

from prill.errors import PrillError
from prill.model import Digest
from prill.model.value import dataclass
from prill.signing.dsse import IN_TOTO_PAYLOAD
from prill.signing.signed import Signed, SignedForm

__all__ = ["Claim", "ClaimKind", "Claimed", "OtherSubject", "check_claim"]


class OtherSubject(PrillError):
    """A good signature, about something else."""


class ClaimKind(StrEnum):
    """What is expected to have been signed."""

    SIGNATURE = "signature"
    """An image's signature, in any layout."""
    ATTESTATION = "attestation"
    """A statement about an image or a file."""
    FILE = "file"
    """A file's signature, or a statement about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """``digest`` is the manifest's or the file's; ``predicate_type`` counts for attestations, "" takes any."""

    kind: ClaimKind
    digest: Digest
    predicate_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What was signed: the predicate's type, "" where there is no statement, and the signer's own annotations."""

    predicate_type: str = ""
    annotations: tuple[tuple[str, str], ...] = ()


def check_claim(claim: Claim, signed: Signed) -> Claimed:
    """Check that ``signed`` is about what was expected; raise `OtherSubject` or `Malformed`."""
    if signed.form is SignedForm.LEGACY_SIGNATURE:
        return _simple_signing(claim, signed)
    if signed.envelope is None:  # a signature over the file's or the manifest's own bytes
        if claim.kind is ClaimKind.ATTESTATION:
            raise OtherSubject("it is a signature, not the attestation that is asked for")
        if claim.digest.algorithm != "sha256" or claim.digest.hex != signed.message.sha256.hex():
            raise OtherSubject(f"it is about sha256:{signed.message.sha256.hex()}, not {claim.digest}")
        return Claimed()
    if signed.envelope.payload_type != IN_TOTO_PAYLOAD:
        raise OtherSubject(f"the envelope holds {signed.envelope.payload_type[:120]!r}, not an in-toto statement")
    return _statement(claim, signed)


def _simple_signing(claim: Claim, signed: Signed) -> Claimed:
    from prill.signing.simple_signing import SimpleSigning  # noqa: PLC0415 - one of two forms

    if claim.kind is not ClaimKind.SIGNATURE:
        raise OtherSubject(f"it is an image's signature, not the {claim.kind} that is asked for")
    payload = SimpleSigning.parse(signed.payload)
    if payload.digest != claim.digest:
        raise OtherSubject(f"it is about {payload.digest}, not {claim.digest}")
    return Claimed(annotations=payload.annotations)


def _statement(claim: Claim, signed: Signed) -> Claimed:
    from prill.signing.statement import COSIGN_SIGN, parse_statement, subject_of  # noqa: PLC0415 - one of two forms

    statement = parse_statement(signed.payload)
    subject = subject_of(statement, claim.digest)
    if subject is None:
        names = ", ".join(str(digest) for one in statement.subjects[:4] for digest in one.digests) or "nothing"
        raise OtherSubject(f"the statement is about {names}, not {claim.digest}")
    expected = COSIGN_SIGN if claim.kind is ClaimKind.SIGNATURE else claim.predicate_type
    if expected and statement.predicate_type != expected:
        raise OtherSubject(f"the statement's predicate is a {statement.predicate_type[:160]!r}, not a {expected!r}")
    annotations = tuple((name, value) for name, value in subject.annotations if isinstance(value, str))
    return Claimed(predicate_type=statement.predicate_type, annotations=annotations)
