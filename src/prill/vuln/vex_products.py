"""Whether a statement's product is what was found: a package by its purl, an image by digest or name, or a part."""

from collections.abc import Sequence
from functools import lru_cache

from prill.model import Distro, ImageReference, InvalidReference, Package, Subject
from prill.model.purl import InvalidPurl, Purl
from prill.model.value import dataclass
from prill.model.vex import VexProduct
from prill.model.vulnerability_match import VulnerabilityMatch

__all__ = ["ScannedImage", "is_package", "product_concerns"]


@dataclass(frozen=True, slots=True)
class ScannedImage:
    """What statements may be about."""

    subject: Subject
    packages: Sequence[Package]
    distro: Distro | None


def product_concerns(product: VexProduct, match: VulnerabilityMatch, image: ScannedImage) -> bool:
    """Return whether what is said about a product is about a match's package."""
    if product.release and not _is_release(product.release, image.distro):
        return False
    if product.parts and not any(is_package(part, match.package.purl) for part in product.parts):
        return False
    if _is_image(product.id, image.subject):
        return True
    if is_package(product.id, match.package.purl):  # the part itself, where a product is said to be its own
        return True
    return bool(product.parts) and any(
        _holds(one, match.package) for one in image.packages if is_package(product.id, one.purl)
    )


def _is_release(release: str, distro: Distro | None) -> bool:
    """Return whether a distribution is of a release: ``rhel-9`` is ``rhel-9.4``, too."""
    name = f"{distro.id}-{distro.version}" if distro else ""
    return name == release or name.startswith(f"{release}.")


def _holds(whole: Package, part: Package) -> bool:
    """Return whether every place of ``part`` is one of ``whole``, as the modules of a Go program are in its file."""
    return bool(part.locations) and set(part.locations) <= set(whole.locations)


def _is_image(id_: str, subject: Subject) -> bool:
    """Return whether an id names the image: by its digest, alone, in a purl or in a reference, or by its very name."""
    digest = str(subject.digest or "")
    if digest and id_ == digest:
        return True
    if digest and (id_.endswith(f"@{digest}") or f"@{digest.replace(':', '%3A')}" in id_ or f"@{digest}?" in id_):
        return True
    if bool(id_) and id_ in (subject.name, subject.purl):
        return True
    if subject.purl and is_package(id_, subject.purl) and _names_one(id_):
        return True
    return id_.startswith("pkg:oci/") and _is_repository(id_, subject)


def _names_one(id_: str) -> bool:
    """Return whether a purl is about one thing: the last part of an image's name alone is that of many."""
    purl = _parsed(id_)
    return purl is not None and (purl.type != "oci" or "repository_url" in dict(purl.qualifiers))


def _is_repository(id_: str, subject: Subject) -> bool:
    """Return whether a purl without a digest names the image's repository in full, and what else it says agrees."""
    purl, host = _parsed(id_), subject.name.partition("/")[0]
    if purl is None or purl.version or not ("." in host or ":" in host):  # a path may look like a name without a host
        return False
    said = dict(purl.qualifiers)
    wanted, there = _reference(said.get("repository_url", "")), _reference(subject.name)
    if wanted is None or there is None or (wanted.registry, wanted.repository) != (there.registry, there.repository):
        return False
    if purl.name.lower() != there.repository.rpartition("/")[2]:  # of two images, nobody knows which is meant
        return False
    architecture = subject.platform.architecture if subject.platform else ""
    return said.get("tag", there.tag) == there.tag and said.get("arch", architecture) == architecture


@lru_cache(maxsize=1000)
def _reference(text: str) -> ImageReference | None:
    try:
        return ImageReference.parse(text)
    except InvalidReference:
        return None


def is_package(id_: str, purl: str) -> bool:
    """Return whether a purl names a package: type and name, and the rest of it as far as it has it."""
    if id_ == purl:
        return True
    wanted, there = _parsed(id_), _parsed(purl)
    if wanted is None or there is None:
        return False
    return (
        (wanted.type, wanted.namespace, wanted.name) == (there.type, there.namespace, there.name)
        and wanted.version in ("", there.version)
        and wanted.subpath in ("", there.subpath)
        and set(wanted.qualifiers) <= set(there.qualifiers)
    )


@lru_cache(maxsize=50_000)
def _parsed(text: str) -> Purl | None:
    """Return a purl; a vendor's statements name the same thousands of products about each vulnerability."""
    try:
        return Purl.parse(text)
    except InvalidPurl:
        return None
