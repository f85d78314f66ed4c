"""Why a file or a package is in an image, or is not: read from the lock and the build record."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from prill.build.lock import Lock, LockedFile, LockedPackage, LockedPlatform, LockedRelease, Reason
from prill.build.merged_usr import merged_usr
from prill.build.record import BuildRecord, DroppedFile, RecordedFile
from prill.build.spec import Spec
from prill.errors import PrillError
from prill.model import FileKind
from prill.model.value import dataclass

__all__ = [
    "ExcludedAnswer",
    "NothingKnown",
    "PackageAnswer",
    "PathAnswer",
    "why_excluded",
    "why_package",
    "why_path",
]

_MAX_LINKS = 40
_MAX_CHAIN = 64
_CLOSE = 0.75


class NothingKnown(PrillError):
    """Neither the image nor what was left out of it has such a path or package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageAnswer:
    """A package, the release that vouched for it, and the chain that brought it in, the spec's own wish first."""

    package: LockedPackage
    release: LockedRelease | None
    chain: tuple[tuple[str, Reason], ...]
    """Each package on the way, and why the next one up wanted it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludedAnswer:
    """A package that the spec keeps out, why, and who wanted it."""

    name: str
    reason: str
    wanted_by: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathAnswer:
    """What is known about a path.

    ``file`` is None where the image does not have it; ``dropped`` are the packages that have it and the rules that took
    it away. ``links`` are the symlinks that were followed to come to ``path``.
    """

    path: str
    links: tuple[str, ...]
    file: RecordedFile | None
    dropped: tuple[DroppedFile, ...]
    owners: tuple[PackageAnswer, ...]
    source: LockedFile | None


def why_path(path: str, *, image: LockedPlatform, lock: Lock, record: BuildRecord) -> PathAnswer:
    """Explain a path; raise `NothingKnown` where there is nothing to explain."""
    files = {file.path: file for file in record.files}
    asked = _normal(path.split("/"))
    target, links = _follow(asked, files)
    file = files.get(target)
    dropped = tuple(one for one in record.dropped if one.path in {target, asked, merged_usr(asked)})
    if file is None and not dropped:
        near = _nearest(target, {*files, *(one.path for one in record.dropped)})
        raise NothingKnown(
            f"the image has no /{asked[:400]}, and no package of it would have brought it",
            hint=f"did you mean /{near}?" if near else None,
        )
    names = dict.fromkeys([*([file.owner] if file else []), *(one.owner for one in dropped)])
    packages = {package.name for package in image.packages}
    return PathAnswer(
        path=target,
        links=links,
        file=file,
        dropped=dropped,
        owners=tuple(why_package(name, image=image, lock=lock) for name in names if name in packages),
        source=_source(file, image),
    )


def _nearest(path: str, known: Collection[str]) -> str | None:
    """Return the path in the same folder, by either of its names where /usr is merged, with the most similar name."""
    folder, _, name = path.rpartition("/")
    folders = {folder, merged_usr(folder)}
    there = {last: one for one in sorted(known) for above, _, last in (one.rpartition("/"),) if above in folders}
    near = get_close_matches(name, there, n=1, cutoff=_CLOSE)
    return there[near[0]] if near else None


def _source(file: RecordedFile | None, image: LockedPlatform) -> LockedFile | None:
    if file is None or not file.owner.startswith("files:"):
        return None
    return image.files[int(file.owner.split(":")[1]) - 1]


def _follow(path: str, files: Mapping[str, RecordedFile]) -> tuple[str, tuple[str, ...]]:
    """Follow the symlinks among the folders above ``path``; its own link is the answer, not a way to it."""
    links: list[str] = []
    target = path
    for _ in range(_MAX_LINKS):
        parts = target.split("/")
        for cut in range(1, len(parts)):
            parent = files.get("/".join(parts[:cut]))
            if parent is not None and parent.kind is FileKind.SYMLINK:
                links.append(f"/{parent.path} -> {parent.content}")
                base = [] if parent.content.startswith("/") else parts[: cut - 1]
                target = _normal([*base, *parent.content.split("/"), *parts[cut:]])
                break
        else:
            break
    if target not in files and merged_usr(target) in files:
        return merged_usr(target), tuple(links)
    return target, tuple(links)


def _normal(parts: list[str]) -> str:
    result: list[str] = []
    for part in parts:
        if part == "..":
            del result[-1:]
        elif part not in ("", "."):
            result.append(part)
    return "/".join(result)


def why_package(name: str, *, image: LockedPlatform, lock: Lock) -> PackageAnswer:
    """Explain a package; raise `NothingKnown` where it is not in the image."""
    packages = {package.name: package for package in image.packages}
    package = packages.get(name)
    if package is None:
        near = get_close_matches(name, packages, n=1)
        raise NothingKnown(
            f"there is no package {name[:80]} in the image", hint=f"did you mean {near[0]}?" if near else None
        )
    release = next((one for one in lock.releases if one.pocket == package.pocket), None)
    return PackageAnswer(package=package, release=release, chain=_chain(package, packages))


def why_excluded(name: str, *, image: LockedPlatform, spec: Spec) -> ExcludedAnswer | None:
    """Explain a package that ``spec``, with its variant applied, keeps out; None where it does not."""
    for exclusion in spec.contents.exclude:
        if exclusion.name == name:
            wanted = next((one.wanted_by for one in image.excluded if one.name == name), ())
            return ExcludedAnswer(name=name, reason=exclusion.reason, wanted_by=wanted)
    return None


def _chain(package: LockedPackage, packages: Mapping[str, LockedPackage]) -> tuple[tuple[str, Reason], ...]:
    """Return the shortest way from the spec to ``package``, breadth first, so that a circle does no harm."""
    ways: dict[str, tuple[tuple[str, Reason], ...]] = {package.name: ()}
    waiting = [package.name]
    while waiting:
        name = waiting.pop(0)
        for reason in packages[name].reasons:
            way = ((name, reason), *ways[name])
            if not reason.wanted_by:
                return way
            if reason.wanted_by in packages and reason.wanted_by not in ways and len(way) < _MAX_CHAIN:
                ways[reason.wanted_by] = way
                waiting.append(reason.wanted_by)
    return ()
