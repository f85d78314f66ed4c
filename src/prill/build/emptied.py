"""Folders that nothing is left in once the merge has dropped what it drops."""

from collections.abc import Mapping

from prill.build.parents import parents
from prill.build.rootfs import Package, Rootfs
from prill.model import FileKind

__all__ = ["prune_emptied"]


def prune_emptied(root: Rootfs) -> None:
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
    shipped = _folder_owners(root.packages)
    lost = {(parent, one.owner) for one in root.dropped for parent in parents(one.path)}
    emptied = {folder for folder, _ in lost}
    for path in sorted(folders, key=_depth, reverse=True):
        if children.get(path):
            continue
        owner = root.placed[path].owner
        owners = shipped.get(path, [])
        empty = path in emptied and all((path, one) in lost for one in owners)
        rule = "emptied" if empty else root.packages[owner].trimmer.rule(path)
        if rule:
            del root.placed[path]
            root.drop(path, owner, rule)
            parent = path.rpartition("/")[0]
            emptied.add(parent)
            lost.update((parent, one) for one in owners)
            children[parent] -= 1


def _folder_owners(packages: Mapping[str, Package]) -> dict[str, list[str]]:
    """Return which packages ship each folder."""
    owners: dict[str, list[str]] = {}
    for package in packages.values():
        for entry in package.entries:
            if entry.kind is FileKind.DIRECTORY:
                owners.setdefault(entry.path, []).append(package.name)
    return owners


def _depth(path: str) -> int:
    return path.count("/")
