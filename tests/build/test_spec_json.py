import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.build.spec import (
    Accounts,
    Compression,
    Contents,
    Exclusion,
    FileSource,
    Layering,
    PathEntry,
    PathKind,
    Spec,
    Trim,
    User,
    Variant,
    VariantContents,
)
from prill.build.spec_json import InvalidSpecJson, spec_from_json, spec_to_builtins, spec_to_json
from prill.errors import PrillError

SMALL = Spec(contents=Contents(distribution="debian:13"))
LARGE = Spec(
    name="shop",
    contents=Contents(
        distribution="debian:13", packages=("b1", "a1=1.*"), exclude=(Exclusion(name="mawk", reason="é"),)
    ),
    trim=Trim(sets=("docs",), paths=("a/**",)),
    files=(FileSource(path="/a", npm="node-linux-{arch}", version="24", permissions=0o755),),
    paths=(PathEntry(path="/x", type=PathKind.DIRECTORY, uid=0),),
    accounts=Accounts(run_as="7:8", users=(User(username="a", uid=7, homedir="/"),)),
    cmd=("a", ""),
    environment=(("A", "1"), ("B", "")),
    compression=Compression.ZSTD,
    layering=Layering(budget=1),
    source_date_epoch=0,
    variants=(("dev", Variant(contents=VariantContents(packages=("bash",)), cmd=(), stop_signal="")),),
)


def test_the_bytes_are_canonical_and_leave_defaults_out():
    assert spec_to_json(SMALL) == b'{"contents":{"distribution":"debian:13"}}'
    assert spec_to_json(LARGE).decode() == json.dumps(
        json.loads(spec_to_json(LARGE)), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert json.loads(spec_to_json(LARGE)) == {
        "name": "shop",
        "contents": {
            "distribution": "debian:13",
            "packages": ["b1", "a1=1.*"],
            "exclude": [{"name": "mawk", "reason": "é"}],
        },
        "trim": {"sets": ["docs"], "paths": ["a/**"]},
        "files": [{"path": "/a", "npm": "node-linux-{arch}", "version": "24", "permissions": 493}],
        "paths": [{"path": "/x", "type": "directory", "uid": 0}],
        "accounts": {"run-as": "7:8", "users": [{"username": "a", "uid": 7, "homedir": "/"}]},
        "cmd": ["a", ""],
        "environment": {"A": "1", "B": ""},
        "compression": "zstd",
        "layering": {"budget": 1},
        "source-date-epoch": 0,
        "variants": {"dev": {"contents": {"packages": ["bash"]}, "cmd": [], "stop-signal": ""}},
    }


@pytest.mark.parametrize("spec", [SMALL, LARGE])
def test_what_is_written_is_read_back(spec: Spec):
    assert spec_from_json(spec_to_json(spec)) == spec
    assert hash(spec_from_json(spec_to_json(spec))) == hash(spec)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"contents": None}, r"spec\.contents: expected an object, not NoneType"),
        ({"contents": {}}, r"spec\.contents: 'distribution' is missing"),
        ({"contents": {"distribution": "debian:13", "packages": "x"}}, r"spec\.contents\.packages: expected a list"),
        ({"contents": {"distribution": "debian:13", "packages": ["X"]}}, r"packages\[0\]: expected a package"),
        ({"include": ["x"]}, r"spec: unknown key 'include'"),
        ({"work_dir": "/"}, r"spec: unknown key 'work_dir'"),
        ({"work-dir": "/a/../b"}, r"spec\.work-dir: expected an absolute path"),
        ({"work-dir": "/a\n"}, r"spec\.work-dir: expected an absolute path"),
        ({"compression": "xz"}, r"spec\.compression: expected gzip or zstd, not 'xz'"),
        ({"layering": {"budget": True}}, r"spec\.layering\.budget: expected a number of layers, not True"),
        ({"layering": {"budget": 0}}, r"spec\.layering\.budget: 0 is too small"),
        ({"environment": [["A", "b"]]}, r"spec\.environment: expected an object, not list"),
        ({"environment": {"A B": "c"}}, r"spec\.environment\.A B: expected an environment variable's name"),
        ({"environment": {"A": 1}}, r"spec\.environment\.A: expected a text, not 1"),
        ({"archs": ["x86_64"]}, r"spec\.archs\[0\]: expected amd64 or arm64, not 'x86_64'"),
    ],
)
def test_a_spec_in_a_lock_is_held_to_the_same_rules(change: dict[str, object], message: str):
    with pytest.raises(InvalidSpecJson, match=message):
        spec_from_json(json.dumps(spec_to_builtins(SMALL) | change).encode())


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", b"null", b"\xff", b"[" * 100_000, b'{"contents":"' + b"x" * (5 << 20)]
)
def test_what_is_no_spec_at_all(data: bytes):
    with pytest.raises(InvalidSpecJson):
        spec_from_json(data)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["contents", "name", "x"]), inner),
    max_leaves=8,
)


@given(key=st.sampled_from(sorted(spec_to_builtins(LARGE))), value=_JSON)
def test_any_value_in_any_field_is_read_or_refused(key: str, value: object):
    try:
        spec = spec_from_json(json.dumps(spec_to_builtins(LARGE) | {key: value}).encode())
    except PrillError:
        return
    assert spec_from_json(spec_to_json(spec)) == spec


def test_reading_a_lock_needs_no_yaml():
    code = "import prill.build.spec_json, prill.build.spec_variant, sys; sys.exit('yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
