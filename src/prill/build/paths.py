"""``paths`` of a spec: folders, links and empty files to make, owners and modes to change."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from prill.build.entries import directory, regular_file, symlink
from prill.build.generated import GeneratedEntry
from prill.build.listing import Listed
from prill.build.placed import Placed
from prill.build.rootfs import Rootfs
from prill.build.spec import PathEntry, PathKind
from prill.build.symlinks import leads_out
from prill.build.tree import RootfsTree
from prill.build.tree_paths import resolve
from prill.errors import PrillError
from prill.model import FileKind
from prill.model.value import replace

__all__ = ["PATHS_RULE", "NothingToChange", "apply_paths", "note_on_former"]

PATHS_RULE = "spec:paths"


class NothingToChange(PrillError):
    """``paths`` wants to change, or to link to, what is not in the image; ``subject`` is the entry."""

    def __init__(self, message: str, entry: PathEntry) -> None:
        super().__init__(message)
        self.subject = entry


def apply_paths(
    wanted: Iterable[PathEntry], root: Rootfs, tree: RootfsTree, made: Mapping[str, GeneratedEntry]
) -> tuple[GeneratedEntry, ...]:
    """Return the entries to make, in order; owners and modes of packages' entries are changed in ``root`` itself.

    Of two entries that make something at one path the later one has it, so that a spec may replace what it includes;
    it is noted.

    Raise `NothingToChange` where a path is not there, or a symlink would lead out of the root.
    """
    entries: dict[str, GeneratedEntry] = {}
    for one in wanted:
        path = one.path.strip("/")
        if one.type is PathKind.DIRECTORY:
            mode = 0o755 if one.permissions is None else one.permissions
            _add(directory(path, PATHS_RULE, mode=mode, uid=one.uid or 0, gid=one.gid or 0), root, entries)
            if one.recursive:
                _change(one, path, root, made, entries, below_only=True)
        elif one.type is PathKind.EMPTY_FILE:
            mode = 0o644 if one.permissions is None else one.permissions
            _add(regular_file(path, b"", PATHS_RULE, mode=mode, uid=one.uid or 0, gid=one.gid or 0), root, entries)
        elif one.type is PathKind.SYMLINK:
            _check_stays(one, path, root)
            _add(_owned(symlink(path, one.source or "", PATHS_RULE), one), root, entries)
        elif one.type is PathKind.HARDLINK:
            _link(one, path, root, tree, made, entries)
        else:
            place = path if path in entries else root.settle(path, FileKind.FILE, PATHS_RULE)
            _change(one, place, root, made, entries, below_only=False)
    return tuple(entries.values())


def note_on_former(path: str, former: FileKind, kind: FileKind) -> str:
    """Return a note on an entry of ``paths`` whose place a later one takes."""
    return f"paths: the {kind} /{path} takes the place of the {former} that an entry before it makes"


def _add(entry: GeneratedEntry, root: Rootfs, entries: dict[str, GeneratedEntry]) -> None:
    """Make ``entry``; it is noted where another was to be made at its path."""
    path = entry.stat.path
    former = entries.get(path)
    if former is not None and former != entry:
        root.notes.append(note_on_former(path, former.stat.kind, entry.stat.kind))
    entries[path] = entry


def _check_stays(one: PathEntry, path: str, root: Rootfs) -> None:
    place = root.settle(path, FileKind.SYMLINK, PATHS_RULE)
    if leads_out(place, one.source or ""):
        raise NothingToChange(
            f"paths: {one.path} is to be a symlink to {one.source!r}, which leads out of the root, seen from /{place}",
            one,
        )


def _link(
    one: PathEntry,
    path: str,
    root: Rootfs,
    tree: RootfsTree,
    made: Mapping[str, GeneratedEntry],
    entries: dict[str, GeneratedEntry],
) -> None:
    """Give a file another name: in the layer that the file is in, for a hard link cannot reach into one below.

    Owner and mode belong to the file, so that where the spec names some both names get them. What is made here is
    copied instead: its layer holds files alone.
    """
    source = (one.source or "").strip("/")
    source = source if source in entries else resolve(tree, source) or ""
    target = root.placed.get(source)
    if source in entries:
        _add(_owned(_renamed(entries[source], path), one), root, entries)
    elif source in made and made[source].stat.kind is FileKind.FILE:
        _add(_owned(_renamed(made[source], path), one), root, entries)
    elif target is None or target.entry.kind not in (FileKind.FILE, FileKind.HARDLINK):
        raise NothingToChange(
            f"paths: {one.path} is to be a hard link to {one.source}, which is no file of the image", one
        )
    else:
        entry = _changed(target.entry, one)
        if entry != target.entry:
            root.placed[source] = Placed(entry, target.owner, PATHS_RULE)
        place = root.settle(path, FileKind.FILE, PATHS_RULE)
        link = msgspec.structs.replace(entry, path=place, kind=FileKind.HARDLINK, link=entry.link or source)
        if (former := entries.pop(path, None)) is not None:
            root.notes.append(note_on_former(path, former.stat.kind, link.kind))
        root.cover(Placed(link, target.owner, PATHS_RULE), f"made:{PATHS_RULE}")


def _renamed(entry: GeneratedEntry, path: str) -> GeneratedEntry:
    return GeneratedEntry(stat=replace(entry.stat, path=path), rule=PATHS_RULE, content=entry.content)


def _changed(entry: Listed, one: PathEntry) -> Listed:
    """Return the entry with the owner and the mode that the spec names."""
    return msgspec.structs.replace(
        entry,
        uid=entry.uid if one.uid is None else one.uid,
        gid=entry.gid if one.gid is None else one.gid,
        mode=_mode(entry.mode, entry.kind, one),
    )


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
            root.placed[target] = Placed(_changed(placed.entry, one), placed.owner, PATHS_RULE)
    if not found and not below_only:
        raise NothingToChange(f"paths: there is no {one.path} in the image whose permissions could be changed", one)


def _mode(mode: int, kind: FileKind, one: PathEntry) -> int:
    if one.permissions is None or kind is FileKind.SYMLINK:
        return mode
    return one.permissions


def _matching(path: str, paths: Iterable[str], *, recursive: bool, below_only: bool) -> Iterator[str]:
    for candidate in dict.fromkeys(paths):
        if (candidate == path and not below_only) or (recursive and candidate.startswith(f"{path}/")):
            yield candidate
