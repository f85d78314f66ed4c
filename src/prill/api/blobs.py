"""Signing and verifying files: the signature is a Sigstore bundle, or older and bare, beside them."""

import mmap
from pathlib import Path

from prill._io.regular import open_regular
from prill.api.signing_services import Signing
from prill.errors import PrillError
from prill.model import Digest
from prill.model.value import dataclass, field, replace
from prill.signing.blob_bundle import is_blob_bundle, read_blob_bundle
from prill.signing.bundle import Bundle
from prill.signing.conditions import Conditions
from prill.signing.keys import Message
from prill.signing.sign import bundle_of, sign_attestation, sign_file, statement_json
from prill.signing.signed import Signed, SignedForm
from prill.signing.statement import parse_statement
from prill.signing.steps import Step, VerificationError
from prill.signing.strict_json import Malformed, from_base64, parse_json
from prill.signing.subject import Claim, ClaimKind
from prill.signing.verified import Verified
from prill.signing.verifier import Verifier

__all__ = ["FileTooLarge", "SignedFile", "read_message", "sign_blob", "verify_blob"]

_MAX_SIGNED = 1 << 30
_IN_MEMORY = 64 << 20


class FileTooLarge(PrillError):
    """A file is larger than can be signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFile:
    """A file's signature: ``bundle`` is the whole of it, ``signature`` the bare bytes."""

    digest: Digest
    bundle: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def sign_blob(
    path: Path, signing: Signing, *, in_toto: bool = False, predicate: tuple[str, bytes] | None = None
) -> SignedFile:
    """Sign a file, and verify the signature; raise `FileTooLarge`, `OSError`, or what signing raises.

    With ``in_toto`` the file is a statement, which is signed in an envelope, for the files that it is about; raise
    `Malformed` where it is none. With a ``predicate``, its type and its JSON, that is stated about the file.
    """
    with open_regular(path) as stream:
        data = stream.read(_MAX_SIGNED + 1)
    if len(data) > _MAX_SIGNED:
        raise FileTooLarge(f"{str(path)!r} has more than {_MAX_SIGNED} bytes", hint="sign a list of digests instead")
    digest = Digest.of(data)
    if in_toto:
        about = _first_subject(data)
        signed = sign_attestation(data, signing.signer, witnesses=signing.witnesses)
    elif predicate is not None:
        about = digest
        statement = statement_json(digest, predicate_type=predicate[0], predicate=predicate[1], name=path.name)
        signed = sign_attestation(statement, signing.signer, witnesses=signing.witnesses)
    else:
        about = digest
        signed = sign_file(data, signing.signer, witnesses=signing.witnesses)
    signing.verifier.verify(signed, Claim(kind=ClaimKind.FILE, digest=about))
    return SignedFile(digest=digest, bundle=bundle_of(signed).encode(), signature=signed.signature)


def verify_blob(
    message: Message,
    evidence: bytes,
    verifier: Verifier,
    *,
    conditions: Conditions | None = None,
    predicate_type: str | None = None,
    now: int,
    bare: bool = False,
) -> Verified:
    """Verify what ``evidence`` says about a file: a bundle, or if ``bare`` a signature in base64.

    A bundle is Sigstore's, or of cosign 2's form. It holds a signature over the file, or a statement of which the file
    is a subject; with a ``predicate_type`` it has to be such a statement, of any type if that is "". Raise
    `VerificationError`.
    """
    conditions = conditions or Conditions()
    try:
        signed = _bare(message, evidence) if bare else _bundled(message, evidence)
    except Malformed as error:
        raise VerificationError(Step.FORM, str(error), hint=error.hint) from error
    kind = ClaimKind.FILE if predicate_type is None else ClaimKind.ATTESTATION
    claim = Claim(kind=kind, digest=_digest_in(signed, message), predicate_type=predicate_type or "")
    verified = verifier.verify(signed, claim)
    steps = conditions.check_one(verified, now)
    conditions.check_all([verified])
    return replace(verified, steps=(*verified.steps, *steps))


def read_message(path: Path) -> Message:
    """Read a file; a large one stays where it is, and is mapped into memory. Raise `OSError`."""
    with open_regular(path) as stream:
        data = stream.read(_IN_MEMORY + 1)
        if len(data) <= _IN_MEMORY:
            return Message.of(data)
        del data
        return Message.of(memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)))


def _first_subject(statement: bytes) -> Digest:
    """Return what a statement is about first; raise `Malformed`."""
    found = next((digest for one in parse_statement(statement).subjects for digest in one.digests), None)
    if found is None:
        raise Malformed("the statement's subjects have no digest that is known")
    return found


def _digest_in(signed: Signed, message: Message) -> Digest:
    """Return the file's digest by which a statement may know it: its SHA-512 where the subjects have nothing else.

    npm's provenance has.
    """
    usual = Digest("sha256", message.sha256.hex())
    if signed.envelope is None or message.data is None:
        return usual
    try:
        algorithms = {digest.algorithm for one in parse_statement(signed.payload).subjects for digest in one.digests}
    except Malformed:  # which the step that is about it says
        return usual
    return Digest.of(message.data, "sha512") if algorithms == {"sha512"} else usual


def _bundled(message: Message, evidence: bytes) -> Signed:
    fields = parse_json(evidence, "the bundle")
    if is_blob_bundle(fields):
        return read_blob_bundle(fields, message)
    return Bundle.of(fields).signed("the bundle", message)


def _bare(message: Message, evidence: bytes) -> Signed:
    text = evidence.decode("ascii", "replace").strip()
    return Signed(
        origin="the signature",
        form=SignedForm.BARE,
        message=message,
        signature=from_base64(text, "the signature"),
    )
