"""Whose word an attached document is: the signature that holds for it, wherever the document is kept.

- An attestation is verified by its own signature; its statement names the image or the index by digest.
- An artifact that holds a document is verified by a signature about that artifact, whose subject is the image. One that
  only a tag says to be about the image, as cosign's ``.sbom``, is verified by nothing: whoever may write tags could put
  another image's there, with its good signature.
- What is in the image, or in its index, is verified by a signature about the image, or the index.
"""

from prill.api.attached_documents import AttachedDocument, DocumentPlace
from prill.model import Digest
from prill.model.value import replace
from prill.oci.store import ImageSource
from prill.signing.images import ImageVerification, verify_subject
from prill.signing.steps import Step, VerificationError
from prill.signing.subject import Claim, ClaimKind
from prill.signing.verified import Verified

__all__ = ["DocumentVerifier"]


class DocumentVerifier:
    """Verifies what is attached to one image, which may stand in an index; what is the same thing, once."""

    def __init__(self, store: ImageSource, image: Digest, target: Digest, verification: ImageVerification) -> None:
        self._store = store
        self._image = image
        self._target = target
        self._verification = verification
        self._known: dict[Digest, Verified | VerificationError] = {}

    def verify(self, document: AttachedDocument) -> Verified:
        """Return the signature that holds for a document; raise `VerificationError`."""
        if document.signed is not None:
            kind = ClaimKind.ATTESTATION
            claim = Claim(kind=kind, digest=document.subject, predicate_type=document.predicate_type)
            verified = self._verification.verifier.verify(document.signed, claim)
            self._verification.conditions.check_one(verified, self._verification.now)
            self._verification.conditions.check_all([verified])
            return verified
        if document.place in (DocumentPlace.FILE, DocumentPlace.BUILDKIT):
            inside = [] if document.place is DocumentPlace.BUILDKIT else [self._image]
            return self._first_of(self._target, *inside)
        if document.artifact is None:
            raise VerificationError(
                Step.CONTENT,
                f"nothing that could be signed says that it is about {document.subject}: a tag does, and may be moved",
                hint="attest it: prill attest --type spdxjson",
            )
        return self._first_of(document.artifact)

    def _first_of(self, *digests: Digest) -> Verified:
        """Return the first signature about one of the digests that holds; raise the first reason why none does."""
        refusals: list[VerificationError] = []
        for digest in digests:
            if digest not in self._known:
                self._known[digest] = self._signature(digest)
            known = self._known[digest]
            if isinstance(known, Verified):
                return known
            refusals.append(known)
        raise refusals[0]

    def _signature(self, digest: Digest) -> Verified | VerificationError:
        request = replace(self._verification, kind=ClaimKind.SIGNATURE, predicate_type="")
        try:
            return verify_subject(self._store, digest, request).verified[0]
        except VerificationError as error:
            return error
