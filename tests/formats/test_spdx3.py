import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from prill.formats.sbom_documents import InvalidSbom, read_sbom
from prill.formats.spdx3 import encode_spdx3
from prill.model import Sbom, Subject

Json = dict[str, Any]


@pytest.fixture(scope="module")
def validator(shared_data: Path) -> jsonschema_rs.Draft202012Validator:
    """The schema has a condition for each of its classes, which takes `jsonschema` a minute for a small document."""
    return jsonschema_rs.Draft202012Validator(
        json.loads((shared_data / "schemas" / "spdx-3.0.1.schema.json").read_bytes())
    )


def graph(sbom: Sbom, *, files: bool = True) -> list[Json]:
    found: list[Json] = json.loads(encode_spdx3(sbom, tool="prill-1.2", files=files))["@graph"]
    return found


def of_type(elements: list[Json], kind: str) -> list[Json]:
    return [one for one in elements if one["type"] == kind]


def named(elements: list[Json], name: str) -> Json:
    (found,) = [one for one in elements if one.get("name") == name and one["type"].startswith("software_P")]
    return found


@pytest.mark.parametrize(("which", "files"), [("sbom", True), ("incomplete", False)])
def test_the_published_schema_takes_it(
    which: str, *, files: bool, request: pytest.FixtureRequest, validator: jsonschema_rs.Draft202012Validator
):
    document = json.loads(encode_spdx3(request.getfixturevalue(which), tool="prill-1.2", files=files))
    assert [error.message for error in validator.iter_errors(document)] == []


def test_a_debian_package(sbom: Sbom):
    found = graph(sbom)
    zlib = named(found, "zlib1g")
    assert zlib["software_packageVersion"] == "1:1.3.1-1+b1"
    assert zlib["software_packageUrl"].startswith("pkg:deb/debian/zlib1g@1:1.3.1-1%2Bb1?")
    assert zlib["software_sourceInfo"] == "built package from: zlib 1:1.3.1-1"
    names = {one["spdxId"]: one["name"] for one in found if "name" in one}
    assert names[zlib["suppliedBy"]] == "Debian"
    assert [names[one] for one in zlib["originatedBy"]] == ["Debian zlib Maintainers"]
    needed = [
        one["to"]
        for one in of_type(found, "Relationship")
        if one["relationshipType"] == "dependsOn" and one["from"] == zlib["spdxId"]
    ]
    assert needed == [[named(found, "libc6")["spdxId"]]]


def test_every_name_in_a_relationship_is_an_element(sbom: Sbom):
    found = graph(sbom)
    known = {one["spdxId"] for one in found if "spdxId" in one}
    for one in of_type(found, "Relationship"):
        assert {one["from"], *one["to"]} <= known
    assert len(known) == len(found) - 1


def test_licences_that_spdx_does_not_list_have_a_text(sbom: Sbom):
    found = graph(sbom)
    expressions = {
        one["simplelicensing_licenseExpression"]: one for one in of_type(found, "simplelicensing_LicenseExpression")
    }
    entry = expressions["GPL-2.0-only AND LicenseRef-DEC"]["simplelicensing_customIdToUri"]
    texts = {
        one["spdxId"]: one["simplelicensing_licenseText"]
        for one in of_type(found, "simplelicensing_SimpleLicensingText")
    }
    assert "/usr/share/doc/netbase/copyright" in texts[entry[0]["value"]]
    assert entry[0]["key"] == "LicenseRef-DEC"


def test_gaps_make_it_incomplete(sbom: Sbom, incomplete: Sbom):
    def said(one: Sbom) -> tuple[str | None, list[str]]:
        found = graph(one)
        completeness = [each["completeness"] for each in of_type(found, "Relationship") if "completeness" in each]
        return of_type(found, "software_Sbom")[0].get("comment"), completeness

    assert said(sbom) == (None, ["complete"])
    assert said(incomplete) == ("licences: no copyright file\nusr/bin/odd: not an ELF file", ["incomplete"])


def test_the_same_sbom_gives_the_same_bytes(sbom: Sbom, shuffled: Sbom):
    assert encode_spdx3(sbom, tool="prill-1.2") == encode_spdx3(shuffled, tool="prill-1.2")


def test_a_folder_has_neither_digest_nor_purl(sbom: Sbom, validator: jsonschema_rs.Draft202012Validator):
    folder = replace(sbom, subject=Subject(name="rootfs"))
    document = json.loads(encode_spdx3(folder, tool="prill-1.2"))
    assert [error.message for error in validator.iter_errors(document)] == []
    assert named(document["@graph"], "rootfs")["software_primaryPurpose"] == "file"


def test_who_made_the_document(sbom: Sbom):
    found = graph(replace(sbom, creators=("Organization: Example (sbom@example.test)", "Tool: syft-1.18.1")))
    names = {one["spdxId"]: one["name"] for one in found if "name" in one}
    assert [names[one] for one in found[0]["createdBy"]] == ["Example"]
    assert [names[one] for one in found[0]["createdUsing"]] == ["prill-1.2", "syft-1.18.1"]


def test_what_nothing_is_known_of_is_left_out_when_it_is_read(sbom: Sbom):
    document = json.loads(encode_spdx3(sbom, tool="prill-1.2"))
    for one in of_type(document["@graph"], "software_Package"):
        one["verifiedUsing"] = [{"type": "Hash", "hashValue": "ab"}]
        one["suppliedBy"] = {"type": ["Agent"], "name": "x", "externalIdentifier": 1}
        one["originatedBy"] = [{"type": "Person", "name": "Jo", "externalIdentifier": [1, {}]}, 7]
    read = read_sbom(json.dumps(document).encode(), "x")
    assert {package.purl for package in read.packages} == {package.purl for package in sbom.packages}


def test_relationships_of_every_kind_are_checked(sbom: Sbom):
    document = json.loads(encode_spdx3(sbom, tool="prill-1.2"))
    one = of_type(document["@graph"], "Relationship")[0]
    one["type"] = "LifecycleScopedRelationship"
    del one["relationshipType"]
    with pytest.raises(InvalidSbom, match="relationshipType"):
        read_sbom(json.dumps(document).encode(), "x")
