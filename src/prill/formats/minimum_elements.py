"""Which of the elements that public rules demand an SBOM does not have.

NTIA: "The Minimum Elements For a Software Bill of Materials" (2021), the data fields. BSI: TR-03183-2, version 2.1.0,
the formats and the required data fields. A package that says nothing is named; nothing is guessed for it.
"""

import re
from collections.abc import Callable, Iterable
from functools import partial

from prill.formats._package_facts import facts_of
from prill.formats.said_elsewhere import Keys, SaidElsewhere
from prill.model import DebDetails, Package, RelationshipKind, Sbom
from prill.model.value import dataclass

__all__ = ["STANDARDS", "Missing", "missing_elements"]

_CONTACT = re.compile(r"[^\s@]+@[^\s@]+|https?://\S+")
_BSI_FORMATS = ("CycloneDX 1.6", "CycloneDX 1.7", "SPDX 3.0")
_BSI_PROPERTIES = ("executable", "archive", "structured")


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """An element that is missing: of the whole document, or of ``packages``, which are purls or names."""

    standard: str
    element: str
    packages: tuple[str, ...] = ()


STANDARDS = {"ntia": "NTIA minimum elements", "bsi": "BSI TR-03183-2"}


def missing_elements(sbom: Sbom, *, standard: str, document: str, elsewhere: SaidElsewhere) -> tuple[Missing, ...]:
    """Return what ``standard`` (a key of `STANDARDS`) misses in ``sbom``; ``document`` is its format and version.

    ``elsewhere`` is what the document says beside that.
    """
    whole = _ntia_document(sbom) if standard == "ntia" else _bsi_document(sbom, document)
    checks = _ntia_packages(sbom, elsewhere) if standard == "ntia" else _bsi_packages(sbom, elsewhere)
    found = [Missing(standard=standard, element=element) for element, there in whole if not there]
    for element, has in checks:
        if lacking := [package.purl or package.name for package in sbom.packages if not has(package)]:
            found.append(Missing(standard=standard, element=element, packages=tuple(lacking)))
    return tuple(found)


Checks = Iterable[tuple[str, Callable[[Package], bool]]]


def _ntia_document(sbom: Sbom) -> Iterable[tuple[str, bool]]:
    yield "author of the SBOM", bool(sbom.creators)
    yield "timestamp", bool(sbom.created)
    yield "dependency relationships", _has_dependencies(sbom)


def _ntia_packages(sbom: Sbom, elsewhere: SaidElsewhere) -> Checks:
    yield (
        "supplier name",
        lambda package: bool(facts_of(package, sbom.distro).supplier) or _among(package, elsewhere.made),
    )
    yield "component name", lambda package: bool(package.name)
    yield "component version", lambda package: bool(package.version)
    yield (
        "unique identifier",
        lambda package: package.purl.startswith("pkg:") or _among(package, elsewhere.identified),
    )


def _bsi_document(sbom: Sbom, document: str) -> Iterable[tuple[str, bool]]:
    yield f"one of the formats {', '.join(_BSI_FORMATS)}", document.startswith(_BSI_FORMATS)
    yield "email or URL of the SBOM's creator", any(_CONTACT.search(one) for one in sbom.creators)
    yield "timestamp", bool(sbom.created)
    yield "dependencies", _has_dependencies(sbom)


def _bsi_packages(sbom: Sbom, elsewhere: SaidElsewhere) -> Checks:
    yield "component name", lambda package: bool(package.name)
    yield "component version", lambda package: bool(package.version)
    yield (
        "email or URL of the component's creator",
        lambda package: _contact(package, sbom) or _among(package, elsewhere.reachable),
    )
    yield "file name", lambda package: bool(_property(package, "filename") or _filename(package))
    yield "licence", lambda package: bool(package.licenses)
    yield (
        "SHA-512 of the deployed file",
        lambda package: (
            (package.details.digest is not None and package.details.digest.algorithm == "sha512")
            or _among(package, elsewhere.hashed)
        ),
    )
    for name in _BSI_PROPERTIES:
        yield f"{name} property", partial(_has_property, name=name)


def _among(package: Package, keys: Keys) -> bool:
    """Tell whether a package is among ``keys``, where its version may stand in the package URL alone."""
    return (package.name, package.version) in keys or (package.name, "") in keys


def _has_property(package: Package, name: str) -> bool:
    return bool(_property(package, name))


def _has_dependencies(sbom: Sbom) -> bool:
    stated = any(one.kind is not RelationshipKind.OWNED_BY for one in sbom.relationships)
    return stated or len(sbom.packages) < 2  # noqa: PLR2004 - one alone depends on nothing


def _contact(package: Package, sbom: Sbom) -> bool:
    facts = facts_of(package, sbom.distro)
    return any(_CONTACT.search(text) for text in (facts.maintainer, facts.supplier, facts.homepage))


def _filename(package: Package) -> str:
    return package.details.filename if isinstance(package.details, DebDetails) else ""


def _property(package: Package, name: str) -> str:
    return next((value for key, value in package.properties if key == f"bsi:component:{name}"), "")
