"""The spec's types, looked at once: what each field holds, its limits and its description.

The YAML reader, the JSON codec, the schema and the reference walk these shapes, so that they cannot disagree about
what a spec may say.
"""

import re
from collections.abc import Mapping
from enum import Enum, StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import Meta

from prill.build.spec_scalars import Scalar
from prill.build.spec_terms import Term
from prill.model import value_fields
from prill.model.value import dataclass

__all__ = ["FieldShape", "Shape", "ShapeKind", "fields_of", "record_shape"]


_PLAIN = Term()
_KNOWN: dict[type[Any], "Mapping[str, FieldShape]"] = {}


class ShapeKind(StrEnum):
    """What kind of value a shape describes."""

    VALUE = "value"
    LIST = "list"
    TABLE = "table"
    RECORD = "record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One type. ``base`` is str, int, bool or a StrEnum for a value, the dataclass for a record.

    ``items`` is what a list or a table's entries hold, ``keys`` a table's keys, ``fewest`` how many items a list must
    have where it is given. ``choices`` are a value's only values.
    """

    kind: ShapeKind
    base: type[Any] = str
    term: Term = _PLAIN
    pattern: str = ""
    low: int | None = None
    high: int | None = None
    longest: int | None = None
    choices: tuple[str, ...] = ()
    fewest: int = 0
    items: "Shape | None" = None
    keys: "Shape | None" = None

    @property
    def says(self) -> str:
        """What a value of this shape is called in a message."""
        if self.choices:
            return " or ".join(self.choices) if len(self.choices) < 3 else f"one of {', '.join(self.choices)}"  # noqa: PLR2004
        return self.term.says or {bool: "true or false", int: "a number"}.get(self.base, "a text")

    @property
    def item(self) -> "Shape":
        """What a list's or a table's entries hold."""
        if self.items is None:
            raise TypeError(f"a {self.kind} has no items")
        return self.items

    def fault(self, value: Scalar) -> str | None:
        """Say what is wrong with a stored value, or return None."""
        if type(value) is not (str if issubclass(self.base, Enum) else self.base):
            return f"expected {self.says}, not {_short(value)}"
        if isinstance(value, int):
            too = "small" if value < (self.low or 0) else "large" if value > (self.high or value) else ""
            return f"{value} is too {too}: expected {self.low or 0} to {self.high}" if too else None
        if isinstance(value, str):
            if self.choices and value not in self.choices:
                return f"expected {self.says}, not {_short(value)}"
            if self.longest is not None and len(value) > self.longest:
                return f"longer than {self.longest} characters"
            if self.pattern and not re.fullmatch(self.pattern, value):
                shown = _without_login(value) if self.term.may_log_in else value
                return f"expected {self.says}, not {_short(shown)}"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShape:
    """One field of a record; ``name`` is Python's, ``key`` the one a file says."""

    name: str
    key: str
    shape: Shape
    doc: str
    required: bool
    default: object


def fields_of(record: type[Any]) -> Mapping[str, FieldShape]:
    """Return the fields of a spec's dataclass by key, in their order."""
    if record in _KNOWN:
        return _KNOWN[record]
    hints = get_type_hints(record, include_extras=True)
    found = {}
    for field in value_fields.fields_of(record):
        hint = hints[field.name]
        key = field.name.replace("_", "-")
        found[key] = FieldShape(
            name=field.name,
            key=key,
            shape=_shape(hint),
            doc=_doc(hint),
            required=field.default is value_fields.ABSENT,
            default=None if field.default is value_fields.ABSENT else field.default,
        )
    _KNOWN[record] = found
    return found


def record_shape(record: type[Any]) -> Shape:
    """Return the shape of a spec's dataclass."""
    return Shape(kind=ShapeKind.RECORD, base=record)


def _shape(hint: Any) -> Shape:  # noqa: ANN401 - a type, which Python's typing cannot type
    metadata: tuple[object, ...] = ()
    if get_origin(hint) is Annotated:
        hint, *extras = get_args(hint)
        metadata = tuple(extras)
    if get_origin(hint) in {Union, UnionType}:  # X | None: the None is a default, never written
        return _shape(next(one for one in get_args(hint) if one is not NoneType))
    metas = [one for one in metadata if isinstance(one, Meta)]
    term = next((one for one in metadata if isinstance(one, Term)), _PLAIN)
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        if get_origin(inner) is tuple:
            keys, items = get_args(inner)
            return Shape(kind=ShapeKind.TABLE, term=term, keys=_shape(keys), items=_shape(items))
        fewest = next((meta.min_length for meta in metas if meta.min_length), 0)
        return Shape(kind=ShapeKind.LIST, term=term, fewest=fewest, items=_shape(inner))
    if get_origin(hint) is Literal:
        return Shape(kind=ShapeKind.VALUE, term=term, choices=get_args(hint))
    if value_fields.is_value(hint):
        return record_shape(hint)
    choices = tuple(member.value for member in hint) if issubclass(hint, StrEnum) else ()
    return Shape(
        kind=ShapeKind.VALUE,
        base=hint,
        term=term,
        pattern=next((meta.pattern for meta in metas if meta.pattern), ""),
        low=next((_whole(meta.ge) for meta in metas if meta.ge is not None), None),
        high=next((_whole(meta.le) for meta in metas if meta.le is not None), None),
        longest=next((meta.max_length for meta in metas if meta.max_length), None),
        choices=choices,
    )


def _whole(bound: float) -> int:
    return int(bound)


def _doc(hint: Any) -> str:  # noqa: ANN401
    metas = [one for one in get_args(hint)[1:] if isinstance(one, Meta)]
    return next((meta.description for meta in reversed(metas) if meta.description), "")


def _without_login(address: str) -> str:
    """Take out all that may be a user name and a password, also where the address is none that could be parsed."""
    scheme = re.match(r"[a-z]+://", address)
    _, at, rest = address.rpartition("@")
    return f"{scheme[0] if scheme else ''}…@{rest}" if at else address


def _short(value: Scalar) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…'"  # noqa: PLR2004
