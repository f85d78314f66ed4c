"""Choosing one of the SBOMs that an image has: one that is signed by whom it should be, rather than any other.

Without a verifier nothing is verified, and nothing is said to be. With one, only what is verified is chosen
(`prill.api.attached_verification`).
"""

from collections.abc import Sequence

from prill.api.attached_documents import SBOMS, AttachedDocument, DocumentPlace, DocumentSearch
from prill.api.attached_verification import DocumentVerifier
from prill.api.sboms_inside import sboms_inside
from prill.errors import PrillError
from prill.model import Digest, Gap, Platform
from prill.model.value import dataclass
from prill.oci.image import select_image
from prill.oci.places import open_place
from prill.oci.registry_access import RegistryAccess
from prill.oci.sources import host_platform
from prill.signing.images import ImageVerification
from prill.signing.steps import VerificationError
from prill.signing.verified import Verified

__all__ = ["DownloadedSbom", "Found", "NoSbom", "NotVerified", "SbomRequest", "SeveralSboms", "find_sboms"]

_SHOWN = 5
_BEGINNING = 4096
_MARKS = {"cyclonedx": b'"bomFormat"', "spdx": b'"spdxVersion"', "spdx-3": b'"@context"'}
"""What a document of each format has near its beginning."""
_ORDER = tuple(DocumentPlace)


class NoSbom(PrillError):
    """Nobody put an SBOM beside an image or into it."""


class SeveralSboms(PrillError):
    """There are several SBOMs of parts of an image, and none of the whole."""


class NotVerified(PrillError):
    """No SBOM is signed by whom it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SbomRequest:
    """What is looked for. ``verification`` says whose signature is expected; ``everything`` looks into the image, too.

    ``wanted`` is the place of one SBOM, as `Found` names it; "" chooses the best one.
    """

    image: str
    platform: Platform | None = None
    verification: ImageVerification | None = None
    everything: bool = False
    wanted: str = ""
    access: RegistryAccess | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadedSbom:
    """One SBOM. ``verified`` is the signature that holds; ``refusal`` says why none does, where one was asked for."""

    sbom: AttachedDocument
    verified: Verified | None = None
    refusal: str = ""

    @property
    def state(self) -> str:
        """Return what is known of its signature, in words."""
        if self.verified is not None:
            return f"verified: signed by {self.verified.signer.name}"
        if self.sbom.signed is not None:
            return f"signed, not verified{f': {self.refusal}' if self.refusal else ''}"
        return f"not verified: {self.refusal}" if self.refusal else "not signed by itself"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All SBOMs of an image, the best one first, and what could not be read. ``notes`` are for the person."""

    name: str
    image: Digest
    sboms: tuple[DownloadedSbom, ...]
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    verification: bool = False

    def best(self, wanted: str = "", *, prefer: str = "") -> DownloadedSbom:
        """Return the one to use; raise `NoSbom`, `SeveralSboms` or `NotVerified`.

        Of those that are as good, one is taken that is in the format ``prefer`` already.
        """
        candidates = [one for one in self.sboms if wanted in ("", one.sbom.where)]
        mark = _MARKS.get(prefer.partition("@")[0])
        if mark:
            candidates.sort(key=lambda one: (*_rank(one)[:2], mark not in one.sbom.content[:_BEGINNING]))
        if not candidates:
            raise NoSbom(
                f"{self.name} has no SBOM {wanted!r}"
                if wanted
                else f"nobody put an SBOM beside {self.name} or into it",
                hint="--list shows all there are" if self.sboms else "prill sbom makes one of what is in the image",
            )
        first = candidates[0]
        if self.verification and first.verified is None:
            reasons = "; ".join(f"{one.sbom.where}: {one.refusal}" for one in candidates[:_SHOWN])
            raise NotVerified(f"no SBOM of {self.name} is verified: {reasons}")
        inside = [one for one in candidates if one.sbom.place is DocumentPlace.FILE]
        if first.sbom.place is DocumentPlace.FILE and len(inside) > 1:
            raise SeveralSboms(
                f"{self.name} has {len(inside)} SBOMs as files, such as {inside[0].sbom.where}, each of a part of it",
                hint="--from chooses one; prill sbom makes one of the whole image",
            )
        return first


def find_sboms(request: SbomRequest) -> Found:
    """Find all SBOMs of an image; raise what opening the image raises, or `FetchFailed`."""
    with open_place(request.image, access=request.access) as place:
        image, notes = select_image(place.store, place.target, platform=request.platform, host=host_platform())
        search = DocumentSearch(place.store, image.descriptor.digest, place.target, SBOMS)
        attached = search.run()
        inside: tuple[AttachedDocument, ...] = ()
        gaps = tuple(search.gaps)
        if request.everything or request.wanted.startswith("/") or not attached:
            inside, more = sboms_inside(image)
            gaps += more
        asked, digest = request.verification, image.descriptor.digest
        verifier = DocumentVerifier(place.store, digest, place.target.digest, asked) if asked else None
        found = sorted((_judged(one, verifier) for one in (*attached, *inside)), key=_rank)
    return Found(
        name=place.name,
        image=image.descriptor.digest,
        sboms=tuple(_once(found)),
        gaps=gaps,
        notes=(*place.notes, *notes),
        verification=request.verification is not None,
    )


def _rank(one: DownloadedSbom) -> tuple[bool, int, str]:
    return one.verified is None, _ORDER.index(one.sbom.place), one.sbom.where


def _once(found: Sequence[DownloadedSbom]) -> list[DownloadedSbom]:
    """Leave out what stands in a better place already, byte by byte."""
    return list({one.sbom.content: one for one in reversed(found)}.values())[::-1]


def _judged(sbom: AttachedDocument, verifier: DocumentVerifier | None) -> DownloadedSbom:
    if verifier is None:
        return DownloadedSbom(sbom=sbom)
    try:
        return DownloadedSbom(sbom=sbom, verified=verifier.verify(sbom))
    except VerificationError as error:
        return DownloadedSbom(sbom=sbom, refusal=str(error))
