"""The spec's JSON Schema (2020-12), made from the types; editors complete and check a spec with it.

It describes a file as it is written, short forms included. What depends on several fields or on other files is left to
the reader: the schema accepts whatever the reader accepts, and refuses what is wrong in itself.
"""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from prill.build.spec import SpecFile
from prill.build.spec_json import value_to_builtins
from prill.build.spec_shape import FieldShape, Shape, ShapeKind, fields_of, record_shape

__all__ = ["SCHEMA_ID", "json_schema", "schema_bytes", "shipped_schema"]

SCHEMA_ID = "urn:prill:spec:v1"

_TYPES = {str: "string", int: "integer", bool: "boolean"}


def json_schema(*, trim_sets: tuple[str, ...], distributions: tuple[str, ...]) -> dict[str, Any]:
    """Make the schema; the names of trim sets and distributions are parts of it."""
    vocabularies = {"trim set": trim_sets, "distribution": distributions}
    defs: dict[str, Any] = {}
    root = _schema(record_shape(SpecFile), defs, vocabularies)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "Prill spec",
        **root,
        "$defs": dict(sorted(defs.items())),
    }


def schema_bytes(*, trim_sets: tuple[str, ...], distributions: tuple[str, ...]) -> bytes:
    """Return the schema as it is shipped: indented JSON with a newline at its end."""
    schema = json_schema(trim_sets=trim_sets, distributions=distributions)
    return json.dumps(schema, indent=1, ensure_ascii=False).encode() + b"\n"


def shipped_schema() -> bytes:
    """Return the schema that this Prill was shipped with."""
    return files("prill.build").joinpath("schema.json").read_bytes()


def _schema(shape: Shape, defs: dict[str, Any], vocabularies: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    match shape.kind:
        case ShapeKind.RECORD:
            name = shape.base.__name__
            if name not in defs:
                defs[name] = {}
                defs[name] = _record(shape, defs, vocabularies)
            return {"$ref": f"#/$defs/{name}"}
        case ShapeKind.TABLE:
            table: dict[str, Any] = {"type": "object"}
            if shape.keys is not None:
                table["propertyNames"] = _schema(shape.keys, defs, vocabularies)
            return {**table, "additionalProperties": _schema(shape.item, defs, vocabularies)}
        case ShapeKind.LIST:
            item = _schema(shape.item, defs, vocabularies)
            many = {"type": "array", "items": item, **({"minItems": shape.fewest} if shape.fewest else {})}
            if shape.term.splits:
                return {"anyOf": [{"type": "string"}, many]}
            return {"anyOf": [item, many]} if shape.term.single else many
        case ShapeKind.VALUE:
            return _value(shape, vocabularies)


def _record(shape: Shape, defs: dict[str, Any], vocabularies: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    fields = fields_of(shape.base)
    record: dict[str, Any] = {
        "type": "object",
        "properties": {key: _property(field, defs, vocabularies) for key, field in fields.items()},
        "additionalProperties": False,
    }
    # An included file may bring what a spec needs, so only what stands in a list is known to be whole.
    required = [key for key, field in fields.items() if field.required]
    if required and shape.base.__name__ not in {"SpecFile", "Contents"}:
        record["required"] = required
    record.update(getattr(shape.base, "RULES", {}))
    if short := getattr(shape.base, "SHORT", ""):
        record = {"anyOf": [_schema(fields[short].shape, defs, vocabularies), record]}
    return {"description": _summary(shape.base), **record}


def _property(field: FieldShape, defs: dict[str, Any], vocabularies: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    found = {"description": field.doc, **_schema(field.shape, defs, vocabularies)}
    if field.default not in (None, (), "", False) and field.shape.kind is not ShapeKind.RECORD:
        found["default"] = value_to_builtins(field.shape, field.default)
    return found


def _value(shape: Shape, vocabularies: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    if shape.term.schema is not None:
        written = dict(shape.term.schema)
        if isinstance(written.get("type"), list) and shape.pattern:
            written = {"pattern": shape.pattern, **written}  # of a number's text only the reader knows
        return written
    if shape.choices:
        return {"enum": list(shape.choices)}
    if shape.term.vocabulary:
        return {"enum": list(vocabularies[shape.term.vocabulary])}
    limits = {
        "pattern": shape.pattern or None,
        "maxLength": shape.longest,
        "minimum": shape.low,
        "maximum": shape.high,
    }
    return {"type": _TYPES[shape.base], **{key: limit for key, limit in limits.items() if limit is not None}}


def _summary(record: type[Any]) -> str:
    return " ".join((record.__doc__ or "").split("\n\n")[0].split())
