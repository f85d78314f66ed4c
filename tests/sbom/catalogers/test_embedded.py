"""SBOMs that a builder put into the image."""

import json

import pytest

from prill.model import RelationshipKind
from scanned import purls, reasons, related, scan


def document(*packages: dict[str, object], relationships: tuple[tuple[str, str, str], ...] = ()) -> str:
    return json.dumps(
        {
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "SPDXID": "SPDXRef-DOCUMENT",
            "name": "sbom",
            "documentNamespace": "https://spdx.example.test/sbom",
            "creationInfo": {"created": "2026-01-02T03:04:05Z", "creators": ["Tool: test-1"]},
            "packages": list(packages),
            "relationships": [
                {"spdxElementId": f"SPDXRef-{one}", "relationshipType": kind, "relatedSpdxElement": f"SPDXRef-{other}"}
                for one, kind, other in relationships
            ],
        }
    )


def package(name: str, version: str, purl: str, licenses: str = "NOASSERTION") -> dict[str, object]:
    return {
        "name": name,
        "SPDXID": f"SPDXRef-{name}",
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "licenseConcluded": licenses,
        "licenseDeclared": licenses,
        "copyrightText": "NOASSERTION",
        "filesAnalyzed": False,
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}
        ],
    }  # fmt: skip


def test_bitnami():
    nginx = "pkg:bitnami/nginx@1.27.5-0?arch=amd64&distro=debian-12"
    text = document(
        package("nginx", "1.27.5-0", nginx, "BSD-2-Clause"),
        package("render-template", "1.0.9", "pkg:golang/github.com/bitnami/render-template@1.0.9"),
        relationships=(("DOCUMENT", "DESCRIBES", "nginx"), ("nginx", "CONTAINS", "render-template")),
    )
    sbom = scan({"opt/bitnami/nginx/.spdx-nginx.spdx": text})
    assert purls(sbom) == [nginx, "pkg:golang/github.com/bitnami/render-template@1.0.9"]
    assert sbom.packages[0].licenses == "BSD-2-Clause"
    assert sbom.packages[0].found_by == "embedded-sbom"
    assert related(sbom, RelationshipKind.CONTAINS) == [(nginx, sbom.packages[1].purl)]


def test_wolfi_says_once_more_what_apk_knows():
    installed = "P:bash\nV:5.2.37-r2\nA:x86_64\nL:GPL-3.0-or-later\n\n"
    files = {
        "etc/os-release": "ID=wolfi\nVERSION_ID=20230201\n",
        "var/lib/db/sbom/bash-5.2.37-r2.spdx.json": document(
            package("bash", "5.2.37-r2", "pkg:apk/wolfi/bash@5.2.37-r2?arch=x86_64"),
            package("bash.yaml", "1f2e", "pkg:github/wolfi-dev/os@1f2e#bash.yaml"),
            package("source", "5.2.37", "pkg:generic/bash@5.2.37"),
        ),
    }
    sbom = scan({**files, "lib/apk/db/installed": installed})
    assert purls(sbom) == ["pkg:apk/wolfi/bash@5.2.37-r2?arch=x86_64&distro=wolfi-20230201"]
    assert purls(scan(files)) == ["pkg:apk/wolfi/bash@5.2.37-r2?arch=x86_64"]


@pytest.mark.parametrize("data", [b"{}", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"spdxVersion": "SPDX-2.3"}'])
def test_what_cannot_be_read_is_a_gap(data: bytes):
    sbom = scan({"opt/bitnami/x/.spdx-x.spdx": data})
    assert not sbom.packages
    assert "/opt/bitnami/x/.spdx-x.spdx: embedded-sbom: SPDX document: " in reasons(sbom)


def test_a_wheel_says_what_was_put_into_it():
    info = "opt/site-packages/crypto-1.dist-info"
    components = [
        {"type": "library", "name": "openssl", "version": "3.5.0", "purl": "pkg:generic/openssl@3.5.0"},
        {"type": "library", "name": "asn1", "version": "0.24.1", "purl": "pkg:cargo/asn1@0.24.1", "bom-ref": "asn1"},
        {
            "type": "library",
            "name": "own",
            "version": "1",
            "purl": "pkg:cargo/own@1?download_url=file://own",
            "bom-ref": "own",
        },
        {"type": "library", "name": "cffi", "purl": "pkg:pypi/cffi"},
    ]
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {"component": {"type": "library", "name": "crypto", "version": "1", "purl": "pkg:pypi/crypto@1"}},
        "components": components,
        "dependencies": [{"ref": "own", "dependsOn": ["asn1"]}],
        "compositions": [{"aggregate": "incomplete"}],
    }
    sbom = scan(
        {
            f"{info}/METADATA": "Name: crypto\nVersion: 1\n",
            f"{info}/RECORD": "crypto-1.dist-info/sboms/rust.cdx.json,,\n",
            f"{info}/sboms/rust.cdx.json": json.dumps(bom),
        }
    )
    assert purls(sbom) == ["pkg:cargo/asn1@0.24.1", "pkg:generic/openssl@3.5.0", "pkg:pypi/crypto@1"]
    assert related(sbom, RelationshipKind.CONTAINS) == [
        ("pkg:pypi/crypto@1", "pkg:cargo/asn1@0.24.1"),
        ("pkg:pypi/crypto@1", "pkg:generic/openssl@3.5.0"),
    ]
    assert "embedded-sbom" not in reasons(sbom)


def test_what_a_wheel_brings_without_a_package_url_is_there_and_its_own_parts_are_not():
    """As Pillow's wheels have it, whose other SBOM, auditwheel's, names the wheel among its components."""
    info = "opt/a-1.dist-info/sboms"
    wheel = {"type": "library", "bom-ref": "a", "name": "a", "version": "1", "purl": "pkg:pypi/a@1?file_name=a.whl"}
    lib = {"type": "library", "bom-ref": "x", "name": "libXau", "version": "1", "purl": "pkg:rpm/almalinux/libXau@1"}
    head = {"bomFormat": "CycloneDX", "specVersion": "1.4", "version": 1, "metadata": {"component": wheel}}
    own = {"type": "library", "name": "_x", "version": "1", "purl": "pkg:pypi/a@1#c-ext/_x"}
    named = [{"type": "library", "name": "FreeType", "version": "2.14"}, {"type": "library", "name": "needed"}, own]
    sbom = scan(
        {
            f"{info}/auditwheel.cdx.json": json.dumps(head | {"components": [wheel, lib]}),
            f"{info}/a.cdx.json": json.dumps(head | {"components": named}),
        }
    )
    assert purls(sbom) == ["pkg:generic/FreeType@2.14", "pkg:rpm/almalinux/libXau@1"]
    assert "embedded-sbom" not in reasons(sbom)


def test_a_wheels_sbom_of_a_form_that_is_not_read_is_a_gap():
    path = "opt/a-1.dist-info/sboms/a.spdx"
    assert f"/{path}: embedded-sbom: SBOM: not JSON" in reasons(scan({path: "SPDXVersion: SPDX-2.3\n"}))
