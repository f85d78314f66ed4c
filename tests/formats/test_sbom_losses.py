"""What a conversion loses is said."""

import json
from typing import Any

import pytest

from prill.formats.sbom_documents import InvalidSbom, read_sbom, read_to_convert

CYCLONEDX: dict[str, Any] = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "metadata": {
        "supplier": {"name": "S"},
        "component": {"type": "container", "name": "i", "supplier": {"name": "S"}},
        "lifecycles": [{"phase": "build"}, {"phase": "operations"}],
        "properties": [{"name": "x", "value": "y"}, {"name": "prill:gap:a", "value": "b"}],
    },
    "components": [
        {
            "type": "library",
            "bom-ref": "a",
            "name": "a",
            "version": "1",
            "purl": "pkg:npm/a@1",
            "cpe": "cpe:2.3:a:g:a:1:*:*:*:*:*:*:*",
            "scope": "optional",
            "pedigree": {"patches": [{"type": "backport"}]},
            "hashes": [{"alg": "SHA-1", "content": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}],
            "licenses": [{"license": {"name": "Ours", "text": {"content": "all of it"}}}],
            "externalReferences": [{"type": "vcs", "url": "https://git.test/a"}],
            "evidence": {"occurrences": [{"location": "/a"}], "copyright": [{"text": "c"}]},
            "components": [{"type": "library", "name": "b", "scope": "required", "cpe": "cpe:/a:g:b"}],
        },
        {
            "type": "file",
            "name": "/f",
            "hashes": [{"alg": "SHA-1", "content": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}],
        },
    ],
    "dependencies": [{"ref": "a", "provides": ["x"]}],
    "externalReferences": [{"type": "bom", "url": "https://other.test"}],
    "properties": [{"name": "x", "value": "y"}],
}
SPDX: dict[str, Any] = {
    "spdxVersion": "SPDX-2.3",
    "dataLicense": "CC0-1.0",
    "SPDXID": "SPDXRef-DOCUMENT",
    "name": "n",
    "documentNamespace": "https://x.test/n",
    "creationInfo": {"created": "2024-01-01T00:00:00Z", "creators": ["Tool: t-1"]},
    "hasExtractedLicensingInfos": [
        {"licenseId": "LicenseRef-x", "name": "x", "extractedText": "All rights."},
        {"licenseId": "LicenseRef-y", "name": "y", "extractedText": "The text stands in the image, in /a."},
    ],
    "packages": [
        {
            "SPDXID": "SPDXRef-a",
            "name": "a",
            "versionInfo": "1",
            "downloadLocation": "https://x.test/a.tgz",
            "copyrightText": "(c) A",
            "checksums": [{"algorithm": "MD5", "checksumValue": "d41d8cd98f00b204e9800998ecf8427e"}],
            "externalRefs": [
                {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:npm/a@1"},
                {
                    "referenceCategory": "SECURITY",
                    "referenceType": "cpe23Type",
                    "referenceLocator": "cpe:2.3:a:g:a:1:*:*:*:*:*:*:*",
                },
            ],
        },
        {"SPDXID": "SPDXRef-b", "name": "b", "downloadLocation": "NOASSERTION", "copyrightText": "NONE"},
    ],
}


SPDX_3: dict[str, Any] = {
    "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
    "@graph": [
        {
            "type": "CreationInfo",
            "@id": "_:c",
            "specVersion": "3.0.1",
            "created": "2024-01-01T00:00:00Z",
            "createdBy": ["https://x.test/o"],
        },
        {"type": "Organization", "spdxId": "https://x.test/o", "name": "O", "creationInfo": "_:c"},
        {
            "type": "SpdxDocument",
            "spdxId": "https://x.test/d",
            "name": "n",
            "creationInfo": "_:c",
            "rootElement": ["https://x.test/a"],
        },
        {
            "type": "software_Package",
            "spdxId": "https://x.test/a",
            "name": "a",
            "creationInfo": "_:c",
            "software_packageVersion": "1",
            "software_packageUrl": "pkg:npm/a@1",
            "software_copyrightText": "(c) A",
            "software_downloadLocation": "https://x.test/a.tgz",
            "externalIdentifier": [
                {
                    "type": "ExternalIdentifier",
                    "externalIdentifierType": "cpe23",
                    "identifier": "cpe:2.3:a:g:a:1:*:*:*:*:*:*:*",
                }
            ],
            "verifiedUsing": [
                {"type": "Hash", "algorithm": "sha1", "hashValue": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}
            ],
        },
        {
            "type": "simplelicensing_SimpleLicensingText",
            "spdxId": "https://x.test/t",
            "creationInfo": "_:c",
            "simplelicensing_licenseText": "All rights.",
        },
        {
            "type": "build_Build",
            "spdxId": "https://x.test/b",
            "creationInfo": "_:c",
            "build_buildType": "https://x.test",
        },
    ],
}
SYFT: dict[str, Any] = {
    "schema": {"version": "16.0.0"},
    "artifacts": [
        {
            "id": "a",
            "name": "a",
            "version": "1",
            "purl": "pkg:npm/a@1",
            "cpes": [{"cpe": "cpe:2.3:a:g:a:1:*:*:*:*:*:*:*"}],
        },
        {
            "id": "b",
            "name": "b",
            "version": "1",
            "purl": "pkg:maven/b/b@1",
            "metadata": {"digest": [{"algorithm": "sha1"}]},
        },
    ],
    "files": [{"id": "f", "location": {"path": "/f"}}],
}


def lost(document: object) -> dict[str, str]:
    """Return the gaps that only those who convert are told of."""
    data = json.dumps(document).encode()
    found = set(read_to_convert(data, "x").gaps) - set(read_sbom(data, "x").gaps)
    return {gap.subject: gap.reason.partition(" ")[0] for gap in found}


def test_cyclonedx():
    assert lost(CYCLONEDX) == {
        "components' cpe": "2",
        "components' evidence": "1",
        "components' externalReferences": "1",
        "components' hashes weaker than SHA-256": "1",
        "components' licences' texts and addresses": "1",
        "components' pedigree": "1",
        "components' scope": "1",
        "dependencies' provides": "1",
        "externalReferences": "1",
        "metadata's component's supplier": "1",
        "metadata's lifecycles": "2",
        "metadata's properties": "1",
        "metadata's supplier": "1",
        "properties": "1",
    }


def test_spdx():
    assert lost(SPDX) == {
        "licences' texts": "1",
        "packages' checksums weaker than SHA-256": "1",
        "packages' copyrightText": "1",
        "packages' cpe23Type": "1",
        "packages' downloadLocation": "1",
    }


def test_spdx_3():
    assert lost(SPDX_3) == {
        "build_Build": "1",
        "licences' texts": "1",
        "packages' copyrightText": "1",
        "packages' cpe23": "1",
        "packages' downloadLocation": "1",
        "packages' hashes weaker than SHA-256": "1",
    }


def test_syft():
    assert lost(SYFT) == {"files": "1", "packages' cpes": "1", "packages' digests": "1"}


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("packages/annotations", ["text"]),
        ("packages/annotations", 5),
        ("packages/annotations", [{"comment": []}]),
        ("annotations", ["text"]),
        ("hasExtractedLicensingInfos", ["text"]),
        ("hasExtractedLicensingInfos", 5),
    ],
)
def test_what_is_of_another_type_is_refused(where: str, value: object):
    inside, _, name = where.rpartition("/")
    document = json.loads(json.dumps(SPDX))
    (document["packages"][0] if inside else document)[name] = value
    with pytest.raises(InvalidSbom, match=name):
        read_to_convert(json.dumps(document).encode(), "x")


def test_a_hash_without_its_algorithm_is_none():
    document = json.loads(json.dumps(SPDX_3))
    del document["@graph"][3]["verifiedUsing"][0]["algorithm"]
    assert "packages' hashes weaker than SHA-256" not in lost(document)
