import math

import pytest

from prill.formats.yaml_nodes import MAX_BYTES, YamlError, YamlKind, YamlValue, load, nearest


def refused(text: str | bytes) -> YamlError:
    with pytest.raises(YamlError) as caught:
        load(text if isinstance(text, bytes) else text.encode(), "spec.yaml")
    return caught.value


def test_every_node_knows_where_it_begins():
    root = load("naïve: one\nlist:\n  - a\n  -  b: 2\n".encode(), "spec.yaml")
    assert (root.line, root.column, root.kind) == (1, 1, YamlKind.MAPPING)
    assert [(entry.name, entry.key.line, entry.key.column) for entry in root.entries] == [
        ("naïve", 1, 1),
        ("list", 2, 1),
    ]
    assert (root.entries[0].node.line, root.entries[0].node.column) == (1, 8)
    listed = root.get("list")
    assert listed is not None
    inner = listed.items[1].get("b")
    assert inner is not None
    assert (inner.line, inner.column, inner.scalar) == (4, 9, 2)
    assert str(inner.error("wrong")) == "spec.yaml:4:9: wrong"
    assert root.value == {"naïve": "one", "list": ["a", {"b": 2}]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no", "no"),
        ("on", "on"),
        ("2024-01-01", "2024-01-01"),
        ("0644", 644),
        ("0o644", 0o644),
        ("0x1F", 31),
        ("-12", -12),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("3.10", 3.1),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.inf", -math.inf),
        ("true", True),
        ("False", False),
        ("~", None),
        ('"5"', "5"),
        ("'true'", "true"),
        ("!!str 5", "5"),
        ("! 5", "5"),
        ("!!int '5'", 5),
        ("!!float 5", 5.0),
        ("|\n  5\n", "5\n"),
        ("=", "="),
    ],
)
def test_scalars_follow_the_core_schema(text: str, expected: YamlValue):
    value = load(f"key: {text}".encode(), "s").value
    assert isinstance(value, dict)
    assert value == {"key": expected}
    assert type(value["key"]) is type(expected)


def test_scalars_keep_what_was_written():
    node = load(b"a: 3.10\nb: '3.10'", "s")
    assert [(entry.node.text, entry.node.quoted) for entry in node.entries] == [("3.10", False), ("3.10", True)]


def test_keys_are_strings():
    assert load(b"1: a\ntrue: b\nnull: c\n", "s").value == {"1": "a", "true": "b", "null": "c"}


def test_an_empty_document_is_null():
    for text in (b"", b"# nothing\n", b"---\n"):
        assert load(text, "s").value is None


def test_a_byte_order_mark_is_no_content():
    assert load(b"\xef\xbb\xbfa: 1", "s").value == {"a": 1}


def test_an_alias_is_the_node_it_names():
    node = load(b"a: &x [1, 2]\nb: *x\n", "s")
    assert node.value == {"a": [1, 2], "b": [1, 2]}


def test_json_is_yaml():
    assert load(b'{"a": [1, true, null, "x"]}', "s").value == {"a": [1, True, None, "x"]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "spec.yaml:3:1: key 'a' stands here twice"),
        ("a: {b: 1, b: 2}", "spec.yaml:1:11: key 'b' stands here twice"),
        ("a: *x", "spec.yaml:1:4: no anchor 'x' before this alias"),
        ("a: &x [*x]", "spec.yaml:1:8: alias 'x' stands inside what it repeats"),
        ("a: 1\n---\nb: 2\n", "spec.yaml:2:1: a second document begins here"),
        ("x:\n  ? [a]\n  : 1", "spec.yaml:2:5: a mapping key must be a single word"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "spec.yaml:3:3: merge keys are not part of YAML 1.2"),
        ("a: !!python/object/apply:os.system [id]", "spec.yaml:1:4: tag"),
        ("a: !!int x", "spec.yaml:1:4: 'x' is no int"),
        ("a: !!seq x", "spec.yaml:1:4: tag"),
        ("a: " + "9" * 5000, "spec.yaml:1:4: number with more than 64 digits"),
        ("a: [1,\nb", "spec.yaml:"),
        ("a: b: c", "spec.yaml:1:5: mapping values are not allowed"),
        ("a: 1\n\tb: 2", "spec.yaml:2:"),
        ("ok: 1\nbad: \x07", "spec.yaml:2:6: character '\\x07' is not allowed"),
        (b"ok: 1\n\xc3\xa9\xff: 2", "spec.yaml:2:2: not UTF-8"),
    ],
)
def test_mistakes_are_reported_where_they_stand(text: str | bytes, message: str):
    assert str(refused(text)).startswith(message)


def test_duplicates_say_where_the_first_one_is():
    assert refused("a: 1\nb: 2\na: 3\n").hint == "first on line 1"


def test_a_billion_laughs_are_refused():
    levels = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    levels += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert "more than 100000 nodes" in str(refused("\n".join(levels)))


def test_deep_nesting_is_refused():
    assert "nested more than 48 levels" in str(refused("[" * 100_000))
    assert "nested more than 48 levels" in str(refused("- " * 5_000 + "x"))
    assert load(b"[" * 48 + b"]" * 48, "s").kind is YamlKind.SEQUENCE


def test_long_documents_are_refused_unread():
    assert "longer than" in str(refused(b"#" * (MAX_BYTES + 1)))


def test_the_nearest_name_is_found_whatever_its_case():
    assert nearest("commandtest", ("commandTests", "fileContentTests")) == "commandTests"
    assert nearest("xyzzy", ("commandTests",)) is None
