"""What lock files declare, of every language, where that is the best that is known.

In a folder that is looked at, such as a project's, every lock file counts. In an image one counts where nothing of its
language was found installed, as that is what runs; and nothing counts that lies among the files of installed packages.
Such packages are found by ``lock-files``, so that what is declared can be told from what is there.
"""

import posixpath
import re
from collections.abc import Iterator, Sequence

from prill.model import Gap
from prill.sbom.cataloger import Catalogued, FoundFile, Seen, Surroundings, read_bounded
from prill.sbom.listing import dependencies_by_name, package_of
from prill.sbom.lock_evidence import LockEvidence
from prill.sbom.ownership import SYSTEM_PURLS, owners_among

__all__ = ["LOCK_FILES", "LockFilesCataloger"]

_NAMES = (
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "requirements*.txt",
    "poetry.lock",
    "Pipfile.lock",
    "uv.lock",
    "pdm.lock",
    "pylock.toml",
    "go.mod",
    "go.sum",
    "Cargo.lock",
    "Gemfile.lock",
    "composer.lock",
    "gradle.lockfile",
    "pom.xml",
    "packages.lock.json",
    "mix.lock",
    "pubspec.lock",
)
_INSTALLED = re.compile(
    r"(?:^|/)(?:node_modules|(?:site|dist)-packages|vendor|gems/[^/]+-\d[^/]*|\.?cargo/registry|pkg/mod|share/doc)/"
)
"""Folders of installed packages, whose own lock files are those of their authors."""
_MAX_NAMED = 5


class LockFilesCataloger:
    """Reads lock files, and the project files that state versions themselves."""

    id = "lock-files"
    version = 4
    programs = False
    patterns = tuple(f"**/{name}" for name in _NAMES)
    evidence = LockEvidence

    def read(self, file: FoundFile) -> LockEvidence | None:
        """Read one file; raise what its reader does, or `FileTooLarge`."""
        if _INSTALLED.search(file.path):
            return None
        from prill.sbom.lock_readers import read_lock_file  # noqa: PLC0415 - many modules; few images have such a file

        return read_lock_file(posixpath.basename(file.path), read_bounded(file))

    def catalog(self, seen: Sequence[Seen[LockEvidence]], image: Surroundings) -> Catalogued:
        """Return what counts; what a file wants, but of no one version, is a gap."""
        counting = list(self._counting(seen, image))
        gaps = (
            Gap(f"/{one.path}", f"{self.id}: {_unclear(one.evidence.unclear)}")
            for one in counting
            if one.evidence.unclear
        )
        needs = {need for one in counting for need in dependencies_by_name(one.evidence.packages)}
        packages = (package_of(listed, one.location, self.id) for one in counting for listed in one.evidence.packages)
        return Catalogued(packages=tuple(packages), relationships=tuple(sorted(needs)), gaps=tuple(gaps))

    def _counting(self, seen: Sequence[Seen[LockEvidence]], image: Surroundings) -> Iterator[Seen[LockEvidence]]:
        owners = owners_among([one.path for one in seen], image.owned, image.tree)
        installed = set() if image.platform is None else {one.purl[4:].partition("/")[0] for one in image.found}
        complete = {posixpath.dirname(one.path) for one in seen if one.evidence.complete}
        for one in seen:
            folder = posixpath.dirname(one.path)
            if owners.get(one.path, "").startswith(SYSTEM_PURLS):
                continue
            if one.evidence.type == "npm":
                if image.tree.stat(posixpath.join(folder, "node_modules")):
                    continue
            elif one.evidence.type in installed:
                continue
            if posixpath.basename(one.path) == "go.sum" and folder in complete:
                continue
            yield one


LOCK_FILES = LockFilesCataloger()


def _unclear(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    return f"no one version is named of {', '.join(names[:_MAX_NAMED])}{more}"
