"""CSAF's products, by whichever way the tree names them; one reader for advisories and statements."""

import json
from pathlib import Path

import pytest

from prill.formats.csaf import CsafProduct, InvalidCsaf, products_of, read_csaf
from prill.formats.csaf_vex import read_csaf_vex
from prill.model.vex import VexStatus
from prill.vuln.providers.csaf import PROVIDER
from prill.vuln.providers.provider import SourceFile
from prill.vuln.records import Record


def product(id_: str, **helper: str) -> dict:
    return {"product_id": id_, "name": id_, **({"product_identification_helper": helper} if helper else {})}


def document(**tree: object) -> bytes:
    head = {"csaf_version": "2.0", "publisher": {"name": "A"}, "tracking": {"id": "A-1"}}
    return json.dumps({"document": head, "product_tree": tree}).encode()


def test_products_are_in_branches_in_a_list_and_parts_of_others():
    branch = {"branches": [{"branches": [{"product": product("os", cpe="cpe:/o:a:os:9")}]}]}
    part = {
        "full_product_name": product("os:lib"),
        "product_reference": "lib",
        "relates_to_product_reference": "os",
    }
    lost = {**part, "full_product_name": product("os:x"), "product_reference": "x", "relates_to_product_reference": "y"}
    listed = product("lib", purl="pkg:rpm/a/lib@1-1")
    csaf = read_csaf(document(branches=[branch], full_product_names=[listed], relationships=[part, lost]), "a.json")
    system, lib = CsafProduct("os", "", "cpe:/o:a:os:9"), CsafProduct("lib", "pkg:rpm/a/lib@1-1")
    assert products_of(csaf) == {
        "os": system,
        "lib": lib,
        "os:lib": CsafProduct("lib", "pkg:rpm/a/lib@1-1", "", system),
        "os:x": CsafProduct("x", whole=CsafProduct("y")),
    }


def test_branches_have_an_end():
    deep: dict = {"product": product("last")}
    for _ in range(40):
        deep = {"branches": [deep]}
    assert products_of(read_csaf(document(branches=[deep]), "a.json")) == {}


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"document": {"publisher": 1}}', b"\xff"])
def test_what_is_none(data: bytes):
    with pytest.raises(InvalidCsaf, match=r"^a\.json is no CSAF document"):
        read_csaf(data, "a.json")


def test_a_real_advisory_is_read_alike_as_records_and_as_statements(shared_data: Path):
    path = shared_data / "vuln" / "providers" / "redhat-rhsa-2024_9371.csaf.json"
    records = {item.id: item for item in PROVIDER.read(SourceFile(path, path.name)) if isinstance(item, Record)}
    statements = read_csaf_vex(path.read_bytes(), path.name)
    assert {one.vulnerabilities[0] for one in statements} == set(records)
    for id_, record in records.items():
        fixed = {
            product.id.partition("@")[0].rpartition("/")[2]
            for one in statements
            if one.vulnerabilities[0] == id_ and one.status is VexStatus.FIXED
            for product in one.products
        }
        assert {affected.package for affected in record.affected if affected.state == "fixed"} <= fixed
