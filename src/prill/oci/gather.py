"""The evidence that is visible in a tree: read from it, or brought together from what was read of an image's layers."""

from collections.abc import Sequence
from typing import Any, BinaryIO

from prill.errors import PrillError
from prill.model import FileKind, FileStat, Gap, Location
from prill.model.value import dataclass, field, replace
from prill.oci._merge import handle_of
from prill.oci.dispatch import Dispatch
from prill.oci.evidence import AnyReader, ScanTree, Seen, ask
from prill.oci.layer_evidence import EvidenceReader, LayerEvidence
from prill.oci.rootfs import ImageTree

__all__ = ["Gathered", "gather", "gather_image"]

_MAGIC_LENGTH = 4


@dataclass(slots=True)
class Gathered:
    """What was read: for each reader, in their order, the evidence sorted by path; and what could not be.

    ``hidden`` has, in the same way, what files said that a later layer deleted or replaced, where it was asked for.
    """

    seen: tuple[list[Seen[Any]], ...]
    hidden: tuple[list[Seen[Any]], ...]
    gaps: list[Gap] = field(default_factory=list)

    @classmethod
    def of(cls, readers: Sequence[AnyReader]) -> "Gathered":
        """Begin with nothing."""
        return cls(seen=tuple([] for _ in readers), hidden=tuple([] for _ in readers))

    def sort(self) -> None:
        """Bring everything into its order."""
        for one in (*self.seen, *self.hidden):
            one.sort(key=_path)


@dataclass(frozen=True, slots=True)
class _TreeFile:
    tree: ScanTree
    stat: FileStat
    notes: dict[str, object] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return self.stat.path

    def open(self) -> BinaryIO:
        return self.tree.open(self.stat.path)


def gather(tree: ScanTree, readers: Sequence[AnyReader]) -> Gathered:
    """Give every regular file to the readers that want it. A file that cannot be read is a gap."""
    dispatch = Dispatch(readers)
    gathered = Gathered.of(readers)
    if not readers:
        return gathered
    for stat in tree.walk():
        if stat.kind is FileKind.HARDLINK:
            target = tree.stat(stat.link)
            if target is not None and target.size:
                file = replace(stat, kind=FileKind.FILE, size=target.size, link="")
                _read(tree, file, dispatch.wanted_by(stat.path), readers, gathered)
        elif stat.kind is FileKind.FILE and stat.size:
            wanted = _wanted(tree, stat, dispatch, gathered.gaps)
            _read(tree, stat, wanted, readers, gathered)
    return gathered


def gather_image(tree: ImageTree, evidence: EvidenceReader, *, hidden: bool = False) -> Gathered:
    """Bring together what the layers' files say that are visible in the image, and with ``hidden`` what others say.

    A file that goes by another path than in its layer, by way of a link, is read once more under that path.
    """
    gathered = Gathered.of(evidence.readers)
    merged = tree.merged
    names = [str(layer.diff_id) for layer in tree.layers]
    by_layer = [evidence.of(layer) for layer in tree.layers]
    rows = merged.rows_of(
        (layer, number) for layer, one in enumerate(by_layer) for said in (*one.found, one.gaps) for number, _ in said
    )
    for layer, one in enumerate(by_layer):
        for seen, found in zip(gathered.seen, one.found, strict=True):
            for number, said in found:
                row = rows.get((layer, number))
                if row is not None:
                    seen.append(Seen(Location(merged.paths[row], names[merged.layers[row]]), said))
        if hidden:
            _add_hidden(gathered, tree, layer, one)
        for number, reason in one.gaps:
            row = rows.get((layer, number))
            if row is not None:
                gathered.gaps.append(Gap(f"/{merged.paths[row]}", reason))
    for stat, is_further in merged.moved_files():
        dispatch = evidence.dispatch
        wanted = dispatch.wanted_by(stat.path) if is_further else _wanted(tree, stat, dispatch, gathered.gaps)
        _read(tree, stat, wanted, evidence.readers, gathered)
    gathered.sort()
    return gathered


def _add_hidden(gathered: Gathered, tree: ImageTree, layer: int, evidence: LayerEvidence) -> None:
    """Add what files of a layer say that no name in the image leads to."""
    merged = tree.merged
    name = str(tree.layers[layer].diff_id)
    handles = {handle_of(layer, number) for found in evidence.found for number, _ in found}
    gone = handles.difference(merged.handles)
    paths = merged.tables[layer].paths
    for said_of, found in zip(gathered.hidden, evidence.found, strict=True):
        said_of.extend(
            Seen(Location(paths[number], name), said)
            for number, said in found
            if number < len(paths) and handle_of(layer, number) in gone  # there are none where the layer was left out
        )


def _path(seen: Seen[Any]) -> str:
    return seen.path


def _wanted(tree: ScanTree, stat: FileStat, dispatch: Dispatch, gaps: list[Gap]) -> tuple[int, ...]:
    if not dispatch.by_content:
        return dispatch.wanted_by(stat.path)
    try:
        with tree.open(stat.path) as stream:
            first = stream.read(_MAGIC_LENGTH)
    except PrillError as error:
        gaps.append(Gap(f"/{stat.path}", str(error)))
        return ()
    return dispatch.wanted(stat.path, stat.size, first)


def _read(
    tree: ScanTree,
    stat: FileStat,
    wanted: Sequence[int],
    readers: Sequence[AnyReader],
    gathered: Gathered,
) -> None:
    file = _TreeFile(tree, stat)
    for number in wanted:
        reader = readers[number]
        evidence, problem = ask(reader, file)
        if problem:
            gathered.gaps.append(Gap(f"/{stat.path}", problem))
        elif evidence is not None:
            gathered.seen[number].append(Seen(Location(stat.path, tree.layer_name(stat.path)), evidence))
