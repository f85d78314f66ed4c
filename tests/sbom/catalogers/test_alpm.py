"""pacman's local database."""

import pytest

from prill.model import RelationshipKind
from scanned import purls, reasons, related, scan

ARCH = {"etc/os-release": 'NAME="Arch Linux"\nID=arch\nBUILD_ID=rolling\n'}


def desc(name: str, version: str, **fields: str) -> dict[str, str]:
    known = {"NAME": name, "VERSION": version, "ARCH": "x86_64", "LICENSE": "GPL-2.0-or-later", **fields}
    text = "".join(f"%{field}%\n{value}\n\n" for field, value in known.items())
    return {f"var/lib/pacman/local/{name}-{version}/desc": text}


def files(name: str, version: str, *paths: str) -> dict[str, str]:
    return {f"var/lib/pacman/local/{name}-{version}/files": "%FILES%\n" + "".join(f"{path}\n" for path in paths)}


def test_packages():
    sbom = scan(
        ARCH
        | {"var/lib/pacman/local/ALPM_DB_VERSION": "9\n"}
        | desc(
            "acl", "2.3.2-1", DESC="Access control lists", URL="https://acl.example.test", LICENSE="LGPL\nGPL-2.0-only"
        )
        | desc("glibc", "2.41+r2+g1b3-1", PROVIDES="libc.so=6-64")
        | desc(
            "systemd-libs", "1:257.5-1", BASE="systemd", DEPENDS="glibc>=2.30\nlibc.so=6-64", PACKAGER="A <a@x.test>"
        )
        | desc("zlib", "1:1.3.1-2", INSTALLED_DB="core")
    )
    assert purls(sbom) == [
        "pkg:alpm/arch/acl@2.3.2-1?arch=x86_64",
        "pkg:alpm/arch/glibc@2.41%2Br2%2Bg1b3-1?arch=x86_64",
        "pkg:alpm/arch/systemd-libs@1:257.5-1?arch=x86_64&upstream=systemd",
        "pkg:alpm/arch/zlib@1:1.3.1-2?arch=x86_64",
    ]
    acl, glibc, systemd, _ = sbom.packages
    assert acl.licenses == "GPL-2.0-only AND LicenseRef-LGPL"
    assert (acl.details.summary, acl.details.homepage) == ("Access control lists", "https://acl.example.test")
    assert systemd.details.author == "A <a@x.test>"
    assert related(sbom) == [(systemd.purl, glibc.purl)]
    assert not sbom.gaps


def test_a_python_package_that_pacman_brought_is_its_owner():
    site = "usr/lib/python3.13/site-packages/requests-2.32.3.dist-info"
    sbom = scan(
        ARCH
        | desc("python-requests", "2.32.3-4")
        | files("python-requests", "2.32.3-4", "usr/", f"{site}/", f"{site}/METADATA")
        | {f"{site}/METADATA": "Name: requests\nVersion: 2.32.3\n"}
    )
    owner, requests = sbom.packages
    assert requests.owner == owner.purl
    assert related(sbom, RelationshipKind.OWNED_BY) == [(requests.purl, owner.purl)]


@pytest.mark.parametrize(
    "text", ["%NAME%\nacl\n", "acl\n", "%NAME%\n../x\n\n%VERSION%\n1-1\n", "%NAME%\na\n\n%VERSION%\n1\n", "\0" * 40]
)
def test_what_names_no_package_is_a_gap(text: str):
    sbom = scan(ARCH | {"var/lib/pacman/local/acl-2.3.2-1/desc": text})
    assert not sbom.packages
    assert "/var/lib/pacman/local/acl-2.3.2-1/desc: alpm: " in reasons(sbom)
    assert "no package database of a distribution was found" in reasons(sbom)
