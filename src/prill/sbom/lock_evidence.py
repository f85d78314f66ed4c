"""What one lock file declares, as evidence."""

from prill.sbom.cataloger import Evidence
from prill.sbom.listing import ListedPackage

__all__ = ["LockEvidence"]


class LockEvidence(Evidence, frozen=True):
    """Packages whose purls have a ``type``; ``unclear`` are those that are wanted, but of no one version.

    ``complete`` is of a ``go.mod`` that lists everything, beside which ``go.sum`` says nothing more. ``includes`` are
    the paths, from its folder, of files that say the rest.
    """

    type: str
    packages: tuple[ListedPackage, ...] = ()
    unclear: tuple[str, ...] = ()
    complete: bool = False
    includes: tuple[str, ...] = ()
