"""From a tree to an SBOM: read, conclude, say what belongs to what."""

from collections.abc import Iterable, Sequence
from operator import attrgetter

from prill.errors import PrillError
from prill.model import Gap, Ownership, Sbom, Subject
from prill.model.value import replace
from prill.oci.evidence import ScanTree
from prill.oci.gather import Gathered, gather
from prill.sbom.cataloger import AnyCataloger, Catalogued, Surroundings
from prill.sbom.catalogers import BUILTIN
from prill.sbom.merge import merge_packages
from prill.sbom.os_release import find_distro
from prill.sbom.ownership import SYSTEM_PURLS, owners_of_paths, relate

__all__ = ["run", "run_owned"]

_SHOWN = 400
_BY_ENDS = attrgetter("purl", "other", "kind")  # as relationships compare, in fewer steps


def run(
    tree: ScanTree,
    subject: Subject,
    *,
    created: int = 0,
    catalogers: Sequence[AnyCataloger] = BUILTIN,
    gathered: Gathered | None = None,
) -> Sbom:
    """Return what ``catalogers`` find in ``tree``; a cataloger that fails leaves a gap, and never fewer packages.

    ``gathered`` is what they read already; without it, the tree is read here.
    """
    return _run(tree, subject, created, catalogers, gathered)[0]


def run_owned(
    tree: ScanTree,
    subject: Subject,
    *,
    created: int = 0,
    catalogers: Sequence[AnyCataloger] = BUILTIN,
    gathered: Gathered | None = None,
) -> tuple[Sbom, Ownership]:
    """Do as `run`, and return whose the files are, too."""
    sbom, owned = _run(tree, subject, created, catalogers, gathered)
    # Where two managers say that a file is theirs, the distribution's counts.
    names = sorted(owned, key=lambda purl: purl.startswith(SYSTEM_PURLS))
    return sbom, Ownership(owners_of_paths({purl: owned[purl] for purl in names}, tree))


def _run(
    tree: ScanTree, subject: Subject, created: int, catalogers: Sequence[AnyCataloger], gathered: Gathered | None
) -> tuple[Sbom, dict[str, tuple[str, ...]]]:
    """Return the SBOM, and the paths that each package's manager says are its own."""
    if gathered is None:
        gathered = gather(tree, catalogers)
    image = Surroundings(tree=tree, distro=find_distro(tree), platform=subject.platform)
    gaps = list(gathered.gaps)
    found, image = _catalogued(catalogers, gathered, image, gaps)
    owned: dict[str, tuple[str, ...]] = {}
    for purl, paths in image.owned:
        owned[purl] = (*owned.get(purl, ()), *paths)
    packages, relationships = relate(merge_packages(package for one in found for package in one.packages), owned, tree)
    is_project = subject.platform is None and image.distro is None and (packages or gaps)  # no root file system at all
    if not is_project and not any(package.purl.startswith(SYSTEM_PURLS) for package in packages):
        gaps.append(Gap(subject.name, "no package database of a distribution was found"))
    known = {package.purl for package in packages}
    stated = (each for one in found for each in one.relationships if {each.purl, each.other} <= known)
    sbom = Sbom(
        subject=subject,
        packages=packages,
        relationships=tuple(sorted({*stated, *relationships}, key=_BY_ENDS)),
        distro=image.distro,
        gaps=_told_once(gaps, [cataloger.id for cataloger in catalogers]),
        created=created,
    )
    return sbom, owned


def _catalogued(
    catalogers: Sequence[AnyCataloger], gathered: Gathered, image: Surroundings, gaps: list[Gap]
) -> tuple[list[Catalogued], Surroundings]:
    """Return what each cataloger makes of what it read, and all that is known then; what fails is one of ``gaps``."""
    found: list[Catalogued] = []
    for cataloger, seen in zip(catalogers, gathered.seen, strict=True):
        if not seen:
            continue
        try:
            one = cataloger.catalog(seen, image)
        except PrillError as error:
            gaps.append(Gap(cataloger.id, str(error)))
        except Exception as error:  # noqa: BLE001 - the plugin runner
            gaps.append(Gap(cataloger.id, f"it failed, which is a bug: {error!r}"[:_SHOWN]))
        else:
            found.append(one)
            image = replace(image, found=(*image.found, *one.packages), owned=(*image.owned, *one.owned))
    gaps += (gap for one in found for gap in one.gaps)
    return found, image


def _told_once(gaps: Iterable[Gap], ids: Sequence[str]) -> tuple[Gap, ...]:
    """Return the gaps sorted; what several catalogers say of one file in the same words is one gap.

    Those that look into programs all meet the same broken one.
    """
    told: dict[tuple[str, str], list[str]] = {}
    for gap in sorted(set(gaps)):
        by, colon, text = gap.reason.partition(": ")
        one = (gap.subject, text) if colon and by in ids else (gap.subject, gap.reason)
        told.setdefault(one, []).extend([by] if colon and by in ids else [])
    return tuple(
        sorted(Gap(subject, ": ".join(filter(None, (", ".join(by), text)))) for (subject, text), by in told.items())
    )
