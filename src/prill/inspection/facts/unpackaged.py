"""Files that no package owns: nobody tells of their bugs. Programs come first."""

from collections.abc import Iterable, Iterator
from typing import Literal

from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.inspection.readers.programs import PROGRAMS, ProgramEvidence
from prill.model import FileStat
from prill.model.facts import Fact
from prill.model.file_facts import UnpackagedFile, UnpackagedTotal

__all__ = ["UNPACKAGED_FILES", "UNPACKAGED_TOTAL"]

_DATABASES = (
    "var/lib/dpkg/",
    "var/lib/apt/",
    "var/lib/rpm/",
    "usr/lib/sysimage/",
    "var/lib/pacman/",
    "lib/apk/",
    "var/cache/",
)
_MOST = 500
_MOST_OTHERS = 100
_ORDER = ("program", "library", "script", "file")


def _unpackaged(image: Inspected) -> list[tuple[FileStat, UnpackagedFile]]:
    """Return the files, programs before libraries before scripts before all others, each by size, the largest first."""
    programs = {seen.path: seen.evidence for seen in image.seen(PROGRAMS)}
    inside = _folders(location.path for one in image.sbom.packages for location in one.locations)
    found = []
    for stat in image.files:
        if not stat.size or image.owner(stat.path) or stat.path.startswith(_DATABASES):
            continue
        if _is_compiled_from_owned(image, stat.path) or _is_inside(stat.path, inside):
            continue
        content = programs.get(stat.path)
        found.append((stat, UnpackagedFile(kind=_kind(content), size=stat.size)))
    return sorted(found, key=lambda one: (_ORDER.index(one[1].kind), -one[0].size, one[0].path))


def _kind(content: ProgramEvidence | None) -> Literal["program", "library", "script", "file"]:
    if content is None:
        return "file"
    return "script" if content.script else "program" if content.runs else "library"


def _is_compiled_from_owned(image: Inspected, path: str) -> bool:
    """Say whether Python compiled a file from a package's: ``a/__pycache__/b.cpython-311.pyc`` (PEP 3147)."""
    folder, slash, name = path.rpartition("/__pycache__/")
    return bool(slash) and name.endswith(".pyc") and bool(image.owner(f"{folder}/{name.partition('.')[0]}.py"))


def _folders(paths: Iterable[str]) -> frozenset[str]:
    """Return the folders of language packages that do not list their files, such as npm's."""
    return frozenset(path.rpartition("/")[0] for path in paths if "/node_modules/" in f"/{path}")


def _is_inside(path: str, folders: frozenset[str]) -> bool:
    """Say whether a file lies in a package's folder, or is what a package is known by."""
    while path:
        path = path.rpartition("/")[0]
        if path in folders:
            return True
    return False


def _listed(found: list[tuple[FileStat, UnpackagedFile]]) -> list[tuple[FileStat, UnpackagedFile]]:
    """Return what is named one by one: 500 programs and libraries at most, and 100 others."""
    binaries = [one for one in found if one[1].kind in ("program", "library")]
    others = [one for one in found if one[1].kind not in ("program", "library")]
    return [*binaries[:_MOST], *others[:_MOST_OTHERS]]


def _find_total(image: Inspected) -> Iterator[Fact]:
    found = image.once(_unpackaged)
    value = UnpackagedTotal(
        files=len(found),
        size=sum(stat.size for stat, _ in found),
        programs=sum(one.kind in ("program", "library") for _, one in found),
        listed=len(_listed(found)),
    )
    yield Fact(id="unpackaged-total", value=value)


def _find_files(image: Inspected) -> Iterator[Fact]:
    for stat, value in _listed(image.once(_unpackaged)):
        yield Fact(id="unpackaged-files", value=value, evidence=(image.at(stat.path),))


UNPACKAGED_TOTAL = FactPlugin(id="unpackaged-total", find=_find_total)
UNPACKAGED_FILES = FactPlugin(id="unpackaged-files", find=_find_files)
