"""Which package a file belongs to.

1. A package manager's own list decides; of two lists the distribution's.
2. What has no list, as npm's packages, has the folder that its manifest lies in, up to the next such folder.
3. A file that is the evidence of one package alone, such as a Go program or a jar, is that package's.
"""

from collections.abc import Iterable

from prill.model import Ownership, Package
from prill.sbom.ownership import SYSTEM_PURLS

__all__ = ["FileOwners"]

_MANIFESTS = ("/package.json",)


class FileOwners:
    """Answers for the paths of one tree."""

    def __init__(self, packages: Iterable[Package], recorded: Ownership) -> None:
        """Take the packages, and what their managers record."""
        self._recorded = recorded
        lists = frozenset(recorded.owners.values())
        self._folders: dict[str, str] = {}
        files: dict[str, set[str]] = {}
        for package in packages:
            if package.purl in lists or package.purl.startswith(SYSTEM_PURLS):
                continue
            for location in package.locations:
                if location.path.endswith(_MANIFESTS):
                    self._folders[location.path.rpartition("/")[0]] = package.purl
                elif "!/" not in location.path:
                    files.setdefault(location.path, set()).add(package.purl)
        self._files = {path: purls.pop() for path, purls in files.items() if len(purls) == 1}

    def of(self, path: str) -> str:
        """Return the purl of the package that the file at ``path`` belongs to, or nothing."""
        return self._recorded.of(path) or self._in_folder(path) or self._files.get(path, "")

    def _in_folder(self, path: str) -> str:
        if not self._folders:
            return ""
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            if folder in self._folders:
                return self._folders[folder]
        return ""
