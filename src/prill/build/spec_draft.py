"""A spec while it is read: values that still know where they stand, so that files can be merged and faults placed."""

from collections.abc import Sequence
from typing import Protocol

from prill.build.spec_scalars import Scalar
from prill.build.spec_shape import FieldShape, Shape, ShapeKind, fields_of
from prill.errors import PrillError
from prill.formats.yaml_nodes import YamlNode
from prill.model.value import dataclass, field

__all__ = ["Draft", "Fault", "Faults", "InvalidSpec", "Place", "build", "distinct", "merge"]

_MOST_FAULTS = 20

Step = str | int


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong; lines and columns count from 1."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class InvalidSpec(PrillError):
    """A spec says something it must not; ``faults`` holds each of them, by file and line."""

    def __init__(self, faults: Sequence[Fault], *, hint: str | None = None) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)), hint=hint or "docs/spec.md describes every field")


class Place(Protocol):
    """What knows where it stands: a node, or an error of the YAML reader."""

    @property
    def source(self) -> str:
        """The file, as messages name it."""

    @property
    def line(self) -> int:
        """The line, from 1."""

    @property
    def column(self) -> int:
        """The column, from 1."""


class Faults:
    """The faults found so far."""

    def __init__(self) -> None:
        self._found: set[Fault] = set()

    def add(self, place: Place, message: str) -> None:
        """Remember a fault at ``place``, once."""
        self._found.add(Fault(place.source, place.line, place.column, message))

    def check(self) -> None:
        """Raise `InvalidSpec` where anything was found; it names the first twenty and says how many more there are."""
        if self._found:
            more = len(self._found) - _MOST_FAULTS
            hint = f"and {more} more; docs/spec.md describes every field" if more > 0 else None
            raise InvalidSpec(sorted(self._found)[:_MOST_FAULTS], hint=hint)


@dataclass(slots=True, kw_only=True)
class Draft:
    """One value and the node it was read from.

    ``value`` is a scalar's stored form, ``items`` a list's, ``entries`` those of a record or a table by key. A record's
    entries are only those that were given; ``broken`` are the keys whose values could not be read. A ``partial`` list
    lacks items that could not be read; a partial spec lacks what an include would have brought, had it been readable.
    """

    node: YamlNode
    shape: Shape
    value: Scalar = None
    items: list["Draft"] = field(default_factory=list)
    entries: dict[str, "Draft"] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    partial: bool = False

    def at(self, steps: Sequence[Step]) -> YamlNode:
        """Return the node at a path of keys and indexes, or the deepest one on the way that a file wrote."""
        found = self
        for step in steps:
            inner = found.entries.get(step) if isinstance(step, str) else None
            if isinstance(step, int) and step < len(found.items):
                inner = found.items[step]
            if inner is None:
                break
            found = inner
        return found.node


def merge(base: Draft, over: Draft) -> Draft:
    """Lay ``over`` upon ``base``.

    Mappings are merged key by key. Lists are joined, the base's items first, unless their type replaces. Of single
    values, commands and whole entrypoints the upper one stands, as in apko.
    """
    if over.shape.kind is ShapeKind.VALUE or over.shape.term.replaces:
        return over
    if over.shape.kind is ShapeKind.LIST:
        return Draft(node=over.node, shape=over.shape, items=distinct([*base.items, *over.items]))
    entries = dict(base.entries)
    for key, draft in over.entries.items():
        entries[key] = merge(entries[key], draft) if key in entries else draft
    return Draft(node=over.node, shape=over.shape, entries=entries, broken=base.broken | over.broken)


def distinct(items: list[Draft]) -> list[Draft]:
    """Drop a scalar that is there already: a package that two files name is one package."""
    seen: set[Scalar] = set()
    kept = []
    for item in items:
        if item.shape.kind is ShapeKind.VALUE:
            if item.value in seen:
                continue
            seen.add(item.value)
        kept.append(item)
    return kept


def build(draft: Draft, faults: Faults) -> object:
    """Make the value that a draft stands for, defaults filled in; None for a record that lacks something.

    What a partial spec lacks is no fault: the include that could not be read, which is one, may have it.
    """
    return _build(draft, faults, partial=draft.partial)


def _build(draft: Draft, faults: Faults, *, partial: bool) -> object:
    match draft.shape.kind:
        case ShapeKind.VALUE:
            return draft.shape.base(draft.value)
        case ShapeKind.LIST:  # whose items are never merged, so that each has to be whole
            return tuple(_build(item, faults, partial=False) for item in draft.items)
        case ShapeKind.TABLE:
            return tuple((key, _build(draft.entries[key], faults, partial=partial)) for key in sorted(draft.entries))
        case ShapeKind.RECORD:
            return _build_record(draft, faults, partial=partial)


def _build_record(draft: Draft, faults: Faults, *, partial: bool) -> object:
    fields = fields_of(draft.shape.base)
    given = {fields[key].name: _build(inner, faults, partial=partial) for key, inner in draft.entries.items()}
    missing = [one for key, one in fields.items() if one.required and key not in {*draft.entries, *draft.broken}]
    for shape in missing if not partial else ():
        faults.add(draft.node, _missing(shape))
    return None if missing or draft.broken else draft.shape.base(**given)


def _missing(shape: FieldShape) -> str:
    says = f": {shape.shape.says}" if shape.shape.kind is ShapeKind.VALUE else ""
    return f"{shape.key!r} is missing{says}"
