"""From a merged root file system to the layers that hold it."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from prill.build.generated import GeneratedEntry
from prill.build.layers import FILES, REST, LayerPlan
from prill.build.listing import Listed
from prill.build.members import Member
from prill.build.parents import parents
from prill.build.rootfs import Rootfs
from prill.model import FileKind

__all__ = ["FILES_PREFIX", "Owner", "join_layers", "listed_of", "plan_layers", "plan_top"]


FILES_PREFIX = "files:"
"""What the names of owners begin with that are ``files`` sources."""


class Owner(msgspec.Struct, frozen=True):
    """Who brings entries: a package or a ``files`` source.

    ``group`` is the source package; ``identity`` the digest of what the content comes from; ``built`` its time;
    ``content`` returns its unpacked data.
    """

    name: str
    group: str
    identity: str
    built: int
    content: Callable[[], memoryview]
    extra: tuple[tuple[Listed, bytes], ...] = ()


def listed_of(entry: GeneratedEntry, *, sha256: str = "", sha1: str = "") -> Listed:
    """Return a generated entry as a listed one."""
    stat = entry.stat
    return Listed(
        stat.path,
        stat.kind,
        stat.mode,
        stat.uid,
        stat.gid,
        stat.size,
        stat.mtime,
        stat.link,
        stat.device,
        stat.xattrs,
        0,
        sha256,
        sha1,
    )


def plan_layers(
    root: Rootfs,
    owners: Iterable[Owner],
    *,
    groups: Sequence[str],
    epoch: int,
    skip: Callable[[str], bool],
    prefix: str = "",
) -> tuple[LayerPlan, ...]:
    """Put each owner's entries into its group's layer, in the order of ``groups``; the rest and files come last.

    ``skip`` says which paths lie in a layer below already. Layers without an entry are left out. No time is later than
    ``epoch``. ``prefix`` is put before the layers' names.
    """
    entries = root.by_owner()
    folders = _leaf_folders(root)
    by_layer: dict[str, list[Owner]] = {}
    for owner in sorted(owners, key=lambda one: one.name):
        by_layer.setdefault(owner.group if owner.group in (*groups, FILES) else REST, []).append(owner)
    plans = []
    for name in (*groups, REST, FILES):
        members = []
        paths: set[str] = set()
        inside = by_layer.get(name, [])
        for owner in inside:
            kept = [
                _clamped(_whole(entry, skip), epoch) for entry in entries.get(owner.name, ()) if not skip(entry.path)
            ]
            extra = tuple((_clamped(entry, epoch), content) for entry, content in owner.extra)
            if not kept and not extra:
                continue
            paths.update(entry.path for entry in kept)
            paths.update(entry.path for entry, _ in extra)
            members.append(
                Member(owner=owner.name, identity=owner.identity, entries=kept, extra=extra, content=owner.content)
            )
        leaves = [folder for owner in inside for folder in folders.get(owner.name, ()) if not skip(folder)]
        if members or leaves:
            newest = min(max((owner.built for owner in inside), default=0), epoch)
            label = f"{prefix}-{name}" if prefix else name
            plans.append(LayerPlan(name=label, folders=_folders(root, paths, leaves, newest), members=members))
    return tuple(plans)


def plan_top(
    root: Rootfs, name: str, made: Mapping[str, GeneratedEntry], *, whiteouts: Iterable[str] = (), epoch: int
) -> LayerPlan | None:
    """Plan the layer of what the builder made; ``whiteouts`` are paths of layers below that it hides.

    A whiteout is an empty file ``.wh.NAME`` beside what it hides (OCI image-spec, layer.md, "Whiteouts").
    """
    extra = []
    paths = set()
    for path in sorted(made):
        entry = made[path]
        if entry.stat.kind is not FileKind.DIRECTORY:
            extra.append((_clamped(listed_of(entry), epoch), entry.content))
            paths.add(path)
    for path in sorted(whiteouts):
        folder, _, last = path.rpartition("/")
        hidden = f"{folder}/.wh.{last}".lstrip("/")
        extra.append((Listed(hidden, FileKind.FILE, 0o644, 0, 0, 0, epoch), b""))
        paths.add(hidden)
    leaves = [path for path, entry in made.items() if entry.stat.kind is FileKind.DIRECTORY]
    if not extra and not leaves:
        return None
    member = Member(owner=name, identity=name, entries=(), extra=tuple(extra), content=lambda: memoryview(b""))
    return LayerPlan(name=name, folders=_folders(root, paths, leaves, epoch), members=(member,) if extra else ())


def join_layers(plans: Sequence[LayerPlan], budget: int) -> tuple[LayerPlan, ...]:
    """Join the topmost layers into one until there are at most ``budget``."""
    if len(plans) <= budget:
        return tuple(plans)
    joined = plans[budget - 1 :]
    folders: dict[str, Listed] = {}
    for plan in joined:
        folders |= {folder.path: folder for folder in plan.folders}
    top = LayerPlan(
        name="+".join(plan.name for plan in joined),
        folders=tuple(folders[path] for path in sorted(folders)),
        members=tuple(member for plan in joined for member in plan.members),
    )
    return (*plans[: budget - 1], top)


def _whole(entry: Listed, skip: Callable[[str], bool]) -> Listed:
    """Turn a hard link into the file itself where its target lies in a layer below, which it cannot reach into."""
    if entry.kind is FileKind.HARDLINK and skip(entry.link):
        return msgspec.structs.replace(entry, kind=FileKind.FILE, link="")
    return entry


def _clamped(entry: Listed, epoch: int) -> Listed:
    return entry if entry.mtime <= epoch else msgspec.structs.replace(entry, mtime=epoch)


def _leaf_folders(root: Rootfs) -> dict[str, list[str]]:
    """Return, by owner, the folders that hold nothing: no other entry would bring them along."""
    inner = {path.rpartition("/")[0] for path in root.placed}
    leaves: dict[str, list[str]] = {}
    for path, placed in root.placed.items():
        if placed.entry.kind is FileKind.DIRECTORY and path not in inner:
            leaves.setdefault(placed.owner, []).append(path)
    return leaves


def _folders(root: Rootfs, paths: Iterable[str], leaves: Iterable[str], mtime: int) -> tuple[Listed, ...]:
    """Return the folders of a layer with their final owner and mode, each before what it holds."""
    wanted = set(leaves)
    for path in (*paths, *wanted):
        wanted.update(parents(path))
    found = []
    for path in sorted(wanted):
        placed = root.placed.get(path)
        entry = placed.entry if placed else Listed(path, FileKind.DIRECTORY, 0o755, 0, 0, 0, mtime)
        found.append(msgspec.structs.replace(entry, mtime=mtime))
    return tuple(found)
