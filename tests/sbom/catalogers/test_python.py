"""What Python's installers leave behind."""

import pytest

from jars import jar
from prill.model import LanguageDetails, RelationshipKind
from scanned import only, purls, reasons, related, scan

SITE = "opt/venv/lib/python3.11/site-packages"


def dist(name: str, version: str, *more: str) -> dict[str, bytes | str | None]:
    head = "\n".join((f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}", *more))
    return {f"{SITE}/{name}-{version}.dist-info/METADATA": f"{head}\n\nName: not this\n"}


def test_metadata():
    package = only(scan(dist("Foo_Bar", "1.0", "Summary: A foo", "License-Expression: mit OR Apache-2.0", "Author: A")))
    assert package.purl == "pkg:pypi/foo-bar@1.0"
    assert package.name == "Foo_Bar"
    assert package.licenses == "Apache-2.0 OR MIT"
    assert package.details == LanguageDetails(summary="A foo", author="A")


@pytest.mark.parametrize(
    ("lines", "licenses"),
    [
        (["License: MIT License"], "MIT"),
        (["License: UNKNOWN", "Classifier: License :: OSI Approved :: Apache Software License"], "Apache-2.0"),
        (["License: BSD", "Classifier: License :: OSI Approved :: BSD License"], "LicenseRef-BSD"),
        (["License: Copyright (c) somebody" + " and so on" * 300], ""),
        (["License: MIT", "        and a second line"], "LicenseRef-and-a-second-line AND MIT"),
        ([], ""),
    ],
)
def test_licences(lines: list[str], licenses: str):
    assert only(scan(dist("a", "1", *lines))).licenses == licenses


def test_what_it_needs_is_beside_it():
    sbom = scan(
        dist("requests", "2.32", "Requires-Dist: urllib3 (<3,>=1.21)", "Requires-Dist: PySocks; extra == 'socks'")
        | dist("urllib3", "2.0")
        | dist("PySocks", "1.7")
        | {"other/urllib3-1.0.dist-info/METADATA": "Name: urllib3\nVersion: 1.0\n"}
    )
    assert related(sbom) == [("pkg:pypi/requests@2.32", "pkg:pypi/urllib3@2.0")]


def test_a_package_without_metadata_is_a_gap():
    sbom = scan(dist("a", "1") | {f"{SITE}/a-1.dist-info/RECORD": "", f"{SITE}/b-2.dist-info/RECORD": "b.py,,\n"})
    assert purls(sbom) == ["pkg:pypi/a@1"]
    assert f"/{SITE}/b-2.dist-info: python: a package without METADATA, whose version is not known" in reasons(sbom)
    assert "a-1" not in reasons(sbom)


def test_a_record_says_what_is_inside():
    sbom = scan(
        dist("setuptools", "70")
        | {
            f"{SITE}/setuptools-70.dist-info/RECORD": 'setuptools/_vendor/jaraco-1.dist-info/METADATA,sha256=x,9\n"a,b",,\n',
            f"{SITE}/setuptools/_vendor/jaraco-1.dist-info/METADATA": "Name: jaraco\nVersion: 1\n",
        }
    )
    assert related(sbom, RelationshipKind.CONTAINS) == [("pkg:pypi/setuptools@70", "pkg:pypi/jaraco@1")]


def test_eggs():
    sbom = scan(
        {
            f"{SITE}/a.egg-info/PKG-INFO": "Name: a\nVersion: 1\n",
            f"{SITE}/a.egg-info/requires.txt": "b>=1\n\n[extra]\nc\n",
            f"{SITE}/b-2.egg-info": "Name: b\nVersion: 2\n",
            f"{SITE}/c-3-py3.11.egg/EGG-INFO/PKG-INFO": "Name: c\nVersion: 3\n",
        }
    )
    assert purls(sbom) == ["pkg:pypi/a@1", "pkg:pypi/b@2", "pkg:pypi/c@3"]
    assert related(sbom) == [("pkg:pypi/a@1", "pkg:pypi/b@2")]


def test_zipped_eggs():
    """Python imports them as they are."""
    egg = jar({"EGG-INFO/PKG-INFO": "Name: a\nVersion: 1\n", "EGG-INFO/requires.txt": "b>=1\n", "a.py": "b = 1\n"})
    sbom = scan(
        {
            f"{SITE}/a-1-py3.11.egg": egg,
            f"{SITE}/b-2-py3.11.egg": jar({"EGG-INFO/PKG-INFO": "Name: b\nVersion: 2\n"}),
            f"{SITE}/easter.egg": "a poem",
            f"{SITE}/other.egg": jar({"x": b""}),
        }
    )
    assert purls(sbom) == ["pkg:pypi/a@1", "pkg:pypi/b@2"]
    assert related(sbom) == [("pkg:pypi/a@1", "pkg:pypi/b@2")]
    assert "a-1-py3.11.egg: python: " in reasons(scan({f"{SITE}/a-1-py3.11.egg": egg[:-30]}))


def test_conda():
    record = """{"name": "numpy", "version": "1.26.4", "build": "py311_0", "subdir": "linux-64", "license": "BSD-3-Clause",
    "channel": "https://conda.example.test/conda-forge/linux-64", "sha256": "%s", "files": []}"""
    package = only(scan({"opt/conda/conda-meta/numpy-1.26.4-py311_0.json": record % ("a" * 64)}))
    assert package.purl == "pkg:conda/numpy@1.26.4?build=py311_0&channel=conda-forge&subdir=linux-64"
    assert str(package.details.digest) == f"sha256:{'a' * 64}"


def test_what_conda_installed_needs_and_contains():
    record = '{"name": "%s", "version": "1", "build": "0", "subdir": "noarch", "channel": "x", "depends": [%s], "files": [%s]}'
    metadata = "lib/python3.11/site-packages/Foo-1.dist-info/METADATA"
    sbom = scan(
        {
            "opt/conda/conda-meta/foo-1-0.json": record % ("foo", '"python >=3.11,<3.12", "absent"', f'"{metadata}"'),
            "opt/conda/conda-meta/python-1-0.json": record % ("python", "", ""),
            f"opt/conda/{metadata}": "Name: Foo\nVersion: 1\n",
        }
    )
    foo, python, inside = sbom.packages
    assert related(sbom) == [(foo.purl, python.purl)]
    assert related(sbom, RelationshipKind.CONTAINS) == [(foo.purl, inside.purl)]
    assert inside.owner == ""  # advisories are about PyPI's name


@pytest.mark.parametrize("text", ["", "Name: \nVersion: 1\n", "Name: a\n", "Name: a b\nVersion: 1\n", "\x00\x01" * 50])
def test_metadata_without_a_name_is_a_gap(text: str):
    sbom = scan({f"{SITE}/a.dist-info/METADATA": f"{text}\n"})
    assert not sbom.packages
    assert f"/{SITE}/a.dist-info/METADATA: python: " in reasons(sbom)
