"""Installed Node.js packages."""

import json

import pytest

from prill.model import RelationshipKind
from scanned import only, purls, reasons, related, scan
from trees import Link


def package(name: str, version: str = "1.0.0", **more: object) -> str:
    return json.dumps({"name": name, "version": version, **more})


def test_installed_packages_and_what_they_find():
    sbom = scan(
        {
            "app/package.json": package("app", dependencies={"a": "^1"}),
            "app/node_modules/a/package.json": package("a", dependencies={"b": "*", "@s/c": "*", "absent": "*"}),
            "app/node_modules/a/node_modules/b/package.json": package("b", "2.0.0"),
            "app/node_modules/b/package.json": package("b"),
            "app/node_modules/@s/c/package.json": package("@s/c", license="ISC", dependencies={"b": "1"}),
        }
    )
    assert purls(sbom) == [
        "pkg:npm/%40s/c@1.0.0",
        "pkg:npm/a@1.0.0",
        "pkg:npm/app@1.0.0",
        "pkg:npm/b@1.0.0",
        "pkg:npm/b@2.0.0",
    ]
    assert related(sbom) == [
        ("pkg:npm/%40s/c@1.0.0", "pkg:npm/b@1.0.0"),
        ("pkg:npm/a@1.0.0", "pkg:npm/%40s/c@1.0.0"),
        ("pkg:npm/a@1.0.0", "pkg:npm/b@2.0.0"),
        ("pkg:npm/app@1.0.0", "pkg:npm/a@1.0.0"),
    ]


def test_what_packages_find_through_links():
    """pnpm links each package's needs beside it, and npm the projects of a workspace."""
    store = "app/node_modules/.pnpm"
    sbom = scan(
        {
            f"{store}/a@1.0.0/node_modules/a/package.json": package("a", "1.0.0", dependencies={"@s/b": "^2"}),
            f"{store}/a@1.0.0/node_modules/@s/b": Link("../../../@s+b@2.0.0/node_modules/@s/b"),
            f"{store}/@s+b@2.0.0/node_modules/@s/b/package.json": package("@s/b", "2.0.0"),
            "app/node_modules/a": Link("/app/node_modules/.pnpm/a@1.0.0/node_modules/a"),
            "app/node_modules/round": Link("round"),
            "app/package.json": package("app", "1.0.0", dependencies={"a": "^1", "round": "1"}),
        }
    )
    assert related(sbom) == [
        ("pkg:npm/a@1.0.0", "pkg:npm/%40s/b@2.0.0"),
        ("pkg:npm/app@1.0.0", "pkg:npm/a@1.0.0"),
    ]


def test_a_copy_inside_a_package():
    sbom = scan(
        {
            "node_modules/next/package.json": package("next", "13.0.0"),
            "node_modules/next/dist/compiled/react/package.json": package("react", "18.3.0-next"),
            "node_modules/next/dist/compiled/ws/package.json": '{"name": "ws", "main": "index.js"}',
        }
    )
    assert related(sbom, RelationshipKind.CONTAINS) == [("pkg:npm/next@13.0.0", "pkg:npm/react@18.3.0-next")]
    assert len(sbom.packages) == 2


@pytest.mark.parametrize(
    ("value", "licenses"),
    [
        ("MIT", "MIT"),
        ("(MIT OR CC0-1.0)", "CC0-1.0 OR MIT"),
        ({"type": "BSD-3-Clause", "url": "x"}, "BSD-3-Clause"),
        ([{"type": "MIT"}, "Apache-2.0"], "Apache-2.0 OR MIT"),
        ("SEE LICENSE IN LICENSE.md", ""),
        ("UNLICENSED", ""),
        ("DocumentRef-x:LicenseRef-y", "LicenseRef-DocumentRef-x-LicenseRef-y"),
        (7, ""),
    ],
)
def test_licences(value: object, licenses: str):
    assert only(scan({"node_modules/a/package.json": package("a", license=value)})).licenses == licenses


def test_digests_that_npm_noted():
    notes = {
        "lockfileVersion": 3,
        "packages": {
            "node_modules/a": {"version": "1.0.0", "integrity": "sha512-" + "A" * 86 + "=="},
            "node_modules/@s/b": {"version": "1.0.0", "integrity": "sha512-" + "A" * 86 + "=="},
            "node_modules/c": {"version": "1.0.0", "resolved": "file:c"},
        },
    }
    sbom = scan(
        {
            "app/node_modules/.package-lock.json": json.dumps(notes),
            "app/node_modules/a/package.json": package("a"),
            "app/node_modules/@s/b/package.json": package("@s/b", "1.0.1"),
            "app/node_modules/c/package.json": package("c"),
        }
    )
    assert [str(one.details.digest) for one in sbom.packages] == ["None", f"sha512:{'00' * 64}", "None"]
    assert "node: not npm's notes" in reasons(scan({"app/node_modules/.package-lock.json": "["}))


@pytest.mark.parametrize("data", [b'{"name": ', b"\xff\xfe", b"[" * 100_000])
def test_what_cannot_be_read_is_a_gap(data: bytes):
    assert "/app/package.json: node: " in reasons(scan({"app/package.json": data}))
