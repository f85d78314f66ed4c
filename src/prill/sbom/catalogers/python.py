"""Installed Python packages: ``*.dist-info``, ``*.egg-info`` and conda's records."""

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from prill.ecosystems.python import (
    normal_name,
    parse_conda_record,
    parse_metadata,
    parse_record,
    parse_requires,
    requirement_name,
)
from prill.model import Digest, FileTree, Gap, LanguageDetails, Package, Relationship
from prill.model.purl_value import build_purl
from prill.model.regex import regex
from prill.sbom.cataloger import Catalogued, Evidence, FoundFile, Seen, Surroundings, read_bounded

__all__ = ["PYTHON", "PythonCataloger", "PythonEvidence"]

_MAX_METADATA = 8 << 20
_TELLING = regex(r"(?:^|/)bin/|\.so(?:$|\.)|/METADATA$|/PKG-INFO$|\.egg-info$|\.jar$|/package\.json$")
"""Of the many files of conda's packages, those that catalogers may find."""


class PythonEvidence(Evidence, frozen=True):
    """One file's worth: a package, or the files (``paths``) or requirements of the one whose metadata is beside it."""

    name: str = ""
    version: str = ""
    purl: str = ""
    licenses: str = ""
    summary: str = ""
    homepage: str = ""
    author: str = ""
    sha256: str = ""
    requires: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


class PythonCataloger:
    """Reads what installers leave behind."""

    id = "python"
    version = 5
    patterns = (
        "**/*.dist-info/METADATA",
        "**/*.dist-info/RECORD",
        "**/*.egg-info/PKG-INFO",
        "**/*.egg-info/requires.txt",
        "**/EGG-INFO/PKG-INFO",
        "**/*.egg-info",
        "**/*.egg",
        "**/conda-meta/*.json",
    )
    programs = False
    evidence = PythonEvidence

    def read(self, file: FoundFile) -> PythonEvidence | None:
        """Read one file; raise `InvalidMetadata`, `FileTooLarge`, or what reading a zip archive does."""
        if file.path.endswith(".egg"):
            return _egg(file)
        data = read_bounded(file, _MAX_METADATA)
        match posixpath.basename(file.path):
            case "RECORD":
                return PythonEvidence(paths=parse_record(data))
            case "requires.txt":
                return PythonEvidence(requires=parse_requires(data))
            case name if name.endswith(".json"):
                return _conda(data)
        return _installed(data)

    def catalog(self, seen: Sequence[Seen[PythonEvidence]], image: Surroundings) -> Catalogued:
        """Return the packages, the files their RECORDs list, and who needs whom within one folder of packages.

        What has a RECORD, but no metadata that names it, is a gap.
        """
        beside: dict[str, list[Seen[PythonEvidence]]] = {}
        for one in seen:
            beside.setdefault(posixpath.dirname(one.path), []).append(one)
        packages = [one for one in seen if one.evidence.name]
        by_place = {(_site(one.path), normal_name(one.evidence.name)): one.evidence.purl for one in packages}
        relationships: set[Relationship] = set()
        owned = []
        for one in packages:
            siblings = beside[posixpath.dirname(one.path)] if "-info/" in one.path.lower() else [one]
            relationships |= _relationships(one, siblings, by_place)
            site = _site(one.path)
            paths = {posixpath.normpath(f"{site}/{path}") for each in siblings for path in each.evidence.paths}
            owned.append((one.evidence.purl, tuple(sorted(path for path in paths if not path.startswith(("..", "/"))))))
        return Catalogued(
            packages=tuple(_package(one) for one in packages),
            relationships=tuple(sorted(relationships)),
            owned=tuple(owned),
            gaps=tuple(_nameless(seen, image.tree)),
        )


PYTHON = PythonCataloger()


def _installed(data: bytes, requires: tuple[str, ...] = ()) -> PythonEvidence:
    found = parse_metadata(data)
    return PythonEvidence(
        name=found.name,
        version=found.version,
        purl=build_purl(type="pypi", name=found.name, version=found.version),
        licenses=found.licenses,
        summary=found.summary,
        homepage=found.homepage,
        author=found.author,
        requires=found.requires + requires,
    )


def _egg(file: FoundFile) -> PythonEvidence | None:
    from prill.ecosystems.python_egg import read_egg  # noqa: PLC0415 - few images have such a file

    with file.open() as stream:
        found = read_egg(stream, file.stat.size)
    return _installed(found[0], parse_requires(found[1])) if found else None


def _conda(data: bytes) -> PythonEvidence:
    found = parse_conda_record(data)
    qualifiers = {"build": found.build, "channel": found.channel, "subdir": found.subdir}
    return PythonEvidence(
        name=found.name,
        version=found.version,
        purl=build_purl(type="conda", name=found.name, version=found.version, qualifiers=qualifiers),
        licenses=found.licenses,
        sha256=found.sha256,
        requires=found.requires,
        paths=tuple(path for path in found.paths if _TELLING.search(path)),
    )


def _package(one: Seen[PythonEvidence]) -> Package:
    read = one.evidence
    return Package(
        name=read.name,
        version=read.version,
        purl=read.purl,
        found_by=PythonCataloger.id,
        details=LanguageDetails(
            homepage=read.homepage,
            summary=read.summary,
            author=read.author,
            digest=Digest("sha256", read.sha256) if len(read.sha256) == 64 else None,  # noqa: PLR2004 - hex digits
        ),
        licenses=read.licenses,
        locations=(one.location,),
    )


def _nameless(seen: Sequence[Seen[PythonEvidence]], tree: FileTree) -> Iterator[Gap]:
    for one in seen:
        folder, name = posixpath.split(one.path)
        if name == "RECORD" and tree.stat(f"{folder}/METADATA") is None:
            yield Gap(f"/{folder}", f"{PythonCataloger.id}: a package without METADATA, whose version is not known")


def _site(path: str) -> str:
    """Return the folder that packages are installed into: above ``.dist-info``, ``.egg-info`` or ``conda-meta``."""
    parts = path.split("/")
    marked = [
        number for number, part in enumerate(parts) if part.endswith((".dist-info", ".egg-info", ".egg", "conda-meta"))
    ]
    return "/".join(parts[: marked[-1]]) if marked else posixpath.dirname(path)


def _relationships(
    one: Seen[PythonEvidence],
    siblings: Sequence[Seen[PythonEvidence]],
    by_place: Mapping[tuple[str, str], str],
) -> set[Relationship]:
    site = _site(one.path)
    needed = {name for each in (one, *siblings) for name in each.evidence.requires}
    others = {by_place.get((site, normal_name(requirement_name(name))), "") for name in needed}
    return {Relationship(one.evidence.purl, other) for other in others - {"", one.evidence.purl}}
