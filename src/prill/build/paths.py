"""``paths`` of a spec: folders, links and empty files to make, owners and modes to change."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import msgspec

from prill.build.entries import directory, regular_file, symlink
from prill.build.generated import GeneratedEntry
from prill.build.rootfs import Placed, Rootfs
from prill.build.spec import PathEntry, PathKind
from prill.build.tree import RootfsTree
from prill.build.tree_paths import resolve
from prill.errors import PrillError
from prill.model import FileKind

__all__ = ["PATHS_RULE", "NothingToChange", "apply_paths"]

PATHS_RULE = "spec:paths"


class NothingToChange(PrillError):
    """``paths`` wants to change, or to link to, what is not in the image."""


def apply_paths(
    wanted: Iterable[PathEntry], root: Rootfs, tree: RootfsTree, made: Mapping[str, GeneratedEntry]
) -> tuple[GeneratedEntry, ...]:
    """Return the entries to make, in order; owners and modes of packages' entries are changed in ``root`` itself.

    Raise `NothingToChange` where a path is not there.
    """
    entries: dict[str, GeneratedEntry] = {}
    for one in wanted:
        path = one.path.strip("/")
        if one.type is PathKind.DIRECTORY:
            mode = 0o755 if one.permissions is None else one.permissions
            entries[path] = directory(path, PATHS_RULE, mode=mode, uid=one.uid or 0, gid=one.gid or 0)
            if one.recursive:
                _change(one, path, root, made, entries, below_only=True)
        elif one.type is PathKind.EMPTY_FILE:
            mode = 0o644 if one.permissions is None else one.permissions
            entries[path] = regular_file(path, b"", PATHS_RULE, mode=mode, uid=one.uid or 0, gid=one.gid or 0)
        elif one.type is PathKind.SYMLINK:
            entries[path] = _owned(symlink(path, one.source or "", PATHS_RULE), one)
        elif one.type is PathKind.HARDLINK:
            entries[path] = _owned(_copy(one, path, tree), one)
        else:
            place = path if path in entries else root.settle(path, FileKind.FILE, PATHS_RULE)
            _change(one, place, root, made, entries, below_only=False)
    return tuple(entries.values())


def _copy(one: PathEntry, path: str, tree: RootfsTree) -> GeneratedEntry:
    """Copy the target: a hard link cannot reach into the layer below."""
    source = resolve(tree, (one.source or "").strip("/")) or ""
    target = tree.stat(source)
    if target is None or target.kind not in (FileKind.FILE, FileKind.HARDLINK):
        raise NothingToChange(f"paths: {one.path} is to be a hard link to {one.source}, which is no file of the image")
    with tree.open(source) as stream:
        return regular_file(path, stream.read(), PATHS_RULE, mode=target.mode, uid=target.uid, gid=target.gid)


def _owned(entry: GeneratedEntry, one: PathEntry) -> GeneratedEntry:
    stat = replace(
        entry.stat,
        uid=entry.stat.uid if one.uid is None else one.uid,
        gid=entry.stat.gid if one.gid is None else one.gid,
        mode=_mode(entry.stat.mode, entry.stat.kind, one),
    )
    return GeneratedEntry(stat=stat, rule=entry.rule, content=entry.content)


def _change(
    one: PathEntry,
    path: str,
    root: Rootfs,
    made: Mapping[str, GeneratedEntry],
    entries: dict[str, GeneratedEntry],
    *,
    below_only: bool,
) -> None:
    found = False
    for target in _matching(path, (*root.placed, *entries), recursive=one.recursive, below_only=below_only):
        found = True
        if target in entries:
            entries[target] = _owned(entries[target], one)
        elif target in made:
            entries[target] = _owned(made[target], one)
        else:
            placed = root.placed[target]
            entry = msgspec.structs.replace(
                placed.entry,
                uid=placed.entry.uid if one.uid is None else one.uid,
                gid=placed.entry.gid if one.gid is None else one.gid,
                mode=_mode(placed.entry.mode, placed.entry.kind, one),
            )
            root.placed[target] = Placed(entry, placed.owner, PATHS_RULE)
    if not found and not below_only:
        raise NothingToChange(f"paths: there is no {one.path} in the image whose permissions could be changed")


def _mode(mode: int, kind: FileKind, one: PathEntry) -> int:
    if one.permissions is None or kind is FileKind.SYMLINK:
        return mode
    return one.permissions


def _matching(path: str, paths: Iterable[str], *, recursive: bool, below_only: bool) -> Iterator[str]:
    for candidate in dict.fromkeys(paths):
        if (candidate == path and not below_only) or (recursive and candidate.startswith(f"{path}/")):
            yield candidate
