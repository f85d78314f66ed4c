"""How the image was made, step by step, with what each layer brought."""

from collections.abc import Iterator

from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.inspection.secret_scan import masked_start
from prill.model import Location
from prill.model.fact_values import HistoryLayer
from prill.model.facts import Fact
from prill.oci.config import HistoryEntry
from prill.oci.entries import FILE, EntryTable

__all__ = ["HISTORY"]

_MAX_TEXT = 4096
_NOTHING = HistoryEntry()


def _find(image: Inspected) -> Iterator[Fact]:
    """Yield the steps, the first first; layers that the history does not tell of come last, by themselves."""
    tree, manifest = image.image, image.manifest
    if image.config is None or tree is None or manifest is None:
        return
    history = list(image.config.history)
    history += [_NOTHING] * (len(tree.layers) - sum(not one.empty_layer for one in history))
    number = 0
    for step, entry in enumerate(history, 1):
        layer = None if entry.empty_layer or number >= len(tree.layers) else number
        number += layer is not None
        unpacked, files = _contents(tree.merged.tables[layer]) if layer is not None else (0, 0)
        name = str(tree.layers[layer].diff_id) if layer is not None else ""
        value = HistoryLayer(
            number=step,
            created=entry.created,
            created_by=masked_start(entry.created_by, _MAX_TEXT),
            layer=name,
            compressed=manifest.layers[layer].size if layer is not None else 0,
            unpacked=unpacked,
            files=files,
        )
        yield Fact(id="history", value=value, evidence=(Location("", name),) if name else ())


def _contents(table: EntryTable) -> tuple[int, int]:
    """Return how many bytes the files of a layer have, and how many files there are."""
    sizes = [size for size, kind in zip(table.sizes, table.kinds, strict=True) if kind == FILE]
    return sum(sizes), len(sizes)


HISTORY = FactPlugin(id="history", of_images=True, find=_find)
