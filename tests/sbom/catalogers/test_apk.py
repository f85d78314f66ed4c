"""apk's database."""

import pytest

from prill.model import ApkDetails, RelationshipKind
from scanned import purls, reasons, related, scan

ALPINE = 'ID=alpine\nVERSION_ID=3.19.1\nPRETTY_NAME="Alpine Linux v3.19"\n'
INSTALLED = """\
C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=
P:libcrypto3
V:3.1.4-r5
A:x86_64
T:Crypto library from openssl
U:https://www.example.test/
L:Apache-2.0
o:openssl
m:Somebody <x@example.test>
D:so:libc.musl-x86_64.so.1
p:so:libcrypto.so.3=3
F:lib
R:libcrypto.so.3
a:0:0:755
Z:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=
F:etc
M:0:0:755
F:etc/ssl
R:openssl.cnf

C:Q1BBBBBBBBBBBBBBBBBBBBBBBBBBB=
P:musl
V:1.2.4_git20230717-r4
A:x86_64
L:MIT
p:so:libc.musl-x86_64.so.1=1
D:!old-libc so:libcrypto.so.3>=3
"""


@pytest.mark.parametrize("place", ["lib/apk/db/installed", "usr/lib/apk/db/installed"])
def test_packages(place: str):
    sbom = scan({"etc/os-release": ALPINE, place: INSTALLED})
    crypto, musl = purls(sbom)
    assert crypto == "pkg:apk/alpine/libcrypto3@3.1.4-r5?arch=x86_64&distro=alpine-3.19.1&upstream=openssl"
    assert musl == "pkg:apk/alpine/musl@1.2.4_git20230717-r4?arch=x86_64&distro=alpine-3.19.1"
    assert related(sbom) == [(crypto, musl), (musl, crypto)]
    assert sbom.packages[0].details == ApkDetails(
        architecture="x86_64",
        origin="openssl",
        maintainer="Somebody <x@example.test>",
        homepage="https://www.example.test/",
        summary="Crypto library from openssl",
    )
    assert [one.licenses for one in sbom.packages] == ["Apache-2.0", "MIT"]
    assert not sbom.gaps


def test_a_virtual_package_is_one_without_anything_of_its_own():
    """``apk add --virtual .php-rundeps …`` leaves one in many images."""
    virtual = "P:.php-rundeps\nV:20240901.101500\nA:noarch\nT:virtual meta package\nU:\nL:\nD:musl\n\n"
    sbom = scan({"etc/os-release": ALPINE, "lib/apk/db/installed": virtual + INSTALLED})
    rundeps, *_, musl = purls(sbom)
    assert rundeps == "pkg:apk/alpine/.php-rundeps@20240901.101500?arch=noarch&distro=alpine-3.19.1"
    assert (rundeps, musl) in related(sbom)
    assert not sbom.gaps


def test_a_paragraph_that_is_no_package_hides_no_other():
    database = f"P:broken\n\n{INSTALLED}\nno field\n\n" + "P:x\n\n" * 30
    sbom = scan({"etc/os-release": ALPINE, "lib/apk/db/installed": database})
    assert len(sbom.packages) == 2
    assert "a package of apk's database has the name 'broken' and version ''" in reasons(sbom)
    assert "no line of apk's database: 'no field'" in reasons(sbom)
    assert "12 more paragraphs are no packages" in reasons(sbom)


@pytest.mark.parametrize("letter", "VAo")
def test_a_package_that_no_purl_can_name_hides_no_other(letter: str):
    database = f"{letter}:{'9' * 9000}\nP:long\nV:1\nL:MIT\n\n{INSTALLED}"
    sbom = scan({"etc/os-release": ALPINE, "lib/apk/db/installed": database})
    assert len(sbom.packages) == 2
    assert "apk's database has the name 'long'" in reasons(sbom)


def test_what_an_apk_brought_is_related_to_it():
    database = (
        "P:py3-yaml\nV:6-r0\nA:x86_64\nL:MIT\nF:usr/lib/python3.11/site-packages/PyYAML-6.dist-info\nR:METADATA\n"
    )
    sbom = scan(
        {
            "etc/os-release": ALPINE,
            "lib/apk/db/installed": database,
            "usr/lib/python3.11/site-packages/PyYAML-6.dist-info/METADATA": "Name: PyYAML\nVersion: 6\n",
        }
    )
    apk, pypi = sbom.packages
    assert related(sbom, RelationshipKind.OWNED_BY) == [(pypi.purl, apk.purl)]


@pytest.mark.parametrize("text", ["P:\nV:1\n", "P:a\n", "no database\n", "\x00\x01\x02"])
def test_a_database_that_cannot_be_read_is_a_gap(text: str):
    assert "/lib/apk/db/installed: apk: " in reasons(scan({"lib/apk/db/installed": text}))
