"""Reading the evidence of all readers layer by layer, while the layers are read.

What the files of a layer say depends on the layer alone, whatever becomes of them in the image. So all is read, also of
files that a later layer hides, and can be remembered for every image that has the layer.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO
from operator import itemgetter
from typing import Any, BinaryIO, Protocol

from msgspec.msgpack import decode, encode

from prill.model import Digest, FileStat
from prill.model.value import dataclass, field
from prill.oci.dispatch import Dispatch
from prill.oci.entries import EntryTable
from prill.oci.evidence import AnyReader, FoundFile, ask
from prill.oci.image import Layer
from prill.oci.layer_reader import LayerContents

__all__ = ["EvidenceCache", "EvidenceReader", "LayerEvidence", "SeveralInterests"]

_number = itemgetter(0)


@dataclass(slots=True)
class LayerEvidence:
    """What one layer's files say: for each reader, in their order, the evidence by the entry's number.

    ``gaps`` has the entry's number and why it could not be read.
    """

    found: tuple[list[tuple[int, Any]], ...]
    gaps: list[tuple[int, str]] = field(default_factory=list)

    def __reduce__(self) -> tuple[Callable[..., "LayerEvidence"], tuple[object, ...]]:
        """Go to another process as it goes into the cache, in a third of the time; what is no Unicode goes as ever."""
        kinds = tuple(type(said[0][1]) if said else None for said in self.found)
        try:
            return _received, (tuple(zip(kinds, map(encode, self.found), strict=True)), self.gaps)
        except (UnicodeEncodeError, OverflowError):
            return LayerEvidence, (self.found, self.gaps)


def _received(found: Iterable[tuple[type | None, bytes]], gaps: list[tuple[int, str]]) -> LayerEvidence:
    row: Any = tuple
    rows: Any = list
    return LayerEvidence(tuple(decode(said, type=rows[row[int, kind or Any]]) for kind, said in found), gaps)


class EvidenceCache(Protocol):
    """Remembers what was read of verified layers."""

    def evidence(self, layer: Layer) -> LayerEvidence | None:
        """Return what is known of a layer, or None."""

    def keeping_evidence(self, layer: Layer, evidence: LayerEvidence) -> Callable[[], None]:
        """Return what remembers what was read of a layer, to be called once all of it is verified."""


class EvidenceReader:
    """Is interested in what the readers want, of the layers that nobody remembers."""

    def __init__(
        self, readers: Sequence[AnyReader], cache: EvidenceCache | None = None, *, read_nothing: bool = False
    ) -> None:
        """``read_nothing`` is for an image of which all is known without its layers' evidence."""
        self.readers = readers
        self.reads_nothing = read_nothing
        self.dispatch = Dispatch(readers)
        self._cache = cache
        self._read: dict[Digest, tuple[Layer, LayerEvidence]] = {}
        self._known: dict[Digest, LayerEvidence] = {}

    def __call__(self, layer: Layer) -> "_LayerInterest | None":
        """Return what is wanted of ``layer``, None where everything is known."""
        if self.reads_nothing or layer.diff_id in self._known:
            return None
        known = self._cache.evidence(layer) if self._cache else None
        if known is not None:
            self._known[layer.diff_id] = known
            return None
        return _LayerInterest(self, layer)

    def take(self, layer: Layer, evidence: LayerEvidence) -> None:
        """Take what was read of a layer."""
        self._read[layer.diff_id] = (layer, evidence)

    def of(self, layer: Layer) -> LayerEvidence:
        """Return what the files of a layer say that was read, or known."""
        known = self._known.get(layer.diff_id)
        return self._read[layer.diff_id][1] if known is None else known

    def keeping(self, layers: Sequence[Layer]) -> Iterator[Callable[[], None]]:
        """Yield what remembers what was read of each of ``layers``, all of which were read to their end."""
        for layer in layers:
            if self._cache and layer.diff_id in self._read:
                yield self._cache.keeping_evidence(*self._read[layer.diff_id])


class _LayerInterest:
    """What is wanted of one layer."""

    def __init__(self, reader: EvidenceReader, layer: Layer) -> None:
        self._wanted = reader.dispatch.wanted
        self._reader = reader
        self._layer = layer
        self._jobs: list[tuple[int, tuple[int, ...]]] = []
        self._evidence = LayerEvidence(found=tuple([] for _ in reader.readers))

    def wants(self, number: int, path: str, size: int, first: bytes) -> bool:
        """Return whether any reader reads the file."""
        wanted = self._wanted(path, size, first)
        if wanted:
            self._jobs.append((number, wanted))
        return bool(wanted)

    def read_at_once(self, stat: FileStat, content: bytes) -> None:
        """Let the readers read the file that was wanted last."""
        number, wanted = self._jobs.pop()
        self._ask(number, wanted, _PassingFile(stat, content))

    def read(self, table: EntryTable, contents: LayerContents) -> LayerEvidence:
        """Let the readers read what they wanted, and did not read at once."""
        for number, wanted in self._jobs:
            if number < len(table):
                self._ask(number, wanted, LayerFile(table, contents, number))
        for said in (*self._evidence.found, self._evidence.gaps):
            said.sort(key=_number)
        return self._evidence

    def _ask(self, number: int, wanted: tuple[int, ...], file: FoundFile) -> None:
        readers, evidence = self._reader.readers, self._evidence
        for one in wanted:
            said, problem = ask(readers[one], file)
            if problem:
                evidence.gaps.append((number, problem))
            elif said is not None:
                evidence.found[one].append((number, said))

    def take(self, said: LayerEvidence) -> None:
        """Hand the evidence to the reader who asked for it."""
        self._reader.take(self._layer, said)


class SeveralInterests:
    """Several that are interested in layers, asked as one, so that a layer is read once for all of them."""

    def __init__(self, *asked: EvidenceReader) -> None:
        self._asked = asked

    def __call__(self, layer: Layer) -> "_All | _LayerInterest | None":
        """Return what any of them wants of ``layer``, None where none does."""
        wanting = [interest for ask in self._asked if (interest := ask(layer)) is not None]
        return _All(wanting) if len(wanting) > 1 else wanting[0] if wanting else None


class _All:
    """Interests of several in one layer."""

    def __init__(self, wanting: Sequence[_LayerInterest]) -> None:
        self._wanting = wanting
        self._last: list[_LayerInterest] = []

    def wants(self, number: int, path: str, size: int, first: bytes) -> bool:
        """Ask every one; each notes what it wants."""
        self._last = [one for one in self._wanting if one.wants(number, path, size, first)]
        return bool(self._last)

    def read_at_once(self, stat: FileStat, content: bytes) -> None:
        """Let those read that want the last file."""
        for one in self._last:
            one.read_at_once(stat, content)

    def read(self, table: EntryTable, contents: LayerContents) -> tuple[LayerEvidence, ...]:
        """Let every one read."""
        return tuple(one.read(table, contents) for one in self._wanting)

    def take(self, said: tuple[LayerEvidence, ...]) -> None:
        """Give to every one what it read."""
        for one, its in zip(self._wanting, said, strict=True):
            one.take(its)


@dataclass(frozen=True, slots=True)
class _PassingFile:
    """A `FoundFile` whose content is at hand."""

    stat: FileStat
    content: bytes = field(repr=False)
    notes: dict[str, object] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return self.stat.path

    def open(self) -> BinaryIO:
        """Open the content."""
        return BytesIO(self.content)


class LayerFile:
    """A `FoundFile` of one layer."""

    __slots__ = ("_contents", "_number", "_table", "notes", "path")

    def __init__(self, table: EntryTable, contents: LayerContents, number: int) -> None:
        self._table = table
        self._contents = contents
        self._number = number
        self.path = table.paths[number]
        self.notes: dict[str, object] = {}

    @property
    def stat(self) -> FileStat:
        """The entry."""
        return self._table.stat(self._number, self.path)

    def open(self) -> BinaryIO:
        """Open the content."""
        return self._contents.open(self._table.offsets[self._number], self._table.sizes[self._number])
