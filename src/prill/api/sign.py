"""Signing and attesting images: the place is opened once, and what is signed is its digest."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from prill.model import Digest
from prill.model.value import dataclass
from prill.oci.descriptor import Descriptor
from prill.oci.graph import indexed
from prill.oci.media_types import INDEXES
from prill.oci.places import Place, open_place
from prill.oci.registry_access import RegistryAccess
from prill.signing.publish import publish_bundle, publish_legacy
from prill.signing.sign import Witness, sign_attestation, sign_image, sign_image_legacy, statement_json
from prill.signing.signed import Signed
from prill.signing.signer import Signer
from prill.signing.statement import COSIGN_SIGN
from prill.signing.subject import Claim, ClaimKind
from prill.signing.verifier import Verifier

__all__ = ["Made", "SignatureLayout", "SigningRequest", "attest_image", "sign_one"]


class SignatureLayout(StrEnum):
    """How signatures are kept beside an image."""

    BUNDLE = "bundle"
    LEGACY = "legacy"


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningRequest:
    """Who signs, on whose record, in which layout. ``now`` dates the artifact; ``chain`` is PEM for the older layout.

    ``verifier`` checks a signature before anybody sees it.
    """

    signer: Signer
    verifier: Verifier
    witnesses: tuple[Witness, ...] = ()
    layout: SignatureLayout = SignatureLayout.BUNDLE
    chain: bytes = b""
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was signed, and where the signature is: an artifact's digest, or the layer's under the tag."""

    name: str
    subject: Digest
    stored: Digest
    signed: Signed


def sign_one(
    name: str,
    request: SigningRequest,
    *,
    annotations: Sequence[tuple[str, str]] = (),
    recursive: bool = False,
    access: RegistryAccess | None = None,
) -> tuple[Made, ...]:
    """Sign an image, or with ``recursive`` an index and every image in it; raise what opening and storing raise."""
    with open_place(name, access=access, writing=True) as place:
        return tuple(_sign(place, subject, request, annotations) for subject in _subjects(place, recursive=recursive))


def attest_image(
    name: str,
    request: SigningRequest,
    *,
    predicate_type: str,
    predicate: bytes,
    recursive: bool = False,
    access: RegistryAccess | None = None,
) -> tuple[Made, ...]:
    """Attach a signed statement about an image: ``predicate`` is JSON."""
    with open_place(name, access=access, writing=True) as place:
        return tuple(
            _attest(place, subject, request, predicate_type, predicate)
            for subject in _subjects(place, recursive=recursive)
        )


def _subjects(place: Place, *, recursive: bool) -> Iterator[Descriptor]:
    place.writable()  # raises before anything is signed
    yield place.target
    if recursive and place.target.media_type in INDEXES:
        yield from indexed(place.store, place.target)


def _sign(place: Place, subject: Descriptor, request: SigningRequest, annotations: Sequence[tuple[str, str]]) -> Made:
    digest = subject.digest
    if request.layout is SignatureLayout.LEGACY:
        signed = sign_image_legacy(
            digest,
            request.signer,
            reference=place.reference.name if place.reference else place.name,
            annotations=annotations,
            witnesses=request.witnesses,
        )
    else:
        signed = sign_image(digest, request.signer, annotations=annotations, witnesses=request.witnesses)
    return _store(place, subject, signed, request, Claim(kind=ClaimKind.SIGNATURE, digest=digest))


def _attest(place: Place, subject: Descriptor, request: SigningRequest, predicate_type: str, predicate: bytes) -> Made:
    legacy = request.layout is SignatureLayout.LEGACY
    statement = statement_json(
        subject.digest,
        predicate_type=predicate_type,
        predicate=predicate,
        name=place.reference.name if place.reference else "",
        legacy=legacy,
    )
    signed = sign_attestation(statement, request.signer, witnesses=request.witnesses, legacy=legacy)
    claim = Claim(kind=ClaimKind.ATTESTATION, digest=subject.digest, predicate_type=predicate_type)
    return _store(place, subject, signed, request, claim)


def _store(place: Place, subject: Descriptor, signed: Signed, request: SigningRequest, claim: Claim) -> Made:
    """Verify what was made, then put it beside the image: nobody gets to see a signature that does not hold."""
    request.verifier.verify(signed, claim)
    store, kind = place.writable(), claim.predicate_type or COSIGN_SIGN
    if request.layout is SignatureLayout.LEGACY:
        stored = publish_legacy(store, subject.digest, signed, predicate_type=kind, chain=request.chain)
    else:
        stored = publish_bundle(store, subject, signed, predicate_type=kind, now=request.now)
    return Made(name=place.name, subject=subject.digest, stored=stored.digest, signed=signed)
