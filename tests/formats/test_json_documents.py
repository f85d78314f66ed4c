import json

import pytest

from prill.formats import _json
from prill.formats._json import pretty_json

VALUES: list[object] = [
    {},
    [],
    {"a": [], "b": {}},
    {"a": [1, -2, 1.5, 9e-05, 1e300, 10**40, True, None]},
    {"ä": 'é\u2028\n"\\/\x7f'},
    {"x": [{"y": [[]]}]},
    "\ud800",
    ["half \udcff", "\\udcff"],
    [float("inf")],
]


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_small_and_big_documents_are_written_alike(value: object, monkeypatch: pytest.MonkeyPatch):
    small = pretty_json(value)
    monkeypatch.setattr(_json, "_SMALL", 0)
    assert pretty_json(value) == small == json.dumps(value, indent=2).encode() + b"\n"
    assert json.loads(small) == value


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_in_utf_8_they_are_what_the_standard_library_writes(value: object, monkeypatch: pytest.MonkeyPatch):
    written = (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
    assert pretty_json(value, ascii_only=False) == written
    monkeypatch.setattr(_json, "_SMALL", 0)
    assert pretty_json(value, ascii_only=False) == written
