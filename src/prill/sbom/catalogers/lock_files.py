"""What lock files declare, of every language, where that is the best that is known.

In a folder that is looked at, such as a project's, every lock file counts. In an image one counts where nothing of its
language was found installed, as that is what runs; and nothing counts that lies among the files of installed packages.
Such packages are found by ``lock-files``, so that what is declared can be told from what is there.
"""

import posixpath
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from prill.model import Gap
from prill.model.regex import regex
from prill.sbom.cataloger import Catalogued, FoundFile, Seen, Surroundings, read_bounded
from prill.sbom.listing import dependencies_by_name, package_of
from prill.sbom.lock_evidence import LockEvidence
from prill.sbom.ownership import SYSTEM_PURLS, owners_among
from prill.sbom.pom_projects import together

__all__ = ["LOCK_FILES", "LockFilesCataloger"]

REQUIREMENTS = ("requirements*.txt", "*-requirements.txt", "*_requirements.txt", "requirements/*.txt")
_NAMES = (
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "deno.lock",
    *REQUIREMENTS,
    "poetry.lock",
    "Pipfile.lock",
    "uv.lock",
    "pdm.lock",
    "pylock.toml",
    "go.mod",
    "go.sum",
    "Cargo.lock",
    "Gemfile.lock",
    "gems.locked",
    "composer.lock",
    "gradle.lockfile",
    "buildscript-gradle.lockfile",
    "build.sbt.lock",
    "pom.xml",
    "packages.lock.json",
    "packages.config",
    "Directory.Packages.props",
    "mix.lock",
    "rebar.lock",
    "stack.yaml.lock",
    "cabal.project.freeze",
    "renv.lock",
    "Manifest.toml",
    "pubspec.lock",
    "Podfile.lock",
    "Package.resolved",
    "conan.lock",
    "conanfile.txt",
)
NOT_READ = {
    "bun.lockb": ("npm", "Bun's binary form; bun install --save-text-lockfile writes bun.lock"),
    "paket.lock": ("nuget", "Paket's"),
    "pixi.lock": ("conda", "pixi's"),
    "conda-lock.yml": ("conda", "conda's"),
}
"""Lock files that are known but not read: their packages' type, and whose they are."""
_INSTALLED = regex(
    r"(?:^|/)(?:node_modules|(?:site|dist)-packages|vendor|bundler/gems/[^/]+|gems/[^/]+-\d[^/]*|\.?cargo/registry|pkg/mod|share/doc)/"
)
"""Folders of installed packages, whose own lock files are those of their authors."""
_MAX_NAMED = 5
_MAX_SHOWN = 160


class LockFilesCataloger:
    """Reads lock files, and the project files that state versions themselves."""

    id = "lock-files"
    version = 8
    programs = False
    patterns = tuple(f"**/{name}" for name in (*_NAMES, *NOT_READ))
    evidence = LockEvidence

    def read(self, file: FoundFile) -> LockEvidence | None:
        """Read one file; raise what its reader does, or `FileTooLarge`."""
        if _INSTALLED.search(file.path):
            return None
        name = posixpath.basename(file.path)
        if name in NOT_READ:
            return LockEvidence(type=NOT_READ[name][0])
        from prill.sbom.lock_readers import read_lock_file  # noqa: PLC0415 - many modules; few images have such a file

        return read_lock_file(name, read_bounded(file))

    def catalog(self, seen: Sequence[Seen[LockEvidence]], image: Surroundings) -> Catalogued:
        """Return what counts; what a file wants, but of no one version, is a gap."""
        counting = list(together(seen, self._counting(seen, image)))
        known = {one.path for one in seen}
        gaps = (
            Gap(f"/{one.path}", f"{self.id}: {text}")
            for one in counting
            for text in (*_unclear(one.evidence), *_unread(one, known))
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


def _unclear(evidence: LockEvidence) -> Iterator[str]:
    names = [name[:_MAX_SHOWN] for name in evidence.unclear]
    if names:
        more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
        yield f"no one version is named of {', '.join(names[:_MAX_NAMED])}{more}"


def _unread(one: Seen[LockEvidence], known: AbstractSet[str]) -> Iterator[str]:
    """Yield what is not known because a file, or one that it goes on in, is not read."""
    name = posixpath.basename(one.path)
    if name in NOT_READ:
        yield f"{name} is not read ({NOT_READ[name][1]})"
    folder = posixpath.dirname(one.path)
    for path in one.evidence.includes:
        if posixpath.normpath(posixpath.join(folder, path)).lstrip("/") not in known:
            yield f"it goes on in {path[:_MAX_SHOWN]}, which was not read"
