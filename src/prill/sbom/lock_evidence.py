"""What one lock file declares, as evidence."""

from prill.ecosystems.maven_project import PomProject
from prill.sbom.cataloger import Evidence
from prill.sbom.listing import ListedPackage

__all__ = ["LockEvidence"]


class LockEvidence(Evidence, frozen=True):
    """Packages whose purls have a ``type``; ``unclear`` are those that are wanted, but of no one version.

    ``complete`` is of a ``go.mod`` that lists everything, beside which ``go.sum`` says nothing more. ``includes`` are
    the paths, from its folder, of files that say the rest. ``project`` is a Maven project's own words; which packages
    it needs follows when all project files are known.
    """

    type: str
    packages: tuple[ListedPackage, ...] = ()
    unclear: tuple[str, ...] = ()
    complete: bool = False
    includes: tuple[str, ...] = ()
    project: PomProject | None = None
