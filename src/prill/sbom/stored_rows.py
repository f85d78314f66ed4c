"""Values as rows, which msgspec reads and writes without the standard library's module about dataclasses.

msgspec asks that module what a dataclass's fields are. It brings the readers of source and of byte code along, and
importing them takes as long as all else that a remembered SBOM of a small image needs.
"""

from collections.abc import Callable, Iterable
from functools import cache
from itertools import starmap
from operator import attrgetter
from types import GenericAlias
from typing import Any, get_args, get_origin, get_type_hints

from prill.model.value_fields import fields_of, is_value

__all__ = ["Rows", "rows_of"]

_Convert = Callable[[Any], Any]
_Column = tuple[Any, _Convert | None, _Convert | None]
"""The type that is kept, what makes it of a value, and the value of it; neither where the value is kept as it is."""


class Rows:
    """How values of a class are kept: ``row`` is a tuple's type, the fields' in their order, but those ``without``.

    ``of`` makes a value's row.
    """

    def __init__(self, kind: type, without: Iterable[str] = ()) -> None:
        fields = [field for field in fields_of(kind) if field.name not in without]
        self._kind = kind
        self._names = names = [field.name for field in fields]
        self._by_name = any(field.kw_only for field in fields)
        types = get_type_hints(kind)
        columns = [_column(types[name]) for name in names]
        to = [(at, convert) for at, (_, convert, _) in enumerate(columns) if convert]
        self._back = [(at, convert) for at, (_, _, convert) in enumerate(columns) if convert]
        self.row: Any = GenericAlias(tuple, tuple(column[0] for column in columns))
        fields_in = attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)
        self.of: _Convert = (lambda value: _converted(fields_in(value), to)) if to else fields_in

    def value(self, row: tuple[Any, ...], **others: Any) -> Any:  # noqa: ANN401 - of the class that this is for
        """Return the value that was kept as ``row``; ``others`` are the fields it is without. Raise as the class."""
        given = _converted(row, self._back) if self._back else row
        return (
            self._kind(**dict(zip(self._names, given, strict=True)), **others) if self._by_name else self._kind(*given)
        )

    def values(self, rows: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
        """Return the values that were kept as ``rows``."""
        return tuple(map(self.value, rows) if self._back or self._by_name else starmap(self._kind, rows))


@cache
def rows_of(kind: type) -> Rows:
    """Return how values of a class are kept."""
    return Rows(kind)


def _converted(row: tuple[Any, ...], by: list[tuple[int, _Convert]]) -> tuple[Any, ...]:
    found = list(row)
    for at, convert in by:
        found[at] = convert(found[at])
    return tuple(found)


def _column(kind: Any) -> _Column:  # noqa: ANN401 - an annotation
    inner = next((one for one in get_args(kind) if is_value(one)), kind)
    if not is_value(inner):
        return kind, None, None
    rows = rows_of(inner)
    if inner is kind:
        return rows.row, rows.of, rows.value
    if get_origin(kind) is tuple:
        return GenericAlias(tuple, (rows.row, ...)), lambda values: tuple(map(rows.of, values)), rows.values
    of, value = rows.of, rows.value
    return rows.row | None, lambda one: one if one is None else of(one), lambda row: row if row is None else value(row)
