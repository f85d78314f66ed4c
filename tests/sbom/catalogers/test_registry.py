"""The list of catalogers."""

import importlib
import re
from pathlib import Path

import msgspec
import pytest

from prill.sbom import catalogers
from prill.sbom.cataloger import AnyCataloger, Evidence
from prill.sbom.catalogers import BUILTIN

MODULES = sorted(path.stem for path in Path(catalogers.__file__).parent.glob("[a-z]*.py"))
PAGE = Path(__file__).resolve().parents[3] / "docs" / "catalogers.md"


def test_every_module_is_listed_once():
    assert len(BUILTIN) == len(MODULES)
    for name in MODULES:
        module = importlib.import_module(f"prill.sbom.catalogers.{name}")
        assert sum(type(one).__module__ == module.__name__ for one in BUILTIN) == 1, name


def test_ids_are_unique():
    assert len({one.id for one in BUILTIN}) == len(BUILTIN)


@pytest.mark.parametrize("cataloger", BUILTIN, ids=lambda one: one.id)
def test_a_cataloger_says_what_it_is_and_what_it_reads(cataloger: AnyCataloger):
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", cataloger.id)
    assert cataloger.version >= 1
    assert cataloger.patterns or cataloger.programs
    assert issubclass(cataloger.evidence, Evidence)
    empty = msgspec.msgpack.encode([])
    assert msgspec.msgpack.decode(empty, type=list[cataloger.evidence]) == []  # type: ignore[name-defined]
    assert f"| `{cataloger.id}` |" in PAGE.read_text(encoding="utf-8")
