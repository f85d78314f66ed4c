"""Packages laid over each other into one root file system, in memory, with a reason for every path.

The merge follows dpkg where dpkg has a rule (Debian Policy 6.6 and 7.6): a directory may be shared; the same entry in
two packages is one entry, and of two that differ in mode or owner alone the first is kept and it is noted; a
different one needs ``Replaces``; a diversion moves other packages' file out of the way.
Where dpkg would overwrite or guess, the build fails and says which packages disagree.
"""

from collections.abc import Iterable

import msgspec

from prill.build.emptied import prune_emptied
from prill.build.hard_links import rescue_hard_links
from prill.build.listing import Listed
from prill.build.parents import parents
from prill.build.placed import Placed
from prill.build.rootfs import FileConflict, Package, Rootfs
from prill.build.symlinks import MAX_LINKS, CircularLinks, behind, check_links, is_link
from prill.model import FileKind

__all__ = ["SETUID", "merge"]

SETUID = 0o6000
"""The setuid and setgid bits."""


def merge(packages: Iterable[Package], *, keep_setuid: Iterable[str] = ()) -> Rootfs:
    """Merge ``packages``; those that come first own what several share.

    Raise `FileConflict` where two disagree and neither says ``Replaces``, `LinkLeavesRoot` for a hostile symlink.
    """
    ordered = sorted(packages, key=lambda package: (package.name != "base-files", package.name))
    diverted = {source: (package.name, target) for package in ordered for source, target in package.diversions}
    root = Rootfs(packages={package.name: package for package in ordered})
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
            _place(root, Placed(entry, package.name, rule))
    _follow_links(root)
    rescue_hard_links(root.placed)
    check_links(root.placed)
    root.complete_parents()
    prune_emptied(root)
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


def _place(root: Rootfs, new: Placed) -> None:
    path, packages = new.entry.path, root.packages
    old = root.placed.get(path)
    if old is None:
        root.placed[path] = new
        return
    kinds = {old.entry.kind, new.entry.kind}
    if kinds == {FileKind.DIRECTORY}:
        if _access(old.entry) != _access(new.entry):
            root.notes.append(_first_kept(old, new))
        return
    if kinds == {FileKind.DIRECTORY, FileKind.SYMLINK}:
        # dpkg leaves a link to a directory in place; what lies below it follows in _follow_links.
        root.placed[path] = new if new.entry.kind is FileKind.SYMLINK else old
        return
    if old.entry.same_but_time(new.entry):
        root.drop(path, new.owner, f"same-as:{old.owner}")
        return
    new_replaces = packages[new.owner].replaces(old.owner) if new.owner in packages else False
    old_replaces = packages[old.owner].replaces(new.owner) if old.owner in packages else False
    if new_replaces == old_replaces and old.entry.same_thing(new.entry):
        root.notes.append(_first_kept(old, new))
        root.drop(path, new.owner, f"same-content-as:{old.owner}")
        return
    if new_replaces == old_replaces:
        raise FileConflict(
            f"/{path} comes from {old.owner} and, different, from {new.owner}"
            + (", and each says it replaces the other" if new_replaces else ""),
            hint="exclude one of the packages, or trim the path in the spec",
        )
    winner, loser = (new, old) if new_replaces else (old, new)
    root.placed[path] = winner
    root.drop(path, loser.owner, f"replaced-by:{winner.owner}")


def _access(entry: Listed) -> tuple[int, int, int]:
    return entry.mode, entry.uid, entry.gid


def _first_kept(old: Placed, new: Placed) -> str:
    """Return the note on an entry whose mode or owner another package would have otherwise."""
    said = [f"{one.entry.mode:o}" for one in (old, new)]
    if _access(old.entry)[1:] != _access(new.entry)[1:]:
        said = [f"{mode} of {one.entry.uid}:{one.entry.gid}" for mode, one in zip(said, (old, new), strict=True)]
    return f"/{old.entry.path}: {old.owner} wants mode {said[0]}, {new.owner} {said[1]}; the first is kept"


def _follow_links(root: Rootfs) -> None:
    """Move what lies below a symlinked directory to where the link leads, as unpacking would have.

    What is moved may be a link itself, with more below it: so it goes on until nothing lies behind a link.
    """
    for _ in range(MAX_LINKS):
        links = {path for path, placed in root.placed.items() if placed.entry.kind is FileKind.SYMLINK}
        below = [path for path in root.placed if not links.isdisjoint(parents(path))]
        if not below:
            return
        for path in below:
            placed = root.placed.pop(path)
            target = behind(path, root.placed, placed.owner)
            if placed.entry.kind is FileKind.DIRECTORY and is_link(target, root.placed):
                continue
            moved = Placed(msgspec.structs.replace(placed.entry, path=target), placed.owner, f"through-link:{path}")
            _place(root, moved)
    raise CircularLinks(f"/{below[0]} lies behind more than {MAX_LINKS} symlinks")
