import importlib.util
import json
import re
from pathlib import Path
from random import Random

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prill.build.spec import SpecFile
from prill.build.spec_json import spec_from_json, spec_to_builtins, spec_to_json
from prill.build.spec_reader import InvalidSpec, read_spec
from prill.build.spec_schema import SCHEMA_ID, json_schema, shipped_schema
from prill.build.spec_shape import Shape, ShapeKind, fields_of, record_shape
from prill.build.spec_templates import KINDS, new_spec
from prill.formats.yaml_nodes import load

FOLDER = Path(__file__).resolve().parents[2]
TRIM_SETS = ("docs", "man")
DISTRIBUTIONS = ("debian:12", "debian:13")


def generator():
    place = importlib.util.spec_from_file_location("tools_schema", FOLDER / "tools" / "schema.py")
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


def validator():
    schema = json_schema(trim_sets=TRIM_SETS, distributions=DISTRIBUTIONS)
    return jsonschema.Draft202012Validator(schema)


VALIDATOR = validator()


def read(text: str):
    def open_file(path: Path) -> bytes:
        if path.name == "spec.yaml":
            return text.encode()
        raise FileNotFoundError(2, "No such file or directory")

    return read_spec(Path("spec.yaml"), read=open_file, trim_sets=TRIM_SETS, distributions=DISTRIBUTIONS).spec


def test_the_shipped_schema_is_the_one_of_the_types():
    assert shipped_schema() == generator().schema(), "run make schema"


def test_the_pages_hold_what_the_types_say():
    made = generator()
    assert set(made.PARTS) == {"docs/spec.md", "docs/trim.md"}
    for path, (name, make) in made.PARTS.items():
        page = (FOLDER / path).read_text(encoding="utf-8")
        assert made.page(page, name, make()) == page, "run make schema"


def test_it_is_a_json_schema():
    schema = json.loads(shipped_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == SCHEMA_ID
    refs = set(re.findall(r"#/\$defs/(\w+)", json.dumps(schema)))
    assert refs == set(schema["$defs"])


@pytest.mark.parametrize("kind", KINDS)
def test_templates_are_valid(kind: str):
    jsonschema.Draft202012Validator(json.loads(shipped_schema())).validate(load(new_spec(kind).encode(), kind).value)


def test_the_example_of_the_page_is_valid_and_readable():
    page = (FOLDER / "docs" / "spec.md").read_text(encoding="utf-8")
    small, full = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    schema = jsonschema.Draft202012Validator(json.loads(shipped_schema()))
    sets = tuple(json.loads(shipped_schema())["$defs"]["Trim"]["anyOf"][0]["items"]["enum"])
    for text in (small, full):
        schema.validate(load(text.encode(), "spec.md").value)
        files = {Path("example.yaml"): text.encode(), Path("../common/labels.yaml"): b"annotations: {a: b}"}
        spec = read_spec(Path("example.yaml"), read=files.__getitem__, trim_sets=sets, distributions=DISTRIBUTIONS).spec
        assert spec_from_json(spec_to_json(spec)) == spec
    mentioned = set(load(full.encode(), "spec.md").value)
    assert set(fields_of(SpecFile)) - mentioned == {"keep-setuid", "source-date-epoch"}


HEAD = {"contents": {"distribution": "debian:13"}}


@pytest.mark.parametrize(
    "change",
    [
        {"nmae": "x"},
        {"name": "Shop"},
        {"contents": {"distribution": "debian:11"}},
        {"contents": {"packages": ["UPPER"]}},
        {"contents": {"packages": "libc6"}},
        {"contents": {"exclude": [{"reason": "no name"}]}},
        {"contents": {"components": ["universe"]}},
        {"trim": ["dosc"]},
        {"trim": {"sets": "docs"}},
        {"trim": "docs"},
        {"paths": [{"path": "/a"}]},
        {"paths": [{"path": "a", "type": "directory"}]},
        {"paths": [{"path": "/a/../b", "type": "directory"}]},
        {"paths": [{"path": "/a", "type": "symlink"}]},
        {"paths": [{"path": "/a", "type": "directory", "source": "b"}]},
        {"paths": [{"path": "/a", "type": "directory", "permissions": "rwx"}]},
        {"paths": [{"path": "/a", "type": "directory", "permissions": -1}]},
        {"files": [{"source": "a"}]},
        {"files": [{"path": "/a"}]},
        {"files": [{"path": "/a", "source": "a", "npm": "b", "version": 1}]},
        {"files": [{"path": "/a", "url": "https://x/y"}]},
        {"files": [{"path": "/a", "url": "https://x/y", "sha256": "00"}]},
        {"files": [{"path": "/a", "npm": "b"}]},
        {"files": [{"path": "/a", "source": "/etc/shadow"}]},
        {"accounts": {"users": [{"username": "a"}]}},
        {"accounts": {"users": [{"username": "a", "uid": 0}]}},
        {"accounts": {"run-as": ["root"]}},
        {"entrypoint": {"type": "service-bundle"}},
        {"entrypoint": "/bin/a"},
        {"cmd": {"a": "b"}},
        {"environment": {"A B": "c"}},
        {"environment": {"A": ["b"]}},
        {"archs": ["i386"]},
        {"ports": [0]},
        {"layering": {"budget": 0}},
        {"compression": "xz"},
        {"source-date-epoch": "now"},
        {"variants": {"Dev": {}}},
        {"variants": {"dev": {"archs": []}}},
        {"include": {"a": "b"}},
    ],
    ids=json.dumps,
)
def test_schema_and_reader_refuse_the_same(change: dict[str, object]):
    spec = HEAD | change
    assert not VALIDATOR.is_valid(spec)
    with pytest.raises(InvalidSpec):
        read(json.dumps(spec))


# What only the reader can know: it depends on several fields, on other files, or on how a text is written.
BEYOND_THE_SCHEMA = re.compile(
    r"is missing|there is no user|is there already|has the number|no group has|excluded as well|does not trim"
    r"|leaves the folder|cannot read|decimal number|octal|a port|placeholder|not filled in|one digest|is for an archive"
    r"|no permissions of its own|nothing below it|an absolute path in the image|give the 'permissions'"
    r"|put it in quotes|split into words|go round|more than 32|is made already|leads out of the root"
)

_JUNK = st.sampled_from([None, True, 0, -1, 1.5, "", "x", "/x", "..", [], ["x"], {}, {"x": "y"}, "0o755", 2**40])
_TEXTS = {
    "a name in lower case": ["shop", "a.b-c", "Shop"],
    "a variant's name": ["dev", "debug", "De"],
    "an environment variable's name": ["A", "PATH", "1"],
    "an annotation's name": ["org.example.a", "a b"],
    "a package's name, such as libssl3t64": ["libc6", "g++", "a"],
    "a package, such as python3.13-minimal or python3.13-minimal=3.13.*": ["libc6", "b1>=1:2~", "c1=", "d1:any"],
    "a user's or group's name": ["app", "nonroot", "App"],
    "a user's name, uid or uid:gid": ["root", "7:8", 65532, "7:"],
    "an absolute path without '..', '.' or a slash at its end": ["/", "/a/b", "/a/", "/.."],
    "a path below this file's": ["a", "./a/{arch}", "/a", "../a"],
    "a path relative to this file": ["gone.yaml", "../gone.yaml"],
    "a glob, such as usr/share/doc/**": ["/a/**", "b/*", "/"],
    "an http, https or file URL without a password": ["https://x", "file:///a", "https://u:p@x/"],
    "an http or https URL, no password": ["https://x/y", "http://x", "https://x/{arch}"],
    "64 hexadecimal digits": ["0" * 64, "aB" * 32, "0" * 63],
    "128 hexadecimal digits": ["0" * 128, "0" * 64],
    "an npm package's name, such as node-linux-{arch}": ["node-linux-{arch}", "@a/b", "A"],
    "a version, such as 24, 24.x or 24.11.0": [24, "24.x", "1.2.3-rc.1", "latest"],
    "a signal, such as SIGQUIT": ["SIGQUIT", 9, "QUIT"],
    "a port, such as 8080 or 53/udp": [8080, "53/udp", "1/icmp"],
    "permissions in octal, such as 0o755": ["0o755", "0644", "755", "9"],
}


def values(shape: Shape):
    """Inputs for a shape: mostly good ones, some near misses, some junk."""
    good = _good(shape)
    return st.integers(0, 24).flatmap(lambda number: good if number else _JUNK)


def _good(shape: Shape) -> st.SearchStrategy[object]:  # noqa: PLR0911
    if shape.kind is ShapeKind.RECORD:
        return st.deferred(lambda: record(shape.base))
    if shape.kind is ShapeKind.LIST:
        return st.lists(values(shape.item), max_size=2)
    if shape.kind is ShapeKind.TABLE:
        return st.dictionaries(st.sampled_from(_TEXTS[shape.keys.says]), values(shape.item), max_size=2)
    if shape.term.vocabulary:
        return st.sampled_from({"trim set": TRIM_SETS, "distribution": DISTRIBUTIONS}[shape.term.vocabulary])
    if shape.choices:
        return st.sampled_from(shape.choices)
    if shape.base is bool:
        return st.booleans()
    if shape.says in _TEXTS:
        return st.sampled_from(_TEXTS[shape.says]).flatmap(lambda text: st.sampled_from([_TEXTS[shape.says][0], text]))
    return st.sampled_from([1, 7, 65533] if shape.base is int else ["a", "b c", ""])


def record(base: type):
    fields = fields_of(base)
    needed = {key: values(field.shape) for key, field in fields.items() if field.required}
    optional = {key: values(field.shape) for key, field in fields.items() if not field.required}
    return st.fixed_dictionaries(needed, optional=dict(sorted(optional.items()))).map(_few)


def _few(found: dict[str, object]) -> dict[str, object]:
    """Keep a spec small, so that some are right as a whole."""
    return dict(list(found.items())[:5])


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(record(record_shape(SpecFile).base))
def test_schema_and_reader_agree(found: dict[str, object]):
    text = json.dumps(found)
    valid = VALIDATOR.is_valid(found)
    try:
        spec = read(text)
    except InvalidSpec as error:
        beyond = all(BEYOND_THE_SCHEMA.search(fault.message) for fault in error.faults)
        if valid and not beyond:
            pytest.fail(f"the schema accepts what the reader refuses: {text}: {error}")
        return
    assert valid, f"the schema refuses what the reader accepts: {text}"
    assert spec_from_json(spec_to_json(spec)) == spec


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(record(record_shape(SpecFile).base), st.randoms(use_true_random=False))
def test_what_was_read_can_be_written_as_a_spec_again(found: dict[str, object], random: Random):
    try:
        spec = read(json.dumps(found))
    except InvalidSpec:
        return
    written = spec_to_builtins(spec)
    for variant in (written, *written.get("variants", {}).values()):
        for one in (*variant.get("files", ()), *variant.get("paths", ())):
            if "permissions" in one:
                one["permissions"] = f"{one['permissions']:04o}"
    keys = list(written)
    random.shuffle(keys)
    assert VALIDATOR.is_valid(written)
    assert read(json.dumps({key: written[key] for key in keys})) == spec
