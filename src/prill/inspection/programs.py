"""Programs of the catalogue's kinds in an image: by name, by content, as links, as applets and as copies.

1. What the content says counts for more than the name: ``/bin/sh`` whose content is BusyBox is an applet of it. So does
   what the SBOM knows a program by.
2. A link is told of, with what it leads to, if its own name is of a kind, or if its target's content is.
3. What nobody may run is not told of. A script counts where programs of its kind are scripts.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

import msgspec

from prill.catalogue.programs import KINDS, ProgramKind, kinds_by_name
from prill.inspection.inspected import Inspected
from prill.inspection.readers.programs import PROGRAMS, Identified, ProgramEvidence
from prill.model import FileKind, FileStat, Location
from prill.model.fact_values import ProgramFound

__all__ = ["Found", "find_programs"]

Found = tuple[Location, ProgramFound]

_EXECUTABLE = 0o111
_MULTI_CALL = "multi-call"
_UNKNOWN_CALL = ("shell", "downloader")
_NO_PROGRAMS = ("etc/", "var/lib/", "proc/", "sys/", "dev/")
_NOT_BY_NAME = ("usr/lib/", "usr/libexec/", "usr/share/", "lib/", "usr/lib64/", "lib64/")
_SCRIPTS = frozenset({"package-manager", "downloader"})
_NOTHING = ProgramEvidence()
_BY_SBOM = {
    "curl": ProgramKind("downloader", "curl"),
    "node": ProgramKind("interpreter", "node"),
    "perl": ProgramKind("interpreter", "perl"),
    "php": ProgramKind("interpreter", "php"),
    "python": ProgramKind("interpreter", "python"),
}
"""What the SBOM calls programs that it knows by their content. Lua is inside of many that run nothing else."""


def find_programs(image: Inspected, kind: str) -> tuple[Found, ...]:
    """Return the programs of one kind, sorted by path."""
    return tuple(image.once(_find_all)[kind])


def _find_all(image: Inspected) -> Mapping[str, list[Found]]:
    contents = {seen.path: seen.evidence for seen in image.seen(PROGRAMS)}
    for path, known in _known(image):
        if (content := contents.get(path, _NOTHING)).runs:
            contents[path] = msgspec.structs.replace(content, found=(*content.found, known))
    found: dict[str, list[Found]] = {kind: [] for kind in KINDS}
    for stat in image.entries:
        if stat.kind is FileKind.DIRECTORY or stat.path.startswith(_NO_PROGRAMS):
            continue
        for kind, program in _of(image, stat, contents):
            found[kind].append((image.at(stat.path), program))
    return found


def _known(image: Inspected) -> Iterator[tuple[str, Identified]]:
    """Yield what the SBOM has found in programs of no package, whatever they are called."""
    for package in image.sbom.packages:
        kind = _BY_SBOM.get(package.name) if package.purl.startswith("pkg:generic/") else None
        if kind is not None:
            for location in package.locations:
                yield location.path, Identified(kind.kind, kind.name, package.version)


def _of(
    image: Inspected, stat: FileStat, contents: Mapping[str, ProgramEvidence]
) -> Iterator[tuple[str, ProgramFound]]:
    if stat.kind is FileKind.FILE and not stat.mode & _EXECUTABLE:
        return  # 3
    name = stat.path[stat.path.rfind("/") + 1 :]
    in_bin = "bin/" in stat.path
    named: tuple[ProgramKind, ...] = ()
    if in_bin or not stat.path.startswith(_NOT_BY_NAME):
        named = _kinds(name)
    if not named and stat.kind is not FileKind.FILE and not in_bin:
        return
    target = _target(image, stat)
    if target is None:
        return
    content = contents.get(target.path, _NOTHING)
    if not named and not content.found:
        return
    if any(one.kind == _MULTI_CALL for one in content.found):
        yield from _of_multi_call(image, stat, target, content)
        return
    for kind in sorted({*(one.kind for one in named), *(one.kind for one in content.found)} - {_MULTI_CALL}):
        program = _program(image, stat, target, kind, content)
        if program is not None:
            yield kind, program


def _target(image: Inspected, stat: FileStat) -> FileStat | None:
    """Return the regular file that an entry leads to."""
    path: str | None = stat.path
    if stat.kind is FileKind.SYMLINK:
        path = image.resolve(stat.path)
    elif stat.kind is FileKind.HARDLINK:
        path = stat.link
    target = image.by_path.get(path) if path else None
    return target if target is not None and target.kind is FileKind.FILE else None


def _program(
    image: Inspected, stat: FileStat, target: FileStat, kind: str, content: ProgramEvidence
) -> ProgramFound | None:
    names = [one.name for one in _kinds(stat.path[stat.path.rfind("/") + 1 :]) if one.kind == kind]
    said = next((one for one in content.found if one.kind == kind), None)
    if said is None:
        scripted = content.script and kind in _SCRIPTS and target.mode & _EXECUTABLE
        runs = content.runs or (scripted and "node_modules/.bin/" not in stat.path)
        if not names or not runs or any(one.kind == "shell" for one in content.found):
            return None
    named = bool(names) and (said is None or said.name in names or "sh" in names)
    linked = stat.kind is not FileKind.FILE
    return ProgramFound(
        name=said.name if said else names[0],
        how="link" if linked else "script" if not content.runs else "program" if named else "copy",
        identified_by="name" if said is None else "name and content" if named else "content",
        target=f"/{target.path}" if linked else "",
        version=(said.version if said else "") or image.version_of(target.path),
        package=image.owner(stat.path) or image.owner(target.path),
    )


def _of_multi_call(
    image: Inspected, stat: FileStat, target: FileStat, content: ProgramEvidence
) -> Iterator[tuple[str, ProgramFound]]:
    """Yield what a multi-call program is under a name: under an applet's that one, under another all that it has."""
    call = next(one for one in content.found if one.kind == _MULTI_CALL)
    own = stat.path[stat.path.rfind("/") + 1 :]
    linked = stat.kind is not FileKind.FILE
    known = _kinds(own)
    applets = content.applets
    if not applets and not linked:
        yield from ((kind, _closed(image, stat, call)) for kind in _UNKNOWN_CALL)
    itself = any(one.kind == _MULTI_CALL for one in known)
    if not itself and (own in applets or known):
        applets = (own,)
    elif linked:
        applets = ()  # the program itself is told of where it lies
    for applet in applets:
        for kind in {one.kind for one in _kinds(applet)} - {_MULTI_CALL}:
            yield (
                kind,
                ProgramFound(
                    name=applet,
                    how="applet",
                    identified_by="name and content" if own == applet else "content",
                    target=f"/{target.path}" if linked else "",
                    version=f"{call.name} {call.version}".strip(),
                    package=image.owner(stat.path) or image.owner(target.path),
                ),
            )


def _closed(image: Inspected, stat: FileStat, call: Identified) -> ProgramFound:
    """Return a multi-call program of whose applets nothing can be told: it counts as what it usually is."""
    return ProgramFound(
        name=call.name, how="program", identified_by="content", version=call.version, package=image.owner(stat.path)
    )


@lru_cache(maxsize=1 << 16)
def _kinds(name: str) -> tuple[ProgramKind, ...]:
    return kinds_by_name(name)
