"""Maven's project files that are seen together: who is whose parent, and what each of them needs."""

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from msgspec.structs import replace

from prill.ecosystems.maven import Coordinates
from prill.ecosystems.maven_project import Effort, PomProject, needed
from prill.sbom.cataloger import Seen
from prill.sbom.listing import ListedPackage
from prill.sbom.lock_evidence import LockEvidence

__all__ = ["together"]

_MAX_PARENTS = 20


def together(
    seen: Sequence[Seen[LockEvidence]], counting: Iterable[Seen[LockEvidence]]
) -> Iterator[Seen[LockEvidence]]:
    """Yield ``counting``, the Maven projects with what they need by all the project files that were ``seen``.

    Projects that are seen need each other as parts of one whole, and are not listed.
    """
    files = _Projects({one.path: one.evidence.project for one in seen if one.evidence.project is not None})
    effort = Effort()
    for one in counting:
        if one.evidence.project is None:
            yield one
            continue
        wanted = needed(one.evidence.project, files.parents, files.named, effort)
        found = [each for each in wanted if not files.has(each)]
        evidence = replace(
            one.evidence,
            packages=tuple(_listed(each) for each in found if each.version),
            unclear=tuple(f"{each.group}:{each.artifact}" for each in found if not each.version),
            includes=("its parents and imported projects, of which there are too many",) if effort.left < 0 else (),
        )
        yield Seen(one.location, evidence)


class _Projects:
    """Project files by where they are, and by name."""

    def __init__(self, by_path: dict[str, PomProject]) -> None:
        self._by_path = by_path
        self._folders = {id(one): posixpath.dirname(path) for path, one in by_path.items()}
        self._by_name: dict[tuple[str, str], list[PomProject]] = {}
        self._by_version: dict[tuple[str, str], dict[str, tuple[int, PomProject]]] = {}
        for one in by_path.values():
            named = one.coordinates()
            self._by_name.setdefault((named.group, named.artifact), []).append(one)

    def has(self, named: Coordinates) -> bool:
        return (named.group, named.artifact) in self._by_name

    def parents(self, project: PomProject) -> Sequence[PomProject]:
        """Return the parents that are there, the nearest first."""
        found: list[PomProject] = []
        one = self._parent(project)
        while one is not None and len(found) < _MAX_PARENTS and all(one is not each for each in (project, *found)):
            found.append(one)
            one = self._parent(one)
        return found

    def named(self, wanted: Coordinates) -> PomProject | None:
        """Return the project of a name, and of a version unless either's is not known."""
        key = (wanted.group, wanted.artifact)
        if key not in self._by_version:
            there: dict[str, tuple[int, PomProject]] = {}
            for place, one in enumerate(self._by_name.get(key, ())):
                there.setdefault(one.coordinates(self.parents(one)).version, (place, one))
            self._by_version[key] = there
        there = self._by_version[key]
        fitting = (there.get(wanted.version), there.get("")) if wanted.version else there.values()
        return min(filter(None, fitting), key=itemgetter(0), default=(0, None))[1]

    def _parent(self, project: PomProject) -> PomProject | None:
        """Return the one beside it of the right name; it is looked for in the folder above, unless told otherwise."""
        wanted = project.parent
        if not wanted.artifact:
            return None
        beside = posixpath.join(self._folders[id(project)], project.fields.get("parent/relativePath") or "../pom.xml")
        for path in (posixpath.normpath(beside), posixpath.normpath(f"{beside}/pom.xml")):
            one = self._by_path.get(path.lstrip("/"))
            if one is not None and one.fields.get("artifactId") == wanted.artifact:
                return one
        same = (one for one in self._by_name.get((wanted.group, wanted.artifact), ()) if one is not project)
        return next((one for one in same if one.fields.get("version", wanted.version) == wanted.version), None)


def _listed(one: Coordinates) -> ListedPackage:
    from prill.sbom.lock_readers import listed_maven  # noqa: PLC0415 - many modules; few images have such a file

    return listed_maven(one)
