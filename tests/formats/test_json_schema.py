"""The validator says what jsonschema says, in words of its own."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.formats.json_schema import MAX_DEPTH, MAX_FAULTS, Fault, Schema, UnsupportedSchema

ROOT = Path(__file__).resolve().parents[2]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 9) | st.floats(-2, 2) | st.sampled_from(["a", "ab", "abc", "x"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3),
    max_leaves=8,
)
SCHEMAS: list[dict[str, Any]] = [
    {"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "integer"}}, "additionalProperties": False},
    {"type": ["string", "null"], "minLength": 2, "maxLength": 2},
    {"type": "array", "items": {"type": "number", "minimum": 0, "maximum": 3}, "uniqueItems": True, "minItems": 1},
    {"items": [{"type": "string"}, {"type": "integer"}], "additionalItems": False},
    {"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 1}]},
    {"anyOf": [{"type": "string", "pattern": "^a"}, {"const": 5}, {"enum": [None, True, "x"]}]},
    {"allOf": [{"required": ["a"]}, {"not": {"required": ["b"]}}]},
    {"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"type": ["string", "object"]}},
    {
        "properties": {"a": {"$ref": "#"}},
        "patternProperties": {"^b": {"type": "string"}},
        "additionalProperties": {"type": "boolean"},
    },
    {"definitions": {"x": {"type": "array", "maxItems": 2}}, "properties": {"a": {"$ref": "#/definitions/x"}}},
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda one: json.dumps(one)[:40])
@given(value=VALUES)
def test_the_same_verdict_as_jsonschema(schema: dict[str, Any], value: object):
    theirs = jsonschema.Draft7Validator(schema).is_valid(value)
    assert (Schema(schema).faults(value) == ()) is theirs


def test_a_fault_has_a_pointer():
    schema = Schema({"properties": {"a/b": {"items": {"properties": {"~": {"type": "string"}}}}}})
    assert schema.faults({"a/b": [{}, {"~": 5}]}) == (Fault("/a~1b/1/~0", "expected string, found 5"),)
    assert str(Schema({"type": "object"}).faults([])[0]) == "/: expected object, found a list of 0"


def test_the_alternative_that_got_furthest_explains():
    schema = Schema(
        {"oneOf": [{"type": "string"}, {"properties": {"a": {"type": "object", "required": ["b"]}}, "required": ["a"]}]}
    )
    assert [one.path for one in schema.faults({"a": {}})] == ["/a"]


def test_faults_and_depth_are_bounded():
    assert len(Schema({"items": {"type": "string"}}).faults(list(range(1000)))) == MAX_FAULTS
    value: dict[str, Any] = {}
    for _ in range(MAX_DEPTH + 5):
        value = {"a": value}
    (fault,) = Schema({"properties": {"a": {"$ref": "#"}}}).faults(value)
    assert "levels deep" in fault.message


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("2026-01-31T12:00:00Z", True),
        ("2026-01-31T12:00:00.123+01:00", True),
        ("2016-12-31T23:59:60Z", True),
        ("2026-01-31", False),
        ("2026-02-31T12:00:00Z", False),
        ("2026-01-31T12:00:00", False),
    ],
)
def test_times(text: str, *, good: bool):
    assert (Schema({"format": "date-time"}).faults(text) == ()) is good


def test_what_is_not_understood_is_refused():
    for schema in ({"unevaluatedProperties": False}, {"$ref": "#/definitions/none"}, {"format": "hostname"}):
        with pytest.raises(UnsupportedSchema):
            Schema(schema)


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("cyclonedx_schemas", ROOT / "tools" / "cyclonedx_schemas.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_shipped_schemas_are_the_published_ones():
    made = script().schemas()
    shipped = {path.name: path.read_bytes() for path in (ROOT / "src" / "prill" / "formats" / "schemas").glob("*.json")}
    assert shipped == made
