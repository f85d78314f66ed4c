"""Verifying one signature: the steps 3.1 to 4 of `prill.signing.steps`, in that order, in code with their numbers.

What comes out is a `Verified`, or nothing: whatever is wrong raises a `VerificationError` that names the step. Nothing
here reads a file, a clock or the network.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from prill.model.value import dataclass
from prill.signing.keys import BadSignature, PublicKey
from prill.signing.signed import Signed
from prill.signing.steps import Step, VerificationError
from prill.signing.subject import Claim, check_claim
from prill.signing.verified import Signer, Verified
from prill.signing.walk import Walk

if TYPE_CHECKING:
    from prill.signing.certificate import SigningCertificate
    from prill.signing.identity import IdentityRule
    from prill.signing.trusted_root import TrustedRoot

__all__ = ["Verifier"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """Whom to believe. ``rule`` is the signer: a key, one of several keys, or an identity with its issuer.

    ``trust`` may be a function that reads the trusted root when it is first needed, which for keys it often never is.

    A key needs no log: its owner's word is enough, and an entry that comes along is verified all the same. With an
    identity a log's entry is demanded, as the certificate's key lived for minutes. ``log_optional`` lets an entry be
    missing, or be of a log that is not trusted; the time then has to come from an authority. ``sct_optional`` lets the
    same be of certificate transparency, for an instance without such a log.
    """

    trust: "TrustedRoot | Callable[[], TrustedRoot]"
    rule: "PublicKey | tuple[PublicKey, ...] | IdentityRule"
    log_optional: bool = False
    sct_optional: bool = False

    def verify(self, signed: Signed, claim: Claim) -> Verified:
        """Verify ``signed`` and that it claims what is expected; raise `VerificationError`."""
        walk = Walk(signed, steps=[Step.FORM])  # 3.1: what is no signature's form never became a `Signed`
        certificate = self._certificate(walk)
        keys = (certificate.key,) if certificate else self._may_sign(signed)
        self._witnesses(walk)
        if certificate is not None:
            self._check_certificate(walk, certificate)
        with walk.step(Step.SIGNATURE):  # 3.7: the signature is over the payload's own bytes, or the envelope's PAE
            key = _signed_by(keys, signed)
        for record in walk.logs:
            from prill.signing.entry_body import check_entry  # noqa: PLC0415 - a key's signature often has none

            with walk.step(Step.ENTRY):  # 3.8: the log recorded this payload, this signature and this key
                check_entry(record.entry, signed, certificate.der if certificate else key.der)
        with walk.step(Step.CONTENT):  # 3.9: what was signed is about the image, and of the expected type
            statement = check_claim(claim, signed)
        signer = self._signer(walk, certificate, key)
        time, time_by = min(walk.times, default=(None, ""))
        return Verified(
            subject=claim.digest,
            signer=signer,
            form=signed.form,
            origin=signed.origin,
            payload=signed.payload,
            signature=signed.signature,
            predicate_type=statement.predicate_type,
            annotations=statement.annotations,
            time=time,
            time_by=time_by,
            logs=tuple(walk.logs),
            steps=tuple(sorted(walk.steps, key=lambda step: step.value)),
        )

    def _certificate(self, walk: Walk) -> "SigningCertificate | None":
        """Return the certificate where an identity is expected; refuse what the rule cannot be about."""
        signed = walk.signed
        if self._keys:
            return None
        if not signed.certificate:
            raise VerificationError(
                Step.FORM,
                f"it was made with a key, not by an identity ({signed.origin})",
                hint="verify it with --key",
            )
        from prill.signing.certificate import SigningCertificate  # noqa: PLC0415 - keys need no certificates

        with walk.step(Step.FORM):  # 3.1: the certificate can be read, and names one signer
            return SigningCertificate.parse(signed.certificate)

    @property
    def _keys(self) -> tuple[PublicKey, ...]:
        """Return the keys that are expected; none where an identity is."""
        if isinstance(self.rule, PublicKey):
            return (self.rule,)
        return self.rule if isinstance(self.rule, tuple) else ()

    def _may_sign(self, signed: Signed) -> tuple[PublicKey, ...]:
        if signed.certificate:
            raise VerificationError(
                Step.IDENTITY,
                f"it was made with a certificate, not with the key ({signed.origin})",
                hint="verify it with --identity and --issuer",
            )
        return self._keys

    def _witnesses(self, walk: Walk) -> None:
        """Ask logs and timestamp authorities when it was signed, and that it is on record: 3.2 and 3.3."""
        keyless = not self._keys
        if keyless or walk.signed.entries or walk.signed.timestamps:
            from prill.signing.witnesses import hear_witnesses  # noqa: PLC0415 - a key's signature often has none

            hear_witnesses(walk, self._trusted(), keyless=keyless, log_optional=self.log_optional)

    def _trusted(self) -> "TrustedRoot":
        return self.trust() if callable(self.trust) else self.trust

    def _check_certificate(self, walk: Walk, certificate: "SigningCertificate") -> None:
        from prill.signing.certificate import verify_chain  # noqa: PLC0415 - keys need no certificates
        from prill.signing.sct import verify_sct  # noqa: PLC0415

        trust = self._trusted()
        with walk.step(Step.CHAIN):  # 3.4: up to a trusted root, valid at each time that somebody trusted names
            *_, issuer = [verify_chain(certificate.x509, trust.authorities, time) for time, _ in walk.times]
        with walk.step(Step.SCT):  # 3.5: a certificate transparency log promised to list it
            listed = verify_sct(certificate.x509, issuer, trust, optional=self.sct_optional)
        if not listed:
            walk.steps.remove(Step.SCT)
        with walk.step(Step.PURPOSE):  # 3.6: it is one for signing code
            certificate.check_purpose()

    def _signer(self, walk: Walk, certificate: "SigningCertificate | None", key: PublicKey) -> Signer:
        """4: the signer is the expected one. A key was, by 3.7; an identity is compared together with its issuer."""
        if certificate is None or isinstance(self.rule, PublicKey | tuple):
            walk.steps.append(Step.IDENTITY)
            return Signer(key=key.fingerprint)
        rule = self.rule
        if not rule.identity.matches(certificate.identity) or not rule.issuer.matches(certificate.issuer):
            raise VerificationError(
                Step.IDENTITY,
                f"signed by {certificate.identity!r}, vouched for by {certificate.issuer!r}; "
                f"expected {str(rule.identity)!r}, vouched for by {str(rule.issuer)!r} ({walk.signed.origin})",
                hint="if you trust that signer, name it with --identity and --issuer",
            )
        walk.steps.append(Step.IDENTITY)
        return Signer(identity=certificate.identity, issuer=certificate.issuer, claims=certificate.claims)


def _signed_by(keys: tuple[PublicKey, ...], signed: Signed) -> PublicKey:
    """Return the first of ``keys`` that made the signature; raise `BadSignature` where none did."""
    for key in keys:
        try:
            key.verify(signed.signature, signed.message)
        except BadSignature:
            if len(keys) == 1:
                raise
        else:
            return key
    raise BadSignature(f"not signed by any of {len(keys)} keys: {', '.join(key.fingerprint for key in keys)}")
