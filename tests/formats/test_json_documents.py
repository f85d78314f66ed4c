import json

import pytest

from prill.formats import _json
from prill.formats._json import pretty_json


@pytest.mark.parametrize(
    "value",
    [{}, [], {"a": [], "b": {}}, {"a": [1, -2, 1.5, True, None]}, {"ä": 'é\u2028\n"\\/'}, {"x": [{"y": [[]]}]}, "\ud800"],
)  # fmt: skip
def test_small_and_big_documents_are_written_alike(value: object, monkeypatch: pytest.MonkeyPatch):
    small = pretty_json(value)
    monkeypatch.setattr(_json, "_SMALL", 0)
    assert pretty_json(value) == small
    assert json.loads(small) == value
