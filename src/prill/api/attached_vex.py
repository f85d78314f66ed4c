"""VEX that somebody attached to an image: whose word counts, and what others say, which does not.

A statement takes a finding out of the count. Whoever can write to a repository can attach one, so only what is signed
by whom the person named dismisses anything; the rest is told, and counts for nothing.
"""

from collections.abc import Iterator

from prill._io.fetch_errors import FetchFailed
from prill.api.attached_documents import AttachedDocument, DocumentKind, DocumentSearch
from prill.api.attached_verification import DocumentVerifier
from prill.api.open_options import OpenOptions
from prill.formats.vex_documents import MAX_VEX, InvalidVex, read_vex
from prill.model import Digest, Gap
from prill.model.value import dataclass, field, replace
from prill.model.vex import VexProduct, VexStatement
from prill.oci.image import select_image
from prill.oci.places import open_place
from prill.oci.sources import host_platform
from prill.signing.images import ImageVerification
from prill.signing.steps import VerificationError

__all__ = ["AttachedVex", "find_vex"]

_KIND = DocumentKind(
    name="VEX",
    predicates=("https://openvex.dev/ns", "https://cyclonedx.org/", "https://docs.oasis-open.org/csaf/"),
    words=("vex", "csaf", "cyclonedx"),
    max_bytes=MAX_VEX,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedVex:
    """The statements about one image, by whether they are ``verified``; ``refusals`` say why the others are not."""

    image: Digest | None = None
    verified: tuple[VexStatement, ...] = ()
    unverified: tuple[VexStatement, ...] = ()
    refusals: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = field(default=())


def find_vex(text: str, opening: OpenOptions, verification: ImageVerification | None) -> AttachedVex:
    """Return what is stated beside the image that ``text`` names; a place that does not answer is a gap.

    Raise what opening the image raises.
    """
    with open_place(text, access=opening.access) as place:
        image, _ = select_image(place.store, place.target, platform=opening.platform, host=host_platform())
        digest, target = image.descriptor.digest, place.target.digest
        search = DocumentSearch(place.store, digest, place.target, _KIND)
        verifier = DocumentVerifier(place.store, digest, target, verification) if verification else None
        gaps: list[Gap] = []
        verified: list[VexStatement] = []
        unverified: list[VexStatement] = []
        refusals: dict[str, None] = {}
        try:
            for document in search.run():
                try:
                    statements = tuple(_about(image=digest, index=target, statements=_statements(document)))
                except InvalidVex as error:
                    gaps.append(Gap(document.where, str(error)))
                    continue
                if not statements:  # a CycloneDX document may be an SBOM alone
                    continue
                signer = _signer(document, verifier)
                if isinstance(signer, VerificationError):
                    refusals[f"{document.where}: {signer}"] = None
                if isinstance(signer, str):
                    verified += (replace(one, source=f"{one.source}, signed by {signer}") for one in statements)
                else:
                    unverified += statements
        except FetchFailed as error:
            gaps.append(Gap(place.name, f"its attestations could not be asked for: {error}"))
    return AttachedVex(
        image=digest,
        verified=tuple(dict.fromkeys(verified)),
        unverified=tuple(dict.fromkeys(unverified)),
        refusals=tuple(refusals),
        gaps=(*search.gaps, *gaps),
    )


def _signer(document: AttachedDocument, verifier: DocumentVerifier | None) -> str | VerificationError | None:
    """Return who signed a document; why nobody did that was named; or None, where nobody was named."""
    if verifier is None:
        return None
    try:
        return verifier.verify(document).signer.name
    except VerificationError as error:
        return error


def _statements(document: AttachedDocument) -> tuple[VexStatement, ...]:
    return read_vex(document.content, f"{document.place}, {document.where}")


def _about(*, image: Digest, index: Digest, statements: tuple[VexStatement, ...]) -> Iterator[VexStatement]:
    """Yield statements about the image: what names the index that the image stands in is about the image, too."""
    for one in statements:
        products = tuple(_renamed(product, index, image) for product in one.products)
        yield replace(one, products=products)


def _renamed(product: VexProduct, index: Digest, image: Digest) -> VexProduct:
    for spelled in (str(index), str(index).replace(":", "%3A")):
        if spelled in product.id:
            return replace(product, id=str(image))
    return product
