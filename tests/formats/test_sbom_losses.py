"""What of somebody else's document is not carried over, is said."""

from typing import Any

import pytest

from prill.formats.sbom_losses import losses_of

LICENSE = {"license": {"id": "MIT"}}


def losses(component: dict[str, Any] | None = None, main: dict[str, Any] | None = None, **rest: object) -> list[str]:
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {"component": {"type": "container", "bom-ref": "main", "name": "app", **(main or {})}},
        "components": [{"type": "library", "name": "one", "licenses": [LICENSE], **(component or {})}],
        **rest,
    }
    return [gap.subject for gap in losses_of(document)]


def test_what_is_kept_is_no_loss():
    assert losses() == []
    assert losses({"type": "file"}, {"type": "application"}) == []
    assert losses({"evidence": {"occurrences": [{"location": "/x", "additionalContext": "layer"}]}}) == []
    assert losses(main={"hashes": [{"alg": "SHA-256", "content": "a" * 64}], "properties": [{"name": "prill:x"}]}) == []
    assert losses(compositions=[{"aggregate": "complete", "assemblies": ["main"]}]) == []
    assert losses(metadata={"tools": [{"name": "old"}]}) == []


@pytest.mark.parametrize(
    ("component", "lost"),
    [
        ({"type": "firmware"}, "components' types other than library"),
        ({"mime-type": "text/plain"}, "components' mime-type"),
        ({"versionRange": "vers:generic/>=1", "isExternal": True}, "components' versionRange"),
        ({"evidence": {"occurrences": [{"location": "/x", "line": 3}]}}, "components' evidence"),
        ({"licenses": [{"license": {"id": "MIT", "licensing": {}}}]}, "components' licences' terms and details"),
        ({"licenses": [{"expression": "MIT", "expressionDetails": []}]}, "components' licences' terms and details"),
        (
            {"licenses": [{"expression": "MIT", "acknowledgement": "concluded"}]},
            "components' licences' acknowledgement",
        ),
        ({"licenses": [{"license": {"id": "MIT", "url": "x"}}]}, "components' licences' texts and addresses"),
    ],
)
def test_what_components_lose(component: dict[str, Any], lost: str):
    assert lost in losses(component)


@pytest.mark.parametrize(
    ("main", "lost"),
    [
        ({"type": "device"}, "type"),
        ({"description": "what it is"}, "description"),
        ({"cpe": "cpe:2.3:a:a:a:1:*:*:*:*:*:*:*"}, "cpe"),
        ({"group": "org"}, "group"),
        ({"type": "application", "hashes": [{"alg": "SHA-256", "content": "a" * 64}]}, "hashes"),
        ({"properties": [{"name": "their:own", "value": "x"}]}, "properties"),
    ],
)
def test_what_the_subject_loses(main: dict[str, Any], lost: str):
    assert losses(main=main) == [f"metadata's component's {lost}"]


def test_what_the_document_loses():
    tools = {"services": [{"name": "signer"}]}
    assert losses(metadata={"tools": tools, "distributionConstraints": {"tlp": "RED"}}) == [
        "metadata's distributionConstraints",
        "metadata's tools' services",
    ]
    for one in ({"assemblies": ["other"]}, {"dependencies": ["main"]}):
        assert losses(compositions=[{"aggregate": "unknown", **one}]) == ["compositions of parts"]


def spdx(package: dict[str, Any] | None = None, main: dict[str, Any] | None = None, **rest: object) -> list[str]:
    document = {
        "spdxVersion": "SPDX-2.3",
        "packages": [
            {"SPDXID": "SPDXRef-main", "name": "app", "downloadLocation": "NOASSERTION", **(main or {})},
            {"SPDXID": "SPDXRef-one", "name": "one", "downloadLocation": "NOASSERTION", **(package or {})},
        ],
        "documentDescribes": ["SPDXRef-main"],
        **rest,
    }
    return [gap.subject for gap in losses_of(document)]


def test_what_is_kept_of_spdx_is_no_loss():
    assert spdx() == []
    assert spdx({"licenseDeclared": "MIT", "licenseConcluded": "MIT", "supplier": "Organization: X"}) == []
    assert spdx({"licenseConcluded": "MIT", "comment": "found by: dpkg", "primaryPackagePurpose": "LIBRARY"}) == []
    assert spdx(main={"primaryPackagePurpose": "CONTAINER", "checksums": [{"algorithm": "SHA256", "checksumValue": "a" * 64}], "comment": "platform: linux/amd64"}) == []  # fmt: skip
    assert spdx(files=[{"fileName": "x", "licenseConcluded": "NOASSERTION", "licenseInfoInFiles": ["NONE"]}]) == []
    assert spdx(main={"supplier": "Organization: X"}, documentDescribes=["SPDXRef-main", "SPDXRef-one"]) == []


@pytest.mark.parametrize(
    ("package", "lost"),
    [
        ({"licenseDeclared": "MIT", "licenseConcluded": "ISC"}, "licenseConcluded"),
        ({"licenseInfoFromFiles": ["NONE", "ISC"]}, "licenseInfoFromFiles"),
        ({"primaryPackagePurpose": "FIRMWARE"}, "primaryPackagePurpose"),
        ({"comment": "somebody's"}, "comment"),
        ({"description": "long"}, "description"),
    ],
)
def test_what_packages_of_spdx_lose(package: dict[str, Any], lost: str):
    assert spdx(package) == [f"packages' {lost}"]


def test_what_an_spdx_document_loses_of_its_subject_its_files_and_itself():
    sums = [{"algorithm": "SHA256", "checksumValue": "a" * 64}]
    assert spdx(main={"supplier": "Organization: X", "summary": "s", "licenseDeclared": "MIT", "checksums": sums}) == [
        "the described package's checksums",
        "the described package's licenseDeclared",
        "the described package's summary",
        "the described package's supplier",
    ]
    assert spdx(files=[{"fileName": "x", "comment": "c", "noticeText": "n"}]) == ["files' comment", "files' noticeText"]
    assert spdx(creationInfo={"comment": "by hand"}) == ["creationInfo's comment"]


def spdx_3(*elements: dict[str, Any], main: dict[str, Any] | None = None) -> list[str]:
    graph = [
        {"type": "software_Sbom", "rootElement": ["urn:main"]},
        {"type": "software_Package", "spdxId": "urn:main", "name": "app", **(main or {})},
        *elements,
    ]
    return [gap.subject for gap in losses_of({"@context": "spdx", "@graph": graph})]


def licensed(kind: str, to: str) -> dict[str, Any]:
    return {"type": "Relationship", "relationshipType": kind, "from": "urn:one", "to": [to]}


def test_what_spdx_3_loses():
    one = {"type": "software_Package", "spdxId": "urn:one", "name": "one"}
    declared = licensed("hasDeclaredLicense", "urn:mit")
    assert spdx_3({**one, "comment": "found by: dpkg", "suppliedBy": "urn:x"}, declared) == []
    assert spdx_3(declared, licensed("hasConcludedLicense", "urn:mit")) == []
    assert spdx_3(declared, licensed("hasConcludedLicense", "urn:isc")) == ["packages' concluded licences"]
    assert spdx_3({**one, "software_primaryPurpose": "firmware"}) == ["packages' primaryPurpose"]
    assert spdx_3({**one, "comment": "somebody's"}) == ["packages' comment"]
    assert spdx_3(main={"software_homePage": "https://a.example", "comment": "platform: linux/amd64"}) == [
        "the described package's homePage"
    ]
