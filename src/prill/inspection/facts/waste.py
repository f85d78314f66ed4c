"""Wasted space: contents of lower layers that later ones replace or delete, which every copy of the image carries."""

from collections.abc import Iterator

from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.model import Location
from prill.model.facts import Fact
from prill.model.file_facts import WastedFile, WastedSpace
from prill.oci.entries import FILE

__all__ = ["WASTED_FILES", "WASTED_SPACE"]

_MOST = 100


def _hidden_files(image: Inspected) -> list[tuple[str, int, int]]:
    """Return the path, the layer's number and the size of every file that nothing in the merged tree leads to."""
    if image.image is None:
        return []
    merged = image.image.merged
    left_out = {gap.subject for gap in image.image.gaps}  # nothing hides them: no layer may bring such a file
    hidden = []
    shown: list[set[int]] = [set() for _ in merged.tables]
    for handle in merged.handles:
        if handle >= 0:
            layer, number = handle >> 40, handle & 0xFF_FFFF_FFFF
            shown[layer].add(number)
    for layer, table in enumerate(merged.tables):
        seen = shown[layer]
        for number, kind in enumerate(table.kinds):
            if kind == FILE and table.sizes[number] and number not in seen:
                hidden.append((table.paths[number], layer, table.sizes[number]))
    if left_out:
        hidden = [one for one in hidden if f"/{one[0]}" not in left_out]
    return hidden


def _find_total(image: Inspected) -> Iterator[Fact]:
    if image.image is None:
        return
    hidden = [size for _, _, size in image.once(_hidden_files)]
    unpacked = sum(
        size
        for table in image.image.merged.tables
        for size, kind in zip(table.sizes, table.kinds, strict=True)
        if kind == FILE
    )
    yield Fact(id="wasted-space", value=WastedSpace(unpacked=unpacked, wasted=sum(hidden), files=len(hidden)))


def _find_files(image: Inspected) -> Iterator[Fact]:
    """Yield the hundred paths that waste most, the most first, with the layers of the hidden contents."""
    if image.image is None:
        return
    names = [str(layer.diff_id) for layer in image.image.layers]
    places: dict[str, list[tuple[int, int]]] = {}
    for path, layer, size in image.once(_hidden_files):
        places.setdefault(path, []).append((layer, size))
    worst = sorted(places.items(), key=lambda item: (-sum(size for _, size in item[1]), item[0]))[:_MOST]
    for path, found in worst:
        value = WastedFile(
            copies=len(found), wasted=sum(size for _, size in found), deleted=image.tree.stat(path) is None
        )
        evidence = tuple(Location(path, names[layer]) for layer, _ in found)
        yield Fact(id="wasted-files", value=value, evidence=evidence)


WASTED_SPACE = FactPlugin(id="wasted-space", of_images=True, find=_find_total)
WASTED_FILES = FactPlugin(id="wasted-files", of_images=True, find=_find_files)
