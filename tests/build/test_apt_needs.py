"""What an image with apt-get lacks is said when it is built, with what to add."""

import json
from pathlib import Path

import pytest

from deb_files import Deb, File
from prill.distro.debian import release_named
from workshop import Workshop, base_files

ESSENTIAL = [name for name in release_named("debian:13").essential if name not in ("base-files", "libc-bin", "dpkg")]
APT = Deb("apt", "3.0", {"usr/bin/apt-get": File("apt", 0o755), "etc/apt/apt.conf.d/01autoremove": "APT;\n"})
LIBC_BIN = Deb("libc-bin", "2.41", {"usr/sbin/ldconfig": File("ldconfig", 0o755)})
DPKG = Deb("dpkg", "1.22", {"usr/bin/dpkg-maintscript-helper": File("#!/bin/sh\n", 0o755)})
MAWK = Deb("mawk", "1.3", {"usr/bin/mawk": File("mawk", 0o755)}, fields={"Provides": "awk"})
SSL = Deb("openssl", "3.0", {"usr/bin/openssl": File("openssl", 0o755)})
CERTIFICATES = Deb("ca-certificates", "2025", {"etc/ssl/certs/ca-certificates.crt": "certificates"})
BASE = base_files(fields={"Pre-Depends": "awk", "Depends": "openssl (>= 2) | libressl"})
SETS = ["debconf", "libc-tools", "scripts"]
ALL = ("apt", "libc-bin", "dpkg", "mawk", "openssl", "ca-certificates", *ESSENTIAL)
LINE = "for apt-get install to work, "


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    essential = [Deb(name, "1", {f"usr/share/{name}/x": name}) for name in ESSENTIAL]
    return Workshop(tmp_path, (BASE, APT, LIBC_BIN, DPKG, MAWK, SSL, CERTIFICATES, *essential))


def notes(shop: Workshop, *packages: str, trim: object = None, mirror: bool = False) -> list[str]:
    """Build an image of base-files and packages; return what its record notes."""
    contents: dict[str, object] = {"distribution": "debian:13", "packages": ["base-files", *packages]}
    contents["exclude"] = [one for one in ("awk", "openssl", "libressl") if one not in packages]
    if mirror:
        contents["mirrors"] = [f"file://{shop.root}/archive"]
    shop.spec(contents=contents, trim=trim)
    found: list[str] = json.loads(shop.good("show", shop.made(), "--format", "json"))["notes"]
    return found


def without(*names: str) -> tuple[str, ...]:
    return tuple(name for name in ALL if name not in names)


def test_an_image_that_has_it_all(shop: Workshop):
    assert notes(shop, *ALL, trim=["docs", "man"]) == []


def test_an_image_without_apt_needs_nothing(shop: Workshop):
    assert notes(shop, "dpkg", trim=SETS) == []


def test_an_image_with_nothing_but_apt(shop: Workshop):
    sets, packages, excluded, certificates = notes(shop, "apt", trim=[*SETS, "docs"])
    assert sets == f"{LINE}do not trim debconf, libc-tools, scripts"
    assert packages == f"{LINE}add the packages {', '.join(sorted((*ESSENTIAL, 'dpkg', 'libc-bin')))}"
    assert (
        excluded == f"{LINE}add packages for what is excluded: awk (base-files), openssl (>= 2) | libressl (base-files)"
    )
    assert certificates == f"{LINE}add, for its sources on https, ca-certificates"


@pytest.mark.parametrize("trimmed", SETS)
def test_a_trim_set_that_takes_files_from_what_apt_needs(shop: Workshop, trimmed: str):
    assert notes(shop, *ALL, trim=["docs", trimmed]) == [f"{LINE}do not trim {trimmed}"]


def test_a_trim_set_that_keeps_those_files(shop: Workshop):
    assert notes(shop, *ALL, trim={"sets": ["debconf"], "keep": ["etc/apt/**"]}) == []


def test_an_essential_package_is_missing(shop: Workshop):
    assert notes(shop, *without("sed")) == [f"{LINE}add the packages sed"]


def test_an_excluded_dependency_that_nothing_meets(shop: Workshop):
    assert notes(shop, *without("mawk")) == [f"{LINE}add packages for what is excluded: awk (base-files)"]


def test_sources_on_plain_files_need_no_certificates(shop: Workshop):
    assert notes(shop, *without("ca-certificates"), mirror=True) == []


def test_a_variant_is_told_to_untrim(shop: Workshop):
    variants = {"dev": {"contents": {"packages": list(ALL)}}}
    contents = {"distribution": "debian:13", "packages": ["base-files"], "exclude": ["awk", "openssl", "libressl"]}
    shop.spec(contents=contents, trim=SETS, variants=variants)
    shop.lock()
    said = shop.good("show", shop.build("--variant", "dev"))
    assert f"  note      {LINE}untrim debconf, libc-tools, scripts\n" in said


def test_the_summary_shows_it(shop: Workshop):
    notes(shop, *without("sed"))
    assert f"  note      {LINE}add the packages sed\n" in shop.good("show", shop.out)
