"""dpkg's database in both forms."""

import pytest

from prill.model import DebDetails, Location, RelationshipKind
from scanned import LAYER, only, purls, reasons, related, scan
from trees import Link

STATUS = """\
Package: libssl3
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Source: openssl (3.0.18-1~deb12u2)
Version: 3.0.18-1~deb12u2+b1
Maintainer: Debian OpenSSL Team <x@lists.example.test>
Depends: libc6 (>= 2.34), nobody | tls-provider
Description: Secure Sockets Layer toolkit
 and more.

Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36-9
Source: glibc
Provides: tls-provider (= 1)

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1

Package: half
Status: install reinstreq half-installed
Architecture: all
Version: 1:2-3
"""


def test_packages_of_the_status_file():
    sbom = scan({"var/lib/dpkg/status": STATUS})
    assert purls(sbom) == [
        "pkg:deb/debian/half@1:2-3?arch=all&distro=debian-12",
        "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12&upstream=glibc",
        "pkg:deb/debian/libssl3@3.0.18-1~deb12u2%2Bb1?arch=amd64&distro=debian-12&upstream=openssl%403.0.18-1~deb12u2",
    ]
    openssl = sbom.packages[2]
    assert isinstance(openssl.details, DebDetails)
    assert (openssl.details.source_name, openssl.details.source_version) == ("openssl", "3.0.18-1~deb12u2")
    assert openssl.details.summary == "Secure Sockets Layer toolkit"
    assert openssl.locations == (Location("var/lib/dpkg/status", LAYER),)


def test_dependencies_that_are_there():
    sbom = scan({"var/lib/dpkg/status": STATUS})
    assert related(sbom) == [(sbom.packages[2].purl, sbom.packages[1].purl)]


def test_distroless_has_a_file_for_each_package():
    package = scan(
        {
            "var/lib/dpkg/status.d/tzdata": "Package: tzdata\nVersion: 2026a-1\nArchitecture: all\n",
            "var/lib/dpkg/status.d/tzdata.md5sums": f"{'0' * 32}  usr/share/zoneinfo/UTC\n",
            "usr/share/doc/tzdata/copyright": "Format: https://www.debian.org/doc/packaging-manuals/"
            "copyright-format/1.0/\n\nFiles: *\nCopyright: nobody\nLicense: public-domain\n",
        }
    )
    assert only(package).licenses == "LicenseRef-public-domain"
    assert not package.gaps


def test_licences_of_a_linked_documentation_folder():
    sbom = scan(
        {
            "var/lib/dpkg/status": STATUS,
            "usr/share/doc/libc6/copyright": "Format: https://x\n\nFiles: *\nLicense: LGPL-2.1+\n",
            "usr/share/doc/libssl3": Link("libc6"),
        }
    )
    assert [package.licenses for package in sbom.packages] == ["", "LGPL-2.1-or-later", "LGPL-2.1-or-later"]
    assert "half: no licence" in reasons(sbom)


def test_a_paragraph_that_cannot_be_read_hides_no_other():
    broken = b"Package: a\nno field\n\nVersion: 2\nStatus: install ok installed\n\nPackage: ../x\nVersion: 1\n\n"
    sbom = scan({"var/lib/dpkg/status": broken + STATUS.encode()})
    assert [package.name for package in sbom.packages] == ["half", "libc6", "libssl3"]
    for fault in ("neither a field nor a continuation line: 'no field'", "the name ''", "the name '../x'"):
        assert fault in reasons(sbom)


@pytest.mark.parametrize("field", ["Version", "Architecture", "Source"])
def test_a_package_that_no_purl_can_name_hides_no_other(field: str):
    sbom = scan({"var/lib/dpkg/status": f"Package: long\n{field}: {'9' * 9000}\n\n{STATUS}"})
    assert [package.name for package in sbom.packages] == ["half", "libc6", "libssl3"]
    assert "dpkg's database has the name 'long'" in reasons(sbom)


def test_of_many_paragraphs_that_cannot_be_read_some_are_named():
    sbom = scan({"var/lib/dpkg/status": "no field\n\n" * 50 + STATUS})
    assert len(sbom.packages) == 3
    assert "/var/lib/dpkg/status: dpkg: more of its paragraphs are no packages" in reasons(sbom)


def test_a_name_that_is_no_utf_8_hides_nothing():
    """Old packages of others than Debian have their maintainers' names in Latin-1."""
    text = STATUS.replace("Debian OpenSSL Team", "Ren\xe9").encode("latin-1")
    sbom = scan({"var/lib/dpkg/status": text})
    assert [package.name for package in sbom.packages] == ["half", "libc6", "libssl3"]
    assert "dpkg: " not in reasons(sbom)


def test_an_empty_status_is_one_that_is_not_known():
    sbom = scan({"var/lib/dpkg/status": "Package: a\nVersion: 1\nArchitecture: all\nStatus:\n"})
    assert [package.name for package in sbom.packages] == ["a"]


def test_a_database_that_cannot_be_read_is_a_gap():
    sbom = scan({"var/lib/dpkg/status": b"Package: a\n\xff\xfe: b\n"})
    assert not sbom.packages
    assert "/var/lib/dpkg/status: dpkg: not UTF-8" in reasons(sbom)
    assert "image: no package database" in reasons(sbom)


@pytest.mark.parametrize("folder", ["usr/lib/python3/dist-packages", "lib/python3/dist-packages"])
def test_what_a_debian_package_brought_is_related_to_it(folder: str):
    sbom = scan(
        {
            "lib": Link("usr/lib"),
            "var/lib/dpkg/status": "Package: python3-yaml\nVersion: 6.0-3\nArchitecture: amd64\nSource: pyyaml\n",
            "var/lib/dpkg/info/python3-yaml.list": f"/.\n/{folder}/PyYAML-6.0.egg-info\n/{folder}/x.dist-info/METADATA\n",
            "usr/lib/python3/dist-packages/PyYAML-6.0.egg-info": "Name: PyYAML\nVersion: 6.0\n",
            "usr/lib/python3/dist-packages/x.dist-info/METADATA": "Name: x\nVersion: 1\n",
        }
    )
    deb, yaml, vendored = sbom.packages
    assert (yaml.purl, yaml.owner) == ("pkg:pypi/pyyaml@6.0", deb.purl)
    assert vendored.owner == ""
    assert related(sbom, RelationshipKind.OWNED_BY) == [(yaml.purl, deb.purl)]
    assert related(sbom, RelationshipKind.CONTAINS) == [(deb.purl, vendored.purl)]
