"""VEX documents in three formats say the same, are held to their schemas, and are refused where they say nothing."""

import json
from pathlib import Path
from time import process_time
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.formats.openvex import CONTEXT, append_openvex, encode_openvex, read_openvex
from prill.formats.vex_documents import InvalidVex, read_vex
from prill.model.vex import Justification, VexProduct, VexStatement, VexStatus

PURL = "pkg:deb/debian/libssl3@3.5-1?arch=amd64"
STATEMENT = VexStatement(
    vulnerabilities=("CVE-2026-1", "GHSA-1"),
    products=(VexProduct("pkg:oci/app@sha256%3Aabc", (PURL,)), VexProduct(PURL)),
    status=VexStatus.NOT_AFFECTED,
    source="x.json",
    justification="vulnerable_code_not_present",
    reason="trimmed",
    author="me",
    time="2026-01-01T00:00:00Z",
    expires="2027-01-31",
)


def openvex(*statements: VexStatement) -> bytes:
    return encode_openvex(statements or (STATEMENT,), author="me", created=1_767_225_600, tool="prill-1")


class TestOpenVex:
    def test_what_is_written_is_read_again(self):
        assert read_openvex(openvex(), "x.json") == (STATEMENT,)

    @pytest.mark.parametrize("status", list(VexStatus))
    def test_it_is_valid(self, status: VexStatus, shared_data: Path):
        from dataclasses import replace  # noqa: PLC0415 - beside its use

        statement = replace(
            STATEMENT, status=status, justification=STATEMENT.justification if status is VexStatus.NOT_AFFECTED else ""
        )
        schema = json.loads((shared_data / "schemas/openvex.schema.json").read_bytes())
        validator = jsonschema.validators.validator_for(schema)(schema)
        assert [error.message for error in validator.iter_errors(json.loads(openvex(statement)))] == []

    def test_the_id_follows_from_the_content(self):
        assert json.loads(openvex())["@id"] == json.loads(openvex())["@id"]
        assert json.loads(openvex())["@id"] != json.loads(openvex(STATEMENT, STATEMENT))["@id"]

    def test_the_first_version_had_plain_texts(self):
        document = {"statements": [{"vulnerability": "CVE-1", "status": "fixed", "products": ["pkg:npm/a@1"]}]}
        (one,) = read_vex(json.dumps(document).encode(), "x")
        assert (one.vulnerabilities, one.products) == (("CVE-1",), (VexProduct("pkg:npm/a@1"),))

    @pytest.mark.parametrize(
        ("parts", "expected"),
        [
            (["pkg:npm/b", {"@id": "pkg:npm/c"}], (VexProduct("image", ("pkg:npm/b", "pkg:npm/c")),)),
            ([{"identifiers": {"cpe23": "cpe:2.3:a:x"}}], ()),
            ([], (VexProduct("image"),)),
        ],
    )
    def test_the_first_version_named_parts_beside_the_products(self, parts: list, expected: tuple):
        statement = {"vulnerability": "CVE-1", "status": "fixed", "products": ["image"], "subcomponents": parts}
        (one,) = read_vex(json.dumps({"statements": [statement]}).encode(), "x")
        assert one.products == expected

    @pytest.mark.parametrize(
        ("product", "ids"),
        [
            ({"@id": "pkg:npm/a@1"}, ["pkg:npm/a@1"]),
            ({"@id": "https://x.test/a", "identifiers": {"purl": "pkg:npm/a@1"}}, ["pkg:npm/a@1"]),
            ({"@id": "pkg:npm/a@1", "identifiers": {"purl": "pkg:npm/a@2"}}, ["pkg:npm/a@2", "pkg:npm/a@1"]),
            ({"identifiers": {"purl": "pkg:oci/a"}, "hashes": {"sha-256": "AB"}}, ["pkg:oci/a", "sha256:ab"]),
            ({"@id": "image", "hashes": {"sha-256": "ab"}}, ["image", "sha256:ab"]),
            ({"identifiers": {"cpe23": "cpe:2.3:a:x"}}, []),
        ],
    )
    def test_any_name_of_a_product_is_its_name(self, product: dict, ids: list):
        statement = {"vulnerability": {"name": "CVE-1"}, "status": "fixed", "products": [product]}
        (one,) = read_vex(json.dumps({"statements": [statement]}).encode(), "x")
        assert [each.id for each in one.products] == ids
        statement["products"] = [{"@id": "image", "subcomponents": [product]}]
        (one,) = read_vex(json.dumps({"statements": [statement]}).encode(), "x")
        assert one.products == ((VexProduct("image", tuple(ids)),) if ids else ())

    @given(
        st.sampled_from(list(VexStatus)),
        st.sampled_from(["", *Justification]),
        st.text(st.characters(blacklist_categories=["Cs"]), max_size=30).filter(lambda text: "expires" not in text),
    )
    def test_any_statement_survives(self, status: VexStatus, justification: str, reason: str):
        statement = VexStatement(
            vulnerabilities=("CVE-1",), products=(VexProduct("pkg:npm/a"),), status=status, source="x", justification=str(justification), reason=reason, author="me", time="2026-01-01T00:00:00Z"
        )  # fmt: skip
        assert read_openvex(openvex(statement), "x") == (statement,)


def test_csaf_says_the_same():
    document = {
        "document": {"publisher": {"name": "me"}, "tracking": {"current_release_date": "2026-01-01T00:00:00Z"}},
        "product_tree": {
            "branches": [
                {"branches": [{"product": {"product_id": "P1", "product_identification_helper": {"purl": PURL}}}]},
                {"product": {"product_id": "IMAGE", "product_identification_helper": {"purl": "pkg:oci/app@sha256:abc"}}},
            ],
            "relationships": [{"full_product_name": {"product_id": "IMAGE:P1"}, "product_reference": "P1", "relates_to_product_reference": "IMAGE"}],
        },
        "vulnerabilities": [
            {
                "cve": "CVE-2026-1",
                "product_status": {"known_not_affected": ["P1", "IMAGE:P1"], "known_affected": ["OTHER"]},
                "flags": [{"label": "vulnerable_code_not_present", "product_ids": ["P1", "IMAGE:P1"]}],
                "threats": [{"category": "impact", "details": "trimmed", "product_ids": ["P1", "IMAGE:P1"]}],
            }
        ],
    }  # fmt: skip
    one, other = read_vex(json.dumps(document).encode(), "x.json")
    assert one.products == (VexProduct(PURL), VexProduct("pkg:oci/app@sha256:abc", (PURL,)))
    assert (one.status, one.justification, one.reason, one.author) == (
        "not_affected",
        "vulnerable_code_not_present",
        "trimmed",
        "me",
    )
    assert (other.status, other.products) == (VexStatus.AFFECTED, (VexProduct("OTHER"),))


def test_csaf_speaks_of_groups_of_products():
    document = {
        "document": {},
        "product_tree": {
            "full_product_names": [{"product_id": id_} for id_ in ("P1", "P2")],
            "product_groups": [{"group_id": "G", "product_ids": ["P1", "P2"]}],
        },
        "vulnerabilities": [
            {
                "cve": "CVE-2026-1",
                "product_status": {"known_not_affected": ["P1", "P2"]},
                "flags": [{"label": "component_not_present", "group_ids": ["G", "unknown"]}],
                "threats": [{"category": "impact", "details": "not there", "group_ids": ["G"]}],
            }
        ],
    }
    (one,) = read_vex(json.dumps(document).encode(), "x.json")
    assert [each.id for each in one.products] == ["P1", "P2"]
    assert (one.justification, one.reason) == ("component_not_present", "not there")


def test_many_flags_about_a_large_group_do_not_take_long():
    ids = [f"P{number}" for number in range(20_000)]
    document = {
        "document": {},
        "product_tree": {"product_groups": [{"group_id": "G", "product_ids": ids}]},
        "vulnerabilities": [
            {
                "cve": "CVE-2026-1",
                "product_status": {"known_not_affected": ids[:1]},
                "flags": [{"label": "component_not_present", "group_ids": ["G"] * 20_000}],
            }
        ],
    }
    begun = process_time()
    (one,) = read_vex(json.dumps(document).encode(), "x.json")
    assert process_time() - begun < 5  # it took minutes, the square of what there is
    assert one.justification == "component_not_present"


def test_the_parts_of_many_products_are_kept_once():
    names = [f"pkg:npm/{number}" for number in range(20_000)]
    statement = {"vulnerability": "CVE-2026-1", "status": "fixed", "products": names, "subcomponents": names}
    begun = process_time()
    (one,) = read_openvex(json.dumps({"statements": [statement]}).encode(), "x.json")
    assert process_time() - begun < 5  # it took minutes, and gigabytes
    assert len(one.products) == 20_000
    assert {id(each.parts) for each in one.products} == {id(one.products[0].parts)}


def test_csafs_component_has_the_purl_of_its_own_where_the_tree_has_none():
    whole = {"product_id": "ALL", "product_identification_helper": {"purl": "pkg:oci/app"}}
    part = {"product_id": "ALL:P1", "product_identification_helper": {"purl": PURL}}
    relationship = {"full_product_name": part, "product_reference": "P1", "relates_to_product_reference": "ALL"}
    document: dict[str, Any] = {
        "document": {},
        "product_tree": {"full_product_names": [{"product_id": "P1"}, whole], "relationships": [relationship]},
        "vulnerabilities": [{"cve": "CVE-2026-1", "product_status": {"fixed": ["ALL:P1"]}}],
    }
    (one,) = read_vex(json.dumps(document).encode(), "x.json")
    assert one.products == (VexProduct("pkg:oci/app", (PURL,)),)
    document["product_tree"]["full_product_names"][0] |= {"product_identification_helper": {"purl": "pkg:npm/p1"}}
    (one,) = read_vex(json.dumps(document).encode(), "x.json")
    assert one.products == (VexProduct("pkg:oci/app", ("pkg:npm/p1",)),)


def test_cyclonedx_has_justifications_of_its_own_alone():
    analysis = {"state": "not_affected", "justification": "component_not_present"}
    document = {"bomFormat": "CycloneDX", "vulnerabilities": [{"id": "CVE-1", "analysis": analysis}]}
    with pytest.raises(InvalidVex, match="CVE-1 has the justification 'component_not_present'"):
        read_vex(json.dumps(document).encode(), "x.json")


@pytest.mark.parametrize("status", ["first_affected", "known_affected", "last_affected"])
def test_csaf_has_several_words_for_affected(status: str):
    document = {"document": {}, "vulnerabilities": [{"cve": "CVE-2026-1", "product_status": {status: ["P1"]}}]}
    (one,) = read_vex(json.dumps(document).encode(), "x.json")
    assert one.status is VexStatus.AFFECTED


@pytest.mark.parametrize(
    ("whole", "expected"),
    [
        ({"purl": "pkg:generic/suite@1"}, VexProduct("pkg:generic/suite@1", (PURL,))),
        ({"cpe": "cpe:/a:redhat:enterprise_linux:9::appstream"}, VexProduct(PURL, release="rhel-9")),
        ({"cpe": "cpe:/a:redhat:rhel_eus:9.2::baseos"}, VexProduct(PURL, release="rhel-9.2")),
        ({"cpe": "cpe:/a:example:suite:1"}, VexProduct("SUITE", (PURL,))),
        ({}, VexProduct("SUITE", (PURL,))),
    ],
)
def test_a_component_is_meant_in_its_product_alone(whole: dict, expected: VexProduct):
    document = {
        "document": {},
        "product_tree": {
            "full_product_names": [
                {"product_id": "P1", "product_identification_helper": {"purl": PURL}},
                {"product_id": "SUITE", "product_identification_helper": whole},
            ],
            "relationships": [{"full_product_name": {"product_id": "SUITE:P1"}, "product_reference": "P1", "relates_to_product_reference": "SUITE"}],
        },
        "vulnerabilities": [{"cve": "CVE-2026-1", "product_status": {"known_not_affected": ["SUITE:P1"]}}],
    }  # fmt: skip
    (one,) = read_vex(json.dumps(document).encode(), "x.json")
    assert one.products == (expected,)


@pytest.mark.parametrize(
    ("product", "expected"),
    [
        ({"@id": "image", "subcomponents": [{"identifiers": {"cpe23": "cpe:2.3:a:x"}}]}, ()),
        ({"@id": "image", "subcomponents": [{"@id": PURL}, {"identifiers": {}}]}, (VexProduct("image", (PURL,)),)),
        ({"@id": "image", "subcomponents": []}, (VexProduct("image"),)),
        ({"hashes": {"sha-256": "AB" * 32}}, (VexProduct("sha256:" + "ab" * 32),)),
        ({"identifiers": {"cpe23": "cpe:2.3:a:x"}}, ()),
    ],
)
def test_a_part_that_is_not_understood_is_not_the_whole(product: dict, expected: tuple):
    said = {"vulnerability": {"name": "CVE-2026-1"}, "products": [product], "status": "fixed"}
    (one,) = read_vex(json.dumps({"statements": [said]}).encode(), "x.json")
    assert one.products == expected


@pytest.mark.parametrize(
    ("ref", "versions", "expected"),
    [
        (
            "pkg:npm/a",
            [{"version": "1.0", "status": "unaffected"}, {"version": "1.1"}],
            ["pkg:npm/a@1.0", "pkg:npm/a@1.1"],
        ),
        ("pkg:npm/a", [{"version": "1.0", "status": "affected"}, {"version": "1.1", "status": "unknown"}], []),
        ("pkg:npm/a@1.0", [{"version": "1.0"}, {"version": "1.1"}], ["pkg:npm/a@1.0"]),
        ("pkg:npm/a", [{"range": "vers:npm/<2.0"}], []),
        ("no-purl", [{"version": "1.0"}], []),
        ("pkg:npm/a", [], ["pkg:npm/a"]),
    ],
)
def test_cyclonedx_versions_are_the_ones_that_are_meant(ref: str, versions: list, expected: list):
    said = {"id": "CVE-2026-1", "analysis": {"state": "not_affected"}, "affects": [{"ref": ref, "versions": versions}]}
    (one,) = read_vex(json.dumps({"bomFormat": "CycloneDX", "vulnerabilities": [said]}).encode(), "x.json")
    assert [product.id for product in one.products] == expected


def test_cyclonedx_says_the_same():
    document = {
        "bomFormat": "CycloneDX",
        "metadata": {"timestamp": "2026-01-01T00:00:00Z"},
        "components": [{"bom-ref": "one", "purl": PURL}],
        "vulnerabilities": [
            {
                "id": "CVE-2026-1",
                "analysis": {"state": "not_affected", "justification": "code_not_present", "detail": "trimmed"},
                "affects": [{"ref": "one"}, {"ref": "urn:cdx:x/1#pkg%3Anpm%2Fa%401"}],
            },
            {"id": "CVE-2026-2", "affects": []},
        ],
    }
    (one,) = read_vex(json.dumps(document).encode(), "x.json")
    assert one.products == (VexProduct(PURL), VexProduct("pkg:npm/a@1"))
    assert (one.status, one.justification, one.reason) == ("not_affected", "vulnerable_code_not_present", "trimmed")


def test_red_hats_own_documents_are_read(shared_data: Path):
    found = read_vex((shared_data / "vuln/providers/redhat-rhsa-2025_23414.csaf.json").read_bytes(), "x")
    assert {one.status for one in found} == {VexStatus.FIXED, VexStatus.NOT_AFFECTED}
    assert all(product.id.startswith("pkg:rpm/redhat/") for one in found for product in one.products)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "{}",
        '{"statements": 5}',
        '{"statements": [{"vulnerability": {"name": "CVE-1"}, "status": "fine"}]}',
        '{"statements": [{"vulnerability": {}, "status": "fixed"}]}',
        '{"statements": [{"vulnerability": "CVE-1", "status": "not_affected", "justification": "because"}]}',
        '{"document": 5}',
        '{"bomFormat": "CycloneDX", "vulnerabilities": [{"id": "CVE-1", "analysis": {"state": "fine"}}]}',
        '{"bomFormat": "CycloneDX", "vulnerabilities": 5}',
        "\udcff",
        pytest.param('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", id="deep"),
    ],
)
def test_what_is_no_vex_is_refused(text: str):
    with pytest.raises(InvalidVex):
        read_vex(text.encode("utf-8", "surrogateescape"), "x.json")


@pytest.mark.parametrize("number", ["9" * 5000, "1e999"])
def test_a_document_with_a_number_that_nobody_reads_is_not_appended_to(number: str):
    data = f'{{"@context": "{CONTEXT}", "statements": [], "x": {number}}}'.encode()
    assert read_openvex(data, "x") == ()
    with pytest.raises(InvalidVex, match="no OpenVEX document"):
        append_openvex(data, STATEMENT, "x", created=0)
