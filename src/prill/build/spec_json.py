"""The spec as JSON, for the lock: canonical bytes out, a strict reading back.

The keys are those of the YAML. What equals its default is left out, so that a field which a later Prill adds changes no
lock, and the bytes depend on the spec's meaning alone.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from prill.build.spec import Spec
from prill.build.spec_shape import FieldShape, Shape, ShapeKind, fields_of, record_shape
from prill.errors import PrillError

__all__ = [
    "InvalidSpecJson",
    "spec_from_builtins",
    "spec_from_json",
    "spec_to_builtins",
    "spec_to_json",
    "value_to_builtins",
]

_MAX_BYTES = 4 << 20


class InvalidSpecJson(PrillError):
    """A lock's copy of its spec is no spec."""


def spec_to_json(spec: Spec) -> bytes:
    """Return the one JSON text that says what ``spec`` says: keys sorted, no spaces, defaults left out."""
    return msgspec.json.encode(spec_to_builtins(spec), order="sorted")


def spec_to_builtins(spec: Spec) -> dict[str, Any]:
    """Return ``spec`` as dicts, lists and scalars, defaults left out."""
    return _record_out(record_shape(Spec), spec)


def spec_from_json(data: bytes) -> Spec:
    """Read what `spec_to_json` wrote; raise `InvalidSpecJson` for anything that is no spec."""
    if len(data) > _MAX_BYTES:
        raise InvalidSpecJson(f"a spec of {len(data)} bytes", hint=f"at most {_MAX_BYTES} are read")
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise InvalidSpecJson(f"not JSON: {error}") from error
    return spec_from_builtins(value)


def spec_from_builtins(value: object) -> Spec:
    """Read what `spec_to_builtins` returned; raise `InvalidSpecJson` for anything that is no spec."""
    spec = _in(record_shape(Spec), value, "spec")
    if not isinstance(spec, Spec):
        raise TypeError(f"a spec's shape made {type(spec)!r}")
    return spec


def _record_out(shape: Shape, record: object) -> dict[str, Any]:
    found = {}
    for key, field in fields_of(shape.base).items():
        value = getattr(record, field.name)
        if field.required or value != field.default:
            found[key] = value_to_builtins(field.shape, value)
    return found


def value_to_builtins(shape: Shape, value: Any) -> object:  # noqa: ANN401 - any stored value
    """Return one stored value of ``shape`` as dicts, lists and scalars."""
    match shape.kind:
        case ShapeKind.RECORD:
            return _record_out(shape, value)
        case ShapeKind.LIST:
            return [value_to_builtins(shape.item, one) for one in value]
        case ShapeKind.TABLE:
            return {key: value_to_builtins(shape.item, one) for key, one in value}
        case ShapeKind.VALUE:
            return value.value if isinstance(value, StrEnum) else value


def _in(shape: Shape, value: object, where: str) -> object:
    match shape.kind:
        case ShapeKind.RECORD:
            return _record_in(shape, _mapping(value, where), where)
        case ShapeKind.LIST:
            if not isinstance(value, list):
                raise InvalidSpecJson(f"{where}: expected a list, not {type(value).__name__}")
            return tuple(_in(shape.item, one, f"{where}[{index}]") for index, one in enumerate(value))
        case ShapeKind.TABLE:
            table = _mapping(value, where)
            keys = [_in(shape.keys, key, f"{where}.{key}") for key in sorted(table)] if shape.keys else []
            return tuple((key, _in(shape.item, table[str(key)], f"{where}.{key}")) for key in keys)
        case ShapeKind.VALUE:
            if fault := shape.fault(value):  # type: ignore[arg-type]
                raise InvalidSpecJson(f"{where}: {fault}")
            return shape.base(value)


def _record_in(shape: Shape, value: Mapping[str, object], where: str) -> object:
    fields: Mapping[str, FieldShape] = fields_of(shape.base)
    if unknown := sorted(value.keys() - fields.keys()):
        raise InvalidSpecJson(f"{where}: unknown key {unknown[0]!r}", hint="the lock is from a newer Prill, or edited")
    if missing := [key for key, field in fields.items() if field.required and key not in value]:
        raise InvalidSpecJson(f"{where}: {missing[0]!r} is missing")
    return shape.base(**{fields[key].name: _in(fields[key].shape, one, f"{where}.{key}") for key, one in value.items()})


def _mapping(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise InvalidSpecJson(f"{where}: expected an object, not {type(value).__name__}")
    return value
