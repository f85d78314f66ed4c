"""Packages laid over each other into one root file system, in memory, with a reason for every path.

The merge follows dpkg where dpkg has a rule (Debian Policy 6.6 and 7.6): a directory may be shared; the same entry in
two packages is one entry; a different one needs ``Replaces``; a diversion moves other packages' file out of the way.
Where dpkg would overwrite or guess, the build fails and says which packages disagree.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import msgspec

from prill.build.listing import Listed
from prill.build.trim import Trimmer
from prill.errors import PrillError
from prill.model import FileKind

__all__ = [
    "SETUID",
    "CircularLinks",
    "Dropped",
    "FileConflict",
    "LinkLeavesRoot",
    "Package",
    "Placed",
    "Rootfs",
    "merge",
    "parents",
    "resolve_link",
]

_MAX_LINKS = 40
SETUID = 0o6000
"""The setuid and setgid bits."""


class FileConflict(PrillError):
    """Two packages want different things at one path."""


class CircularLinks(PrillError):
    """A path lies behind symlinks that lead to each other."""


class LinkLeavesRoot(PrillError):
    """A symlink leads out of the root, where whoever unpacks the image might follow it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry that is in the image: ``owner`` brought it; ``rule`` says why it is there and as it is."""

    entry: Listed
    owner: str
    rule: str = "package"


@dataclass(frozen=True, slots=True, order=True)
class Dropped:
    """An entry that a package has and the image has not, and the rule that removed it."""

    path: str
    owner: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What the merge asks of a package; ``replaces(other)`` says whether it may take over files of the other."""

    name: str
    entries: Sequence[Listed]
    trimmer: Trimmer
    diversions: Sequence[tuple[str, str]] = ()
    replaces: Callable[[str], bool] = lambda _other: False


@dataclass(slots=True)
class Rootfs:
    """The merged tree: path to entry, what was left out, and what was changed on the way."""

    placed: dict[str, Placed] = field(default_factory=dict)
    dropped: list[Dropped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    setuid: list[tuple[str, str, int, bool]] = field(default_factory=list)
    """Path, owner, mode and whether it was kept, of each regular file that came with a setuid or setgid bit."""
    packages: dict[str, Package] = field(default_factory=dict)
    """What was merged, by name."""

    def drop(self, path: str, owner: str, rule: str) -> None:
        """Record that ``owner``'s entry at ``path`` is left out by ``rule``."""
        self.dropped.append(Dropped(path, owner, rule))

    def cover(self, new: Placed, rule: str) -> None:
        """Put ``new`` where another entry may be; ``rule`` is recorded for what it takes the place of.

        Raise `FileConflict` where one of the two is a folder and the other is not.
        """
        path = new.entry.path
        old = self.placed.get(path)
        if old is not None:
            if (old.entry.kind is FileKind.DIRECTORY) is not (new.entry.kind is FileKind.DIRECTORY):
                if any(other.startswith(f"{path}/") for other in self.placed):
                    raise FileConflict(
                        f"{new.owner} would put a {new.entry.kind} over the {old.entry.kind} /{path} of {old.owner}",
                        hint="trim what is below it, or choose another path",
                    )
                self.drop(path, old.owner, rule)
            elif old.entry.kind is not FileKind.DIRECTORY and old.owner != new.owner:
                self.drop(path, old.owner, rule)
        self.placed[path] = new
        self.complete_parents((path,))

    def settle(self, path: str, kind: FileKind, owner: str) -> str:
        """Return where an entry for ``path`` goes: behind the symlinks above it; a folder behind its own as well.

        Raise `CircularLinks` for a circle of symlinks, `LinkLeavesRoot` for one that leads out.
        """
        place = _behind(path, self, owner)
        if kind is FileKind.DIRECTORY and _is_link(self, place):
            target = _behind(resolve_link(place, self.placed[place].entry.link), self, owner)
            found = self.placed.get(target)
            return target if found is not None and found.entry.kind is FileKind.DIRECTORY else place
        return place

    def finish(self) -> None:
        """Bring hard links and the record in order once everything is placed."""
        _rescue_hard_links(self)
        _check_links(self)
        self.dropped.sort()

    def complete_parents(self, paths: Iterable[str] | None = None) -> None:
        """Give ``paths``, or everything, their folders; a folder that nobody ships is root's, mode 0755."""
        _complete_parents(self, list(self.placed) if paths is None else paths)

    def by_owner(self) -> dict[str, list[Listed]]:
        """Return each owner's entries but directories, sorted by path."""
        result: dict[str, list[Listed]] = {}
        for placed in self.placed.values():
            if placed.entry.kind is not FileKind.DIRECTORY:
                result.setdefault(placed.owner, []).append(placed.entry)
        for entries in result.values():
            entries.sort(key=_hard_links_last)
        return result


def _hard_links_last(entry: Listed) -> tuple[bool, str]:
    return (entry.kind is FileKind.HARDLINK, entry.path)


def merge(packages: Iterable[Package], *, keep_setuid: Iterable[str] = ()) -> Rootfs:
    """Merge ``packages``; those that come first own what several share.

    Raise `FileConflict` where two disagree and neither says ``Replaces``, `LinkLeavesRoot` for a hostile symlink.
    """
    ordered = sorted(packages, key=lambda package: (package.name != "base-files", package.name))
    diverted = {source: (package.name, target) for package in ordered for source, target in package.diversions}
    by_name = {package.name: package for package in ordered}
    root = Rootfs(packages=by_name)
    kept_setuid = frozenset(path.lstrip("/") for path in keep_setuid)
    for package in ordered:
        for listed in package.entries:
            entry, rule = listed, "package"
            if entry.path in diverted and diverted[entry.path][0] != package.name:
                diverter, target = diverted[entry.path]
                entry = msgspec.structs.replace(entry, path=target)
                rule = f"diverted-by:{diverter}"
            if entry.kind is not FileKind.DIRECTORY:
                trimmed = package.trimmer.rule(entry.path, entry.interpreter)
                if trimmed:
                    root.drop(entry.path, package.name, trimmed)
                    continue
                if entry.mode & SETUID:
                    entry, rule = _judge_setuid(root, entry, package.name, kept_setuid, rule)
            _place(root, Placed(entry, package.name, rule), by_name)
    _follow_links(root, by_name)
    _rescue_hard_links(root)
    _check_links(root)
    root.complete_parents()
    _prune_emptied(root, by_name)
    root.dropped.sort()
    return root


def _judge_setuid(root: Rootfs, entry: Listed, owner: str, kept: frozenset[str], rule: str) -> tuple[Listed, str]:
    if entry.kind not in (FileKind.FILE, FileKind.HARDLINK):
        return entry, rule
    keep = entry.path in kept
    root.setuid.append((entry.path, owner, entry.mode, keep))
    if keep:
        return entry, "setuid-kept"
    return msgspec.structs.replace(entry, mode=entry.mode & ~SETUID), "setuid-dropped"


def _place(root: Rootfs, new: Placed, packages: dict[str, Package]) -> None:
    path = new.entry.path
    old = root.placed.get(path)
    if old is None:
        root.placed[path] = new
        return
    kinds = {old.entry.kind, new.entry.kind}
    if kinds == {FileKind.DIRECTORY}:
        if (old.entry.mode, old.entry.uid, old.entry.gid) != (new.entry.mode, new.entry.uid, new.entry.gid):
            root.notes.append(
                f"/{path}: {old.owner} wants mode {old.entry.mode:o}, {new.owner} {new.entry.mode:o}; the first is kept"
            )
        return
    if kinds == {FileKind.DIRECTORY, FileKind.SYMLINK}:
        # dpkg leaves a link to a directory in place; what lies below it follows in _follow_links.
        root.placed[path] = new if new.entry.kind is FileKind.SYMLINK else old
        return
    if old.entry.same_thing(new.entry):
        root.drop(path, new.owner, f"same-as:{old.owner}")
        return
    new_replaces = packages[new.owner].replaces(old.owner) if new.owner in packages else False
    old_replaces = packages[old.owner].replaces(new.owner) if old.owner in packages else False
    if new_replaces == old_replaces:
        raise FileConflict(
            f"/{path} comes from {old.owner} and, different, from {new.owner}"
            + (", and each says it replaces the other" if new_replaces else ""),
            hint="exclude one of the packages, or trim the path in the spec",
        )
    winner, loser = (new, old) if new_replaces else (old, new)
    root.placed[path] = winner
    root.drop(path, loser.owner, f"replaced-by:{winner.owner}")


def _rescue_hard_links(root: Rootfs) -> None:
    """Let each hard link point at a file of its own package with the same content, owner and mode.

    A link whose target moved follows it. Where the target was left out, covered or changed, the first link becomes
    the file itself, and the others point at that.
    """
    links, files = [], {}
    for path, placed in root.placed.items():
        if placed.entry.kind is FileKind.HARDLINK:
            links.append(path)
        elif placed.entry.kind is FileKind.FILE:
            files[_inode(placed)] = path
    for path in sorted(links):
        placed = root.placed[path]
        entry, rule = placed.entry, placed.rule
        target = files.setdefault(_inode(placed), path)
        if target == path:
            entry = msgspec.structs.replace(entry, kind=FileKind.FILE, link="")
            rule = "hard-link-resolved" if rule == "package" else rule
        elif target != entry.link:
            entry = msgspec.structs.replace(entry, link=target)
        root.placed[path] = Placed(entry, placed.owner, rule)


def _inode(placed: Placed) -> tuple[str, int, str, int, int, int]:
    """Return what two names of one file have in common."""
    entry = placed.entry
    return (placed.owner, entry.offset, entry.sha256, entry.mode, entry.uid, entry.gid)


def _follow_links(root: Rootfs, packages: dict[str, Package]) -> None:
    """Move what lies below a symlinked directory to where the link leads, as unpacking would have.

    What is moved may be a link itself, with more below it: so it goes on until nothing lies behind a link.
    """
    for _ in range(_MAX_LINKS):
        links = {path for path, placed in root.placed.items() if placed.entry.kind is FileKind.SYMLINK}
        below = [path for path in root.placed if not links.isdisjoint(parents(path))]
        if not below:
            return
        for path in below:
            placed = root.placed.pop(path)
            target = _behind(path, root, placed.owner)
            if placed.entry.kind is FileKind.DIRECTORY and _is_link(root, target):
                continue
            moved = Placed(msgspec.structs.replace(placed.entry, path=target), placed.owner, f"through-link:{path}")
            _place(root, moved, packages)
    raise CircularLinks(f"/{below[0]} lies behind more than {_MAX_LINKS} symlinks")


def _behind(path: str, root: Rootfs, owner: str) -> str:
    """Return where ``path`` lies once the symlinks among the folders above it are followed."""
    target = path
    for _ in range(_MAX_LINKS):
        link = next((parent for parent in reversed(parents(target)) if _is_link(root, parent)), None)
        if link is None:
            return target
        placed = root.placed[link]
        target = resolve_link(link, placed.entry.link, placed.owner) + target[len(link) :]
    raise CircularLinks(f"/{path} of {owner} lies behind a circle of symlinks")


def _is_link(root: Rootfs, path: str) -> bool:
    placed = root.placed.get(path)
    return placed is not None and placed.entry.kind is FileKind.SYMLINK


def _check_links(root: Rootfs) -> None:
    for path, placed in root.placed.items():
        if placed.entry.kind is FileKind.SYMLINK and ".." in placed.entry.link:
            resolve_link(path, placed.entry.link, placed.owner)


def resolve_link(link: str, text: str, owner: str = "") -> str:
    """Resolve the symlink text at path ``link``, inside the root; raise `LinkLeavesRoot`."""
    parts = [] if text.startswith("/") else link.split("/")[:-1]
    for part in text.split("/"):
        if part == "..":
            if not parts:
                raise LinkLeavesRoot(
                    f"/{link}{owner and f' of {owner}'} is a symlink to {text!r}, which leads out of the root"
                )
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def parents(path: str) -> tuple[str, ...]:
    """Return the folders above ``path``, nearest first."""
    cut = path.rfind("/")
    return _with_parents(path[:cut]) if cut > 0 else ()


@lru_cache(maxsize=65536)
def _with_parents(folder: str) -> tuple[str, ...]:
    cut = folder.rfind("/")
    return (folder, *_with_parents(folder[:cut])) if cut > 0 else (folder,)


def _complete_parents(root: Rootfs, paths: Iterable[str]) -> None:
    """Give every entry its folders; a folder that no package ships is root's, mode 0755."""
    placed = root.placed
    for path in paths:
        for parent in parents(path):
            above = placed.get(parent)
            if above is None:
                below = placed[path]
                folder = Listed(parent, FileKind.DIRECTORY, 0o755, 0, 0, 0, below.entry.mtime)
                placed[parent] = Placed(folder, below.owner, "parent")
            elif above.entry.kind is not FileKind.DIRECTORY:
                raise FileConflict(
                    f"/{path} of {placed[path].owner} lies below /{parent},"
                    f" which is a {above.entry.kind} of {above.owner}"
                )


def _prune_emptied(root: Rootfs, packages: dict[str, Package]) -> None:
    """Take away folders that only held what was dropped, or that a trim set names.

    A folder that some package ships with nothing in it stays, whatever others have lost below it: a variant, which
    has more packages, does not have fewer folders.
    """
    children: dict[str, int] = {}
    folders = []
    for path, placed in root.placed.items():
        parent = path.rpartition("/")[0]
        children[parent] = children.get(parent, 0) + 1
        if placed.entry.kind is FileKind.DIRECTORY:
            folders.append(path)
    shipped = _folder_owners(packages)
    lost = {(parent, one.owner) for one in root.dropped for parent in parents(one.path)}
    emptied = {folder for folder, _ in lost}
    for path in sorted(folders, key=_depth, reverse=True):
        if children.get(path):
            continue
        owner = root.placed[path].owner
        owners = shipped.get(path, [])
        empty = path in emptied and all((path, one) in lost for one in owners)
        rule = "emptied" if empty else packages[owner].trimmer.rule(path)
        if rule:
            del root.placed[path]
            root.drop(path, owner, rule)
            parent = path.rpartition("/")[0]
            emptied.add(parent)
            lost.update((parent, one) for one in owners)
            children[parent] -= 1


def _folder_owners(packages: dict[str, Package]) -> dict[str, list[str]]:
    """Return which packages ship each folder."""
    owners: dict[str, list[str]] = {}
    for package in packages.values():
        for entry in package.entries:
            if entry.kind is FileKind.DIRECTORY:
                owners.setdefault(entry.path, []).append(package.name)
    return owners


def _depth(path: str) -> int:
    return path.count("/")
