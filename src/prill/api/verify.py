"""Verifying images: opens each place once, and lets `prill.signing` walk its steps; many images at a time.

An index stands for several images. What is verified is the index itself, as it is what its name leads to; with a
platform it is that platform's image, by a signature of its own or by one of the index, which names it by digest; with
``recursive``, the index and every image in it, and in indexes in it. The answer says which of them was signed.
"""

from collections.abc import Sequence

from prill._io.parallel import run_parallel
from prill.errors import PrillError
from prill.model import Digest, Platform
from prill.model.value import dataclass, field, replace
from prill.oci.descriptor import Descriptor
from prill.oci.graph import indexed
from prill.oci.media_types import INDEXES, MANIFESTS
from prill.oci.places import Place, open_place
from prill.oci.registry_access import RegistryAccess
from prill.oci.registry_sessions import RegistrySessions
from prill.signing.images import ImageVerification, NoSignature, VerifiedSubject, verify_subject
from prill.signing.steps import VerificationError

__all__ = ["ImageAnswer", "SubjectAnswer", "verify_image", "verify_images"]

_WORKERS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectAnswer:
    """What of an image was verified: ``what`` is "the image", "the index", or a platform of the index."""

    what: str
    result: VerifiedSubject


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageAnswer:
    """The answer about one name; ``error`` where the answer is no, or where there is none.

    ``digest`` is None where the name led nowhere. ``notes`` are for the person: a mirror that was read from.
    """

    name: str
    digest: Digest | None = None
    subjects: tuple[SubjectAnswer, ...] = ()
    notes: tuple[str, ...] = ()
    error: PrillError | None = field(default=None, repr=False)


def verify_images(
    names: Sequence[str],
    request: ImageVerification,
    *,
    platform: Platform | None = None,
    recursive: bool = False,
    access: RegistryAccess | None = None,
) -> tuple[ImageAnswer, ...]:
    """Verify several images at once; each answer stands in its name's place, whatever became of the others."""
    with RegistrySessions() as sessions:
        shared = replace(access or RegistryAccess(), sessions=sessions)

        def one(name: str) -> ImageAnswer:
            digest = None
            try:
                with open_place(name, access=shared) as place:
                    digest = place.target.digest
                    return _answer(place, request, platform, recursive=recursive)
            except PrillError as error:
                return ImageAnswer(name=name, digest=digest, error=error)

        return run_parallel(one, names, workers=_WORKERS)


def verify_image(
    name: str,
    request: ImageVerification,
    *,
    platform: Platform | None = None,
    recursive: bool = False,
    access: RegistryAccess | None = None,
) -> ImageAnswer:
    """Verify one image; raise `VerificationError`, or what opening it raises."""
    with open_place(name, access=access) as place:  # 1: the name is resolved once, the manifest hashed by the store
        return _answer(place, request, platform, recursive=recursive)


def _answer(place: Place, request: ImageVerification, platform: Platform | None, *, recursive: bool) -> ImageAnswer:
    subjects = _subjects(place, request, platform, recursive=recursive)
    return ImageAnswer(name=place.name, digest=place.target.digest, subjects=tuple(subjects), notes=place.notes)


def _subjects(
    place: Place, request: ImageVerification, platform: Platform | None, *, recursive: bool
) -> list[SubjectAnswer]:
    target = place.target
    child = _for_platform(place, platform) if platform is not None else target
    if target.media_type not in INDEXES:
        return [SubjectAnswer(what="the image", result=verify_subject(place.store, target.digest, request))]
    if recursive:
        whole = SubjectAnswer(what="the index", result=verify_subject(place.store, target.digest, request))
        return [whole, *(_entry(place, entry, request) for entry in indexed(place.store, target))]
    if platform is not None:
        return [_platform(place, child, platform, request)]
    try:
        return [SubjectAnswer(what="the index", result=verify_subject(place.store, target.digest, request))]
    except NoSignature as error:
        raise _hinted(place, request, error) from error


def _entry(place: Place, entry: Descriptor, request: ImageVerification) -> SubjectAnswer:
    kind = "index" if entry.media_type in INDEXES else "image"
    name = f"for {entry.platform}" if entry.platform else str(entry.digest)
    return SubjectAnswer(what=f"the index's {kind} {name}", result=verify_subject(place.store, entry.digest, request))


def _for_platform(place: Place, platform: Platform) -> Descriptor:
    """Return the platform's image, whose config says that it is; raise `PlatformNotFound` or `PlatformMismatch`."""
    from prill.oci.image import select_image  # noqa: PLC0415 - configs, which few ask for, bring a library along

    image, _ = select_image(place.store, place.target, platform=platform, host=platform)
    return image.descriptor


def _platform(place: Place, child: Descriptor, platform: Platform, request: ImageVerification) -> SubjectAnswer:
    try:
        result = verify_subject(place.store, child.digest, request)
    except VerificationError as error:
        try:
            whole = verify_subject(place.store, place.target.digest, request)
        except NoSignature:
            raise error from None
        return SubjectAnswer(what=f"the index, which has {platform} as {child.digest}", result=whole)
    return SubjectAnswer(what=f"the index's image for {platform}", result=result)


def _hinted(place: Place, request: ImageVerification, error: NoSignature) -> NoSignature:
    """Say so where the index is not signed, but images in it are."""
    signed = []
    for child in indexed(place.store, place.target):
        if child.platform is None or child.media_type not in MANIFESTS:
            continue
        try:
            verify_subject(place.store, child.digest, request)
        except VerificationError:
            continue
        signed.append(str(child.platform))
    if not signed:
        return error
    return NoSignature(
        error.step,
        f"the index is not signed; of its images, {', '.join(signed)} are",
        hint=f"verify one of them: --platform {signed[0]}",
    )
