"""Two merged trees beside each other, path by path."""

from collections.abc import Sequence

from prill.model.value import dataclass
from prill.oci._merge import entry_at, handle_of
from prill.oci.folder import FolderTree
from prill.oci.rootfs import ImageTree

__all__ = ["TreePairs", "pair_trees"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TreePairs:
    """Rows of two trees: ``gone`` only the old has, ``come`` only the new; of ``both`` something may differ.

    The root is among ``both`` where it differs, and is no path otherwise. ``same`` are rows of the old tree whose paths
    in both cannot differ: the same place of the same layer brought them.
    """

    gone: Sequence[int]
    come: Sequence[int]
    both: Sequence[tuple[int, int]]
    same: Sequence[int]


def pair_trees(old: ImageTree | FolderTree, new: ImageTree | FolderTree) -> TreePairs:
    """Pair two trees that were read within the same limits; nothing of a content is read."""
    was, now = old.merged, new.merged
    layer_in_new = _shared_layers(old, new)
    rows = now.rows
    gone: list[int] = []
    both = [(0, 0)] if _roots_differ(old, new) else []
    same: list[int] = []
    for row in range(1, len(was)):
        other = rows.get(was.paths[row])
        if other is None:
            gone.append(row)
        elif _are_one(was.handles[row], now.handles[other], layer_in_new) and was.first(row) == now.first(other):
            same.append(row)
        else:
            both.append((row, other))
    known = was.rows
    come = [row for row in range(1, len(now)) if now.paths[row] not in known]
    return TreePairs(gone=gone, come=come, both=both, same=same)


def _roots_differ(old: ImageTree | FolderTree, new: ImageTree | FolderTree) -> bool:
    """Tell whether two images' roots differ; a folder's own mode and owner are those of where it happens to lie."""
    if not isinstance(old, ImageTree) or not isinstance(new, ImageTree):
        return False
    was, now = old.merged.stat(0), new.merged.stat(0)
    return (was.mode, was.uid, was.gid, was.xattrs) != (now.mode, now.uid, now.gid, now.xattrs)


def _are_one(old: int, new: int, layer_in_new: dict[int, int]) -> bool:
    if old < 0 or new < 0:
        return old == new  # folders that no layer mentions
    layer, number = entry_at(old)
    return layer in layer_in_new and handle_of(layer_in_new[layer], number) == new


def _shared_layers(old: ImageTree | FolderTree, new: ImageTree | FolderTree) -> dict[int, int]:
    """Return for the place of a layer in the old image its place in the new one."""
    if not isinstance(old, ImageTree) or not isinstance(new, ImageTree):
        return {}
    places = {layer.diff_id: place for place, layer in enumerate(new.layers)}
    return {place: places[layer.diff_id] for place, layer in enumerate(old.layers) if layer.diff_id in places}
