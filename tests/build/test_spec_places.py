"""Where a value stands that turned out wrong once the spec was read, whichever of its files says it."""

from pathlib import Path

import pytest

from prill.build.spec import FileSource, PathEntry, PathKind
from prill.build.spec_places import place_error
from prill.build.spec_subject import subject
from prill.distro.deb.requirement import Requirement
from prill.errors import PrillError

FILES = {
    "base.yaml": """\
contents:
  distribution: debian:13
  packages: [libc6, zlib1g=9.*]
files:
  - {path: /app, source: app}
""",
    "shop.yaml": """\
include: common/base.yaml
files:
  - path: /app
    source: app
  - {path: /m, url: "https://example.org/m", sha256: "0000000000000000000000000000000000000000000000000000000000000000"}
  - {path: /n, npm: left-pad, version: 1.x}
paths:
  - {path: /s, type: symlink, source: /gone}
  - {path: /h, type: hardlink, source: /gone}
variants:
  dev:
    contents: {packages: [bash>=99]}
    paths:
      - {type: permissions, uid: 7, path: /nope}
""",
}


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    (tmp_path / "common").mkdir()
    (tmp_path / "common" / "base.yaml").write_text(FILES["base.yaml"])
    (tmp_path / "shop.yaml").write_text(FILES["shop.yaml"])
    return tmp_path / "shop.yaml"


def said(spec: Path, value: object) -> str:
    error = PrillError("wrong")
    error.subject = value
    place_error(error, spec, read=Path.read_bytes)
    assert error.message == "wrong"
    return str(error).removeprefix(f"{spec.parent}/")


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (Requirement(name="zlib1g", operator="=", version="9.*"), "common/base.yaml:3:21"),
        (Requirement(name="bash", operator=">=", version="99"), "shop.yaml:12:27"),
        (FileSource(path="/app", source="common/app"), "common/base.yaml:5:26"),
        (FileSource(path="/app", source="app"), "shop.yaml:4:13"),
        (FileSource(path="/m", url="https://example.org/m", sha256="0" * 64), "shop.yaml:5:21"),
        (FileSource(path="/n", npm="left-pad", version="1.x"), "shop.yaml:6:21"),
        (PathEntry(path="/h", type=PathKind.HARDLINK, source="/gone"), "shop.yaml:9:40"),
        (PathEntry(path="/nope", type=PathKind.PERMISSIONS, uid=7), "shop.yaml:14:43"),
    ],
)
def test_each_kind_of_value(spec: Path, value: object, place: str):
    assert said(spec, value) == f"{place}: wrong"


@pytest.mark.parametrize("value", [None, Requirement(name="zlib1g"), FileSource(path="/app", source="other"), 7])
def test_what_no_file_says_has_no_place(spec: Path, value: object):
    assert said(spec, value) == "wrong"


def test_a_spec_that_is_gone_or_broken_by_now_hides_no_error(spec: Path):
    value = Requirement(name="libc6")
    (spec.parent / "common" / "base.yaml").write_text("[")
    assert said(spec, value) == "wrong"
    spec.write_text("[")
    assert said(spec, value) == "wrong"
    spec.unlink()
    assert said(spec, value) == "wrong"


def test_the_innermost_subject_stands():
    with pytest.raises(PrillError) as caught, subject("outer"), subject("inner"):
        raise PrillError("wrong")
    assert caught.value.subject == "inner"
